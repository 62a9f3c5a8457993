//! One connection that is watched.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_reports::document::{Reason, TranscriptEntry};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Observer, Settings};

use super::Found;
use super::acquainted::{Acquainted, Known};
use super::cut::Cutter;
use super::excerpt::proof;
use super::kept::{Kept, milliseconds, report_role};
use super::outcome::{Outcome, Side};

/// The octets of a frame's length.
const LENGTH: usize = 2;

/// So many times a rule that a peer breaks on one connection is told. All of them are counted.
const MOST_TOLD: u64 = 10;

/// How a peer ended its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// In order: FIN, or close_notify where there is TLS.
    Closed,
    /// With a reset.
    Reset,
}

impl Ending {
    /// As transcripts and records call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Reset => "reset",
        }
    }
}

/// One connection that is watched. See the [module](super) for how to drive it.
///
/// A rule that a peer breaks again and again is told ten times, and counted from then on.
///
/// It takes what a connection's traffic makes it keep: what has come of an unfinished frame in each direction, the first and the
/// last frames, abridged, and what the oracle needs.
#[derive(Debug)]
pub struct Observed {
    name: Arc<str>,
    settings: Settings,
    observer: Observer,
    begun: Duration,
    now: Duration,
    /// By role, as [`index`] has it.
    cutters: [Cutter; 2],
    closed: [bool; 2],
    kept: Kept,
    sides: [Side; 2],
    /// What ended a direction, and how many frames had passed by then.
    ends: Vec<(u64, TranscriptEntry)>,
    about: Option<String>,
    acquainted: Option<Acquainted>,
    doubt: Option<Reason>,
    fault: Option<String>,
}

impl Observed {
    /// A connection that begins to be watched. Its name is what findings and the document call it.
    #[must_use]
    pub fn new(name: &str, settings: Settings, at: Duration) -> Self {
        Self {
            name: name.into(),
            settings,
            observer: Observer::new(settings),
            begun: at,
            now: at,
            cutters: Default::default(),
            closed: [false; 2],
            kept: Kept::default(),
            sides: Role::ALL.map(Side::new),
            ends: Vec::new(),
            about: None,
            acquainted: None,
            doubt: None,
            fault: None,
        }
    }

    /// Says who the peers are, in words, for whoever reads the document.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// Says to which server it belongs, and which of its clients it is, if that is known: what both did on their other connections
    /// tells whether they know each other.
    #[must_use]
    pub fn among(mut self, known: Known, identity: Option<Arc<str>>) -> Self {
        self.acquainted = Some(Acquainted::new(known, identity));
        self
    }

    /// The next octets of a direction, in whatever pieces they come. Those behind the direction's end are ignored.
    pub fn octets(&mut self, from: Role, at: Duration, octets: &[u8], found: &mut Vec<Found>) {
        if self.closed[index(from)] {
            return;
        }
        self.guarded(at, found, |observed, at, found| {
            let mut cutter = std::mem::take(&mut observed.cutters[index(from)]);
            cutter.take(octets, |frame| observed.frame(from, at, frame, found));
            if !cutter.begun().is_empty() {
                observed.observer.part_of_frame(from, at);
                observed.collect(found);
            }
            observed.cutters[index(from)] = cutter;
        });
    }

    /// A peer ended its direction. What comes of it later is ignored.
    pub fn closed(&mut self, from: Role, at: Duration, how: Ending, found: &mut Vec<Found>) {
        if std::mem::replace(&mut self.closed[index(from)], true) {
            return;
        }
        self.guarded(at, found, |observed, at, found| {
            let ms = milliseconds(at.saturating_sub(observed.begun));
            let entry = TranscriptEntry::event(ms, &*observed.name, report_role(from), how.name());
            observed.ends.push((observed.observer.frames(), entry));
            observed.observer.closed(from, at, observed.cutters[index(from)].begun());
            observed.collect(found);
        });
    }

    /// When to call [`Observed::tick`], unless something passes before; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        if self.is_over() { None } else { self.observer.deadline() }
    }

    /// Time has passed. Before the deadline nothing comes of it.
    pub fn tick(&mut self, at: Duration, found: &mut Vec<Found>) {
        self.guarded(at, found, |observed, at, found| {
            observed.observer.tick(at);
            observed.collect(found);
        });
    }

    /// From now on the traffic isn't known: nothing is judged any more, and a connection on which no MUST was broken so far is
    /// inconclusive for this reason.
    pub fn lost(&mut self, reason: Reason) {
        if let Some(acquainted) = &mut self.acquainted {
            acquainted.lost();
        }
        self.doubt.get_or_insert(reason);
    }

    /// Whether nothing more is judged: the traffic was lost, or the oracle failed.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.doubt.is_some() || self.fault.is_some()
    }

    /// The connection is over, or is not watched any longer.
    #[must_use]
    pub fn finish(self, at: Duration) -> Outcome {
        let Self { name, settings, observer, begun, mut sides, ends, about, doubt, fault, .. } = self;
        for side in &mut sides {
            let opened = TranscriptEntry::event(
                0.0,
                &*name,
                report_role(Role::Client),
                match settings.from_the_start {
                    true => "connected",
                    false => "the connection was open before it was watched",
                },
            );
            side.close(settings.judged.includes(side.role), observer.tally(side.role), &name, opened, &ends);
        }
        Outcome { name, about, begun, ended: at.max(begun), frames: observer.frames(), sides, doubt, fault }
    }

    /// Does something that asks the oracle. If it panics, that is an error of ours: it is kept, and this connection is judged no
    /// longer.
    fn guarded(
        &mut self,
        at: Duration,
        found: &mut Vec<Found>,
        act: impl FnOnce(&mut Self, Duration, &mut Vec<Found>),
    ) {
        if self.is_over() {
            return;
        }
        // Two directions are heard by two hands, whose clocks may have been read in another order.
        self.now = self.now.max(at);
        let now = self.now;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| act(self, now, found))) {
            let what = panic.downcast_ref::<String>().map(String::as_str);
            let what = what.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            self.fault = Some(what.to_owned());
        }
    }

    fn frame(&mut self, from: Role, at: Duration, frame: &[u8], found: &mut Vec<Found>) {
        self.kept.push(self.observer.frames(), from, at, frame);
        self.sides[index(from)].frames += 1;
        let content = frame.get(LENGTH..).unwrap_or_default();
        self.observer.frame(from, at, content);
        let is_blamed = self.collect(found);
        if let Some(acquainted) = &mut self.acquainted {
            acquainted.heard(from, at, content, &mut self.observer, is_blamed);
            self.collect(found);
        }
    }

    /// True if the server broke a rule of the handshake by the frame that passed last.
    fn collect(&mut self, found: &mut Vec<Found>) -> bool {
        let mut is_blamed = false;
        let last = self.observer.frames().checked_sub(1);
        while let Some(finding) = self.observer.poll() {
            is_blamed |= finding.by == Role::Server
                && finding.frames.last().copied() == last
                && finding.rule().is_some_and(|rule| rule.starts_with("handshake."));
            let side = &mut self.sides[index(finding.by)];
            let times = side.add(&finding, &self.kept, self.observer.frames(), &self.name, self.begun);
            if times > MOST_TOLD {
                continue;
            }
            let proof = proof(&finding, &self.kept, &self.name, Duration::ZERO);
            found.push(Found { connection: Arc::clone(&self.name), finding, proof });
        }
        is_blamed
    }
}

/// Where a role's part of a pair is.
pub(super) fn index(role: Role) -> usize {
    match role {
        Role::Server => 0,
        Role::Client => 1,
    }
}

#[cfg(test)]
mod tests {
    use sinkcheck_reports::document::CaseVerdict;
    use sinkcheck_reports::fold::{HARNESS_FAILED, exit_code};

    use super::super::Ledger;
    use super::*;

    #[test]
    fn an_oracle_that_panics_is_an_error_of_ours_and_hears_nothing_more() {
        let mut found = Vec::new();
        let mut observed = Observed::new("1", Settings::default(), Duration::ZERO);
        observed.guarded(Duration::ZERO, &mut found, |_, _, _| panic!("out of order"));
        // What would break a rule.
        observed.octets(Role::Server, Duration::ZERO, &[0, 1, 0x10], &mut found);
        observed.tick(Duration::from_secs(1000), &mut found);
        assert!(found.is_empty() && observed.is_over() && observed.deadline().is_none());
        let mut ledger = Ledger::default();
        ledger.add(observed.finish(Duration::from_secs(1000)));
        let document = ledger.document("a test", "in memory");
        assert_eq!(document.cases.len(), 2);
        for case in &document.cases {
            assert_eq!(case.verdict, CaseVerdict::Error);
            let reason = case.reason.as_ref().expect("a reason");
            assert!(reason.message.contains("out of order") && reason.message.contains("please report"), "{reason:?}");
        }
        assert_eq!(exit_code(&document, 0), HARNESS_FAILED);
    }
}
