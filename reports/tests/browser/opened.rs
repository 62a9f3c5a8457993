//! A document, rendered and opened.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sinkcheck_reports::{Document, Format, RenderOptions, render};

use crate::chromium::{Browser, Folder};

/// Every test uses the same one, for it takes seconds to start.
static BROWSER: Mutex<Option<Browser>> = Mutex::new(None);

/// A page in a browser.
pub(crate) struct Opened {
    pub(crate) browser: Lent,
    file: PathBuf,
    _folder: Folder,
}

impl Opened {
    /// Opens the document's page at this hash.
    pub(crate) fn new(program: &Path, document: &Document, hash: &str) -> Self {
        let folder = Folder::new();
        let file = folder.0.join("report.html");
        let mut page = Vec::new();
        render(document, Format::Html, &RenderOptions::default(), &mut page).expect("a vector takes every write");
        std::fs::write(&file, page).expect("the page can be written");
        let mut browser = Lent::new(program);
        browser.open(&file, hash);
        Self { browser, file, _folder: folder }
    }

    /// Opens the same page anew, at another hash.
    pub(crate) fn again(&mut self, hash: &str) {
        self.browser.blank();
        self.browser.open(&self.file, hash);
    }

    /// How many octets the file has.
    pub(crate) fn size(&self) -> u64 {
        self.file.metadata().expect("it is there").len()
    }

    /// The keys of the cases that are listed.
    pub(crate) fn listed(&mut self) -> Vec<String> {
        let listed = "[...document.querySelectorAll('ul.cases > li')].filter((row) => !row.hidden).map((row) => row.dataset.key)";
        let listed = self.browser.value(listed);
        listed.as_array().expect("a list").iter().map(|key| key.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until the case that is open has been drawn.
    pub(crate) fn drawn(&mut self) {
        self.browser.until("document.querySelector('details.case[open][data-filled]')");
    }

    /// The text of what the selector finds first.
    pub(crate) fn text(&mut self, selector: &str) -> String {
        let text = self.browser.value(&format!("document.querySelector({selector:?})?.textContent ?? null"));
        text.as_str().unwrap_or_else(|| panic!("there is no {selector}")).to_owned()
    }

    /// How much the selector finds.
    pub(crate) fn count(&mut self, selector: &str) -> u64 {
        self.browser.value(&format!("document.querySelectorAll({selector:?}).length")).as_u64().expect("a number")
    }

    /// Fails if anything was fetched, logged, thrown or popped up.
    #[track_caller]
    pub(crate) fn is_quiet(&mut self) {
        let complaints = self.browser.complaints();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }
}

/// The browser, for one test.
pub(crate) struct Lent(MutexGuard<'static, Option<Browser>>);

impl Lent {
    fn new(program: &Path) -> Self {
        // After a test that failed it is as good as before, or can't be used at all: a new one is safe.
        let failed = BROWSER.is_poisoned();
        BROWSER.clear_poison();
        let mut lent = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
        if failed {
            *lent = None;
        }
        lent.get_or_insert_with(|| Browser::start(program)).turn_over();
        Self(lent)
    }
}

impl Deref for Lent {
    type Target = Browser;

    fn deref(&self) -> &Browser {
        self.0.as_ref().expect("it was started")
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Browser {
        self.0.as_mut().expect("it was started")
    }
}

/// Ends the browser, if one was started.
pub(crate) fn end() {
    drop(BROWSER.lock().unwrap_or_else(PoisonError::into_inner).take());
}
