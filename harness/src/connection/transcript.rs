//! What was exchanged in a case, over all its connections, in the order in which the harness saw it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sinkcheck_reports::document::{Role as ReportRole, TranscriptEntry};
use sinkcheck_spec::catalogue::Role;
use tokio::time::Instant;

/// More entries than any case of ours makes, which is some 8,200; what comes after is counted and not kept.
const MAX_ENTRIES: usize = 12_000;

/// More octets than any case of ours exchanges, which is some 1.7 MB.
const MAX_OCTETS: usize = 2 << 20;

/// A transcript that several connections write to.
#[derive(Debug, Clone)]
pub struct Transcript {
    inner: Arc<Mutex<Inner>>,
    is_kept: bool,
}

#[derive(Debug)]
struct Inner {
    begun: Instant,
    /// The role that is under test.
    under_test: Role,
    entries: Vec<TranscriptEntry>,
    octets: usize,
    left_out: usize,
}

impl Transcript {
    /// An empty one; times count from now. The harness plays the role that is not under test.
    pub fn begin(under_test: Role) -> Self {
        let inner = Inner { begun: Instant::now(), under_test, entries: Vec::new(), octets: 0, left_out: 0 };
        Self { inner: Arc::new(Mutex::new(inner)), is_kept: true }
    }

    /// One that keeps nothing: nobody will read it.
    pub fn none(under_test: Role) -> Self {
        Self { is_kept: false, ..Self::begin(under_test) }
    }

    /// Something other than octets happened.
    pub fn event(&self, connection: &str, ours: bool, event: &str) {
        if !self.is_kept {
            return;
        }
        let mut inner = self.inner();
        let ms = inner.ms();
        if inner.has_room(0) {
            let role = inner.role(ours);
            inner.entries.push(TranscriptEntry::event(ms, connection, role, event));
        } else {
            inner.left_out += 1;
        }
    }

    /// Octets were sent or came; returns a handle to [`Transcript::blame`] them by, where they are kept.
    pub fn octets(
        &self,
        connection: &str,
        ours: bool,
        octets: &[u8],
        meaning: impl FnOnce() -> Option<String>,
    ) -> Option<usize> {
        if !self.is_kept {
            return None;
        }
        let mut inner = self.inner();
        if !inner.has_room(octets.len()) {
            inner.left_out += 1;
            return None;
        }
        let mut entry = TranscriptEntry::octets(inner.ms(), connection, inner.role(ours), octets);
        entry.message = meaning();
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
            entries.push(TranscriptEntry::event(inner.ms(), "", ReportRole::Server, text));
        }
        entries
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn ms(&self) -> f64 {
        (self.begun.elapsed().as_secs_f64() * 1e6).round() / 1e3
    }

    fn role(&self, ours: bool) -> ReportRole {
        match (self.under_test, ours) {
            (Role::Server, true) | (Role::Client, false) => ReportRole::Client,
            (Role::Server, false) | (Role::Client, true) => ReportRole::Server,
        }
    }

    /// Behind the first that was left out none is kept: what is missing in the midst would seem never to have been sent.
    fn has_room(&self, octets: usize) -> bool {
        self.left_out == 0 && self.entries.len() < MAX_ENTRIES && self.octets + octets <= MAX_OCTETS
    }
}

#[cfg(test)]
mod tests {
    use sinkcheck_reports::document::Carried;

    use super::*;

    #[test]
    fn behind_what_had_no_room_nothing_is_kept() {
        let transcript = Transcript::begin(Role::Server);
        transcript.octets("main", true, &[0; 8], || None);
        transcript.octets("main", true, &vec![0; MAX_OCTETS - 7], || None);
        transcript.octets("main", false, &[0; 2], || None);
        transcript.event("main", false, "closed");
        let told: Vec<_> = transcript.entries().into_iter().map(|entry| entry.carried).collect();
        let last = Carried::Event("3 more entries were not kept".to_owned());
        assert!(matches!(&told[..], [Carried::Hex(_), event] if *event == last), "{told:?}");
    }
}
