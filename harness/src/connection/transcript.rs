//! What was exchanged in a case, over all its connections, in the order in which the harness saw it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sinkcheck_reports::document::{Role, TranscriptEntry};
use tokio::time::Instant;

/// More entries than any case of ours makes, which is some 8,200; what comes after is counted and not kept.
const MAX_ENTRIES: usize = 12_000;

/// More octets than any case of ours exchanges, which is some 350 KiB.
const MAX_OCTETS: usize = 2 << 20;

/// A transcript that several connections write to.
#[derive(Debug, Clone)]
pub struct Transcript(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    entries: Vec<TranscriptEntry>,
    octets: usize,
    left_out: usize,
}

impl Transcript {
    /// An empty one; times count from now.
    pub fn begin() -> Self {
        Self(Arc::new(Mutex::new(Inner { begun: Instant::now(), entries: Vec::new(), octets: 0, left_out: 0 })))
    }

    /// Something other than octets happened.
    pub fn event(&self, connection: &str, ours: bool, event: &str) {
        let mut inner = self.inner();
        let ms = inner.ms();
        if inner.has_room(0) {
            inner.entries.push(TranscriptEntry::event(ms, connection, role(ours), event));
        } else {
            inner.left_out += 1;
        }
    }

    /// Octets were sent or came; returns a handle to [`Transcript::blame`] them by, where they are kept.
    pub fn octets(&self, connection: &str, ours: bool, octets: &[u8], meaning: Option<String>) -> Option<usize> {
        let mut inner = self.inner();
        if !inner.has_room(octets.len()) {
            inner.left_out += 1;
            return None;
        }
        let mut entry = TranscriptEntry::octets(inner.ms(), connection, role(ours), octets);
        entry.message = meaning;
        inner.octets += octets.len();
        inner.entries.push(entry);
        Some(inner.entries.len() - 1)
    }

    /// These octets broke a rule.
    pub fn blame(&self, entry: Option<usize>, rule: &str) {
        let mut inner = self.inner();
        if let Some(entry) = entry.and_then(|at| inner.entries.get_mut(at)) {
            entry.breaks.push(rule.to_owned());
        }
    }

    /// All entries, and a last one that says how many were left out, if any were.
    pub fn entries(&self) -> Vec<TranscriptEntry> {
        let inner = self.inner();
        let mut entries = inner.entries.clone();
        if inner.left_out > 0 {
            let text = format!("{} more entries were not kept", inner.left_out);
            entries.push(TranscriptEntry::event(inner.ms(), "", Role::Server, text));
        }
        entries
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn ms(&self) -> f64 {
        (self.begun.elapsed().as_secs_f64() * 1e6).round() / 1e3
    }

    fn has_room(&self, octets: usize) -> bool {
        self.entries.len() < MAX_ENTRIES && self.octets + octets <= MAX_OCTETS
    }
}

/// The harness is the client where a server is under test.
fn role(ours: bool) -> Role {
    if ours { Role::Client } else { Role::Server }
}
