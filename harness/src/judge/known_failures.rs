//! Known failures: what is expected to fail, why, and until when. One that passes, one that fits nothing, and one whose time is over
//! is reported. Which day it is, is for the caller to say: nothing here reads a clock.

use std::cell::Cell;
use std::path::Path;

use globset::{Glob, GlobMatcher};
use serde::Deserialize;
use sinkcheck_cases::yaml::{self, Diagnostic, Path as YamlPath};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, KnownFailure};
use time::Date;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

/// How a day is written.
const DAY: StaticFormatDescription = format_description!("[year]-[month]-[day]");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm {
    /// Cases whose id fits.
    case: Option<String>,
    /// Cases in which only rules that fit are broken.
    rule: Option<String>,
    /// Why.
    reason: String,
    /// Where that is followed up.
    issue: Option<String>,
    /// The last day on which it excuses.
    until: Option<String>,
}

/// One entry of the list.
#[derive(Debug, Clone)]
pub struct Entry {
    case: Option<GlobMatcher>,
    rule: Option<GlobMatcher>,
    known: KnownFailure,
    line: usize,
    pattern: String,
    fits: Cell<bool>,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct KnownFailures {
    entries: Vec<Entry>,
    file: String,
}

impl KnownFailures {
    /// Reads a list, of which `today` decides what has expired.
    ///
    /// # Errors
    /// It can't be read, or an entry has no pattern or one that is none, or a date that is none.
    pub fn read(path: &Path, today: Date) -> Result<Self, Box<Diagnostic>> {
        let file = path.display().to_string();
        let text = yaml::text_of(path)?;
        let (forms, source) = yaml::read::<Vec<EntryForm>>(&file, &text)?;
        let mut entries = Vec::new();
        for (at, form) in forms.into_iter().enumerate() {
            let path = YamlPath::top().index(at);
            let pattern = match (&form.case, &form.rule) {
                (Some(case), None) => format!("case {case}"),
                (None, Some(rule)) => format!("rule {rule}"),
                (Some(case), Some(rule)) => format!("case {case}, rule {rule}"),
                (None, None) => return Err(Box::new(source.error(&path, "an entry names a `case` or a `rule`"))),
            };
            let glob = |pattern: Option<String>| {
                pattern.map(|pattern| Glob::new(&pattern).map(|glob| glob.compile_matcher())).transpose()
            };
            let wrong = |error: globset::Error| Box::new(source.error(&path, error.to_string()));
            let line = source.line(&path);
            let (case, rule) = (glob(form.case).map_err(wrong)?, glob(form.rule).map_err(wrong)?);
            let until = form.until.map(|text| {
                let at = path.clone().key("until");
                let wrong = |_| Box::new(source.error(&at, format!("`{text}` is no date: write it as 2027-01-31")));
                Date::parse(&text, DAY).map_err(wrong).map(|date| (text.clone(), date < today))
            });
            let (until, expired) = match until.transpose()? {
                Some((until, expired)) => (Some(until), expired),
                None => (None, false),
            };
            let known = KnownFailure { reason: form.reason, issue: form.issue, until, expired };
            entries.push(Entry { case, rule, known, line, pattern, fits: Cell::new(false) });
        }
        Ok(Self { entries, file })
    }

    /// Changes verdicts as the list says: a failure that it names is known, a pass that it names is unexpected. Remembers which
    /// entries fit something.
    pub fn apply(&self, result: &mut CaseResult) {
        let mut decided = None;
        for entry in &self.entries {
            if entry.case.as_ref().is_some_and(|glob| !glob.is_match(&result.id)) {
                continue;
            }
            let (verdict, fits) = match (result.verdict, &entry.rule) {
                (CaseVerdict::Fail, None) => (Some(CaseVerdict::KnownFailure), true),
                (CaseVerdict::Fail, Some(rule)) => {
                    let covered = !result.broken_rules.is_empty()
                        && result.broken_rules.iter().all(|broken| rule.is_match(broken));
                    (covered.then_some(CaseVerdict::KnownFailure), covered)
                }
                // A rule's entry is for all cases that cite it, and some of them may well pass.
                (CaseVerdict::Pass | CaseVerdict::Warn, None) => (Some(CaseVerdict::UnexpectedPass), true),
                (CaseVerdict::Pass | CaseVerdict::Warn, Some(_)) => (None, false),
                // What was not shown can't be stale.
                (_, None) => (None, true),
                (_, Some(rule)) => (None, result.rules.iter().any(|cited| rule.is_match(cited))),
            };
            if fits {
                entry.fits.set(true);
            }
            // What has expired excuses nothing, and is not surprised by a pass.
            let verdict = verdict.filter(|_| !entry.known.expired);
            if entry.known.expired && fits && result.verdict == CaseVerdict::Fail && result.known_failure.is_none() {
                result.known_failure = Some(entry.known.clone());
            }
            // The first entry decides; those behind it still fit.
            if let Some(verdict) = verdict.filter(|_| decided.is_none()) {
                decided = Some((verdict, entry.known.clone()));
            }
        }
        if let Some((verdict, known)) = decided {
            result.verdict = verdict;
            result.known_failure = Some(known);
        }
    }

    /// Entries that fitted nothing, as `FILE:LINE: pattern`.
    pub fn stale(&self) -> Vec<String> {
        self.entries.iter().filter(|entry| !entry.fits.get()).map(|entry| self.place(entry)).collect()
    }

    /// Entries whose last day is over, as `FILE:LINE: pattern`, with that day.
    pub fn expired(&self) -> Vec<(String, &str)> {
        let expired = self.entries.iter().filter(|entry| entry.known.expired);
        expired.map(|entry| (self.place(entry), entry.known.until.as_deref().unwrap_or_default())).collect()
    }

    fn place(&self, entry: &Entry) -> String {
        format!("{}:{}: {}", self.file, entry.line, entry.pattern)
    }
}
