//! What is told while a proxy runs: findings for people and as lines of JSON, and what goes wrong, once of each kind.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use sinkcheck_reports::RenderOptions;
use sinkcheck_reports::document::Role;
use sinkcheck_reports::finding::Finding;
use sinkcheck_reports::text::render_finding;

use crate::cli::args::Colour;
use crate::cli::exit::Failure;
use crate::cli::{outputs, say};
use crate::observe::Found;
use crate::proxy::{Tell, Trouble};

/// So many findings may wait to be told. More are left out, and that is told.
const WAITING: usize = 4096;

/// So many times a rule that one side breaks is told with the frames, and so many times in all.
const WITH_FRAMES: u32 = 3;
const ON_A_LINE: u32 = 20;

enum Told {
    Found(Box<Found>),
    Trouble(Trouble),
    End,
}

/// Hands what is told to a thread that writes it, so that a slow reader keeps nobody from judging.
pub(super) struct Telling {
    told: SyncSender<Told>,
    left_out: AtomicU64,
    troubles: [AtomicU64; Trouble::KINDS],
}

/// Where findings go.
pub(super) struct Places {
    /// For people, on standard error.
    pub(super) people: bool,
    /// Whether standard error may have colours.
    pub(super) colour: Colour,
    /// As lines of JSON.
    pub(super) lines: Option<Box<dyn Write + Send>>,
}

impl Telling {
    /// Begins to tell. The handle gives what kept lines from being written, if anything did.
    pub(super) fn begin(places: Places) -> Result<(Arc<Self>, JoinHandle<Option<io::Error>>), Failure> {
        let (told, taken) = sync_channel(WAITING);
        let thread = std::thread::Builder::new().name("tell".to_owned());
        let writing = thread.spawn(move || write_all(places, &taken));
        let writing = writing.map_err(|error| Failure::ours(format!("no thread: {error}")))?;
        Ok((Arc::new(Self { told, left_out: AtomicU64::new(0), troubles: Default::default() }), writing))
    }

    /// Nothing more is to be told.
    pub(super) fn end(&self) {
        // A thread that has ended needs no end.
        let _ = self.told.send(Told::End);
    }

    /// What is to be said of it in the document.
    pub(super) fn notes(&self) -> Vec<String> {
        let count =
            |trouble: fn(String) -> Trouble| self.troubles[trouble(String::new()).kind()].load(Ordering::Relaxed);
        let mut notes = Vec::new();
        let mut note = |count: u64, one: &str, many: &str| match count {
            0 => {}
            1 => notes.push(format!("1 {one}")),
            _ => notes.push(format!("{count} {many}")),
        };
        note(
            count(Trouble::Upstream),
            "client's connection was closed because the server could not be reached.",
            "clients' connections were closed because the server could not be reached.",
        );
        note(count(Trouble::ClientTls), "client failed at TLS.", "clients failed at TLS.");
        note(
            count(Trouble::Unmapped),
            "client's connection was closed because there is no certificate to show the server for it.",
            "clients' connections were closed because there is no certificate to show the server for them.",
        );
        note(
            self.left_out.load(Ordering::Relaxed),
            "finding was not told one by one, since nobody took it in time; it is counted here.",
            "findings were not told one by one, since nobody took them in time; they are counted here.",
        );
        if count(Trouble::Record) > 0 {
            notes.push("The record is not whole: it could not be written to its end.".to_owned());
        }
        notes
    }
}

impl Tell for Telling {
    fn found(&self, found: Found) {
        if self.told.try_send(Told::Found(Box::new(found))).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn trouble(&self, trouble: Trouble) {
        // Each kind is told once. What is full or unreachable stays so for long, and thousands of clients find it out.
        if self.troubles[trouble.kind()].fetch_add(1, Ordering::Relaxed) == 0 {
            let _ = self.told.try_send(Told::Trouble(trouble));
        }
    }
}

/// A file for lines of JSON, or standard output.
pub(super) fn lines(file: &Path) -> Result<Box<dyn Write + Send>, Failure> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdout()));
    }
    let open = File::create(file).map_err(|error| Failure::usage(format!("--findings {}: {error}", file.display())))?;
    Ok(Box::new(open))
}

fn write_all(places: Places, told: &Receiver<Told>) -> Option<io::Error> {
    let Places { people, colour, mut lines } = places;
    let colour = outputs::colour_on(colour, io::stderr().is_terminal());
    let options = RenderOptions { colour, width: outputs::width_of(io::stderr()), ..RenderOptions::default() };
    let mut counts: HashMap<(Role, Option<String>), u32> = HashMap::new();
    let mut failed = None;
    while let Ok(next) = told.recv() {
        let found = match next {
            Told::Found(found) => found.report(),
            Told::Trouble(trouble) => {
                say(format!("warning: {trouble}"));
                continue;
            }
            Told::End => break,
        };
        if people {
            for_people(&found, &mut counts, &options);
        }
        if let Some(out) = &mut lines {
            match write_line(&found, &mut **out) {
                Ok(()) => {}
                Err(error) => {
                    lines = None;
                    // Who has seen enough is no error.
                    if error.kind() != io::ErrorKind::BrokenPipe {
                        say(format!("warning: --findings: {error}; no more findings are written there"));
                        failed = Some(error);
                    }
                }
            }
        }
    }
    failed
}

fn write_line(found: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(found)?;
    line.push(b'\n');
    out.write_all(&line)?;
    out.flush()
}

fn for_people(found: &Finding, counts: &mut HashMap<(Role, Option<String>), u32>, options: &RenderOptions) {
    let count = counts.entry((found.side, found.rule.clone())).or_default();
    *count += 1;
    if *count > ON_A_LINE {
        return;
    }
    let mut text = Vec::new();
    // Writing to memory never fails.
    let _ = render_finding(found, *count <= WITH_FRAMES, options, &mut text);
    if *count == ON_A_LINE {
        let _ = writeln!(text, "  that was the {ON_A_LINE}th time; from here on this is only counted");
    }
    // Nobody may be reading.
    let _ = io::stderr().lock().write_all(&text);
}
