//! One connection that is watched.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_reports::document::{Reason, TranscriptEntry};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Observer, Settings};

use super::Found;
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

    /// The next octets of a direction, in whatever pieces they come. Those behind the direction's end are ignored.
    pub fn octets(&mut self, from: Role, at: Duration, octets: &[u8], found: &mut Vec<Found>) {
        if self.closed[index(from)] {
            return;
        }
        self.guarded(at, found, |observed, at, found| {
            let mut cutter = std::mem::take(&mut observed.cutters[index(from)]);
            cutter.take(octets, |frame| observed.frame(from, at, frame, found));
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
        self.observer.frame(from, at, frame.get(LENGTH..).unwrap_or_default());
        self.collect(found);
    }

    fn collect(&mut self, found: &mut Vec<Found>) {
        while let Some(finding) = self.observer.poll() {
            let side = &mut self.sides[index(finding.by)];
            let times = side.add(&finding, &self.kept, self.observer.frames(), &self.name, self.begun);
            if times > MOST_TOLD {
                continue;
            }
            let proof = proof(&finding, &self.kept, &self.name, Duration::ZERO);
            found.push(Found { connection: Arc::clone(&self.name), finding, proof });
        }
    }
}

/// Where a role's part of a pair is.
pub(super) fn index(role: Role) -> usize {
    match role {
        Role::Server => 0,
        Role::Client => 1,
    }
}
