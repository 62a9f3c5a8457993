//! How long a client that connects by itself is waited for, and what is said meanwhile.

use std::time::Duration;

use sinkcheck_reports::document::{CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use tokio::time::Instant;

use super::Attached;

/// How long a client has until it connects for the first time: somebody may have to start it by hand.
const FIRST: Duration = Duration::from_secs(300);

/// How long it may stay away between two cases: a minute, a tenth, and some more.
const AGAIN: Duration = Duration::from_secs(75);

/// The same where a case has waited for it in vain already.
const IN_VAIN: Duration = Duration::from_secs(10);

/// A wait that is shorter is not spoken of.
const SILENCE: Duration = Duration::from_secs(5);

/// No wait at all.
const NEVER: Duration = Duration::from_secs(86_400);

/// A wait for the next connection.
#[derive(Debug)]
pub(super) struct Wait {
    since: Instant,
    limit: Duration,
    /// A case has waited already.
    in_vain: bool,
    announced: bool,
    has_met: bool,
}

impl Wait {
    /// For the first connection. It is announced at once: nothing happens before it comes.
    pub(super) fn first() -> Self {
        Self { since: Instant::now(), limit: FIRST, in_vain: false, announced: true, has_met: false }
    }

    /// A client was there, or still is: a wait begins now. In vain: a case has already waited.
    pub(super) fn begin(&mut self, in_vain: bool) {
        *self = Self {
            since: Instant::now(),
            limit: if in_vain { IN_VAIN } else { AGAIN },
            in_vain,
            announced: false,
            has_met: true,
        };
    }

    /// Whether any client was there in this run.
    pub(super) fn has_met(&self) -> bool {
        self.has_met
    }

    /// When there is something to say or to do if nobody comes; not at all while something runs.
    pub(super) fn wakes_at(&self, something_runs: bool) -> Instant {
        match (something_runs, self.announced) {
            (true, _) => Instant::now() + NEVER,
            (false, true) => self.since + self.limit,
            (false, false) => self.since + self.limit.min(SILENCE),
        }
    }

    /// Whether it has been waited for long enough.
    pub(super) fn is_over(&self) -> bool {
        self.since.elapsed() >= self.limit
    }

    /// Whether the wait is to be spoken of now; once a wait.
    pub(super) fn is_news(&mut self) -> bool {
        let is_news = !self.announced && self.since.elapsed() >= SILENCE;
        self.announced |= is_news;
        is_news
    }

    /// How long it was waited for, in words.
    pub(super) fn waited(&self) -> String {
        let seconds = self.since.elapsed().as_secs();
        match self.in_vain {
            true => format!("within {seconds} s more, once a case had waited for it in vain"),
            false => format!("within {seconds} s"),
        }
    }
}

impl Attached<'_> {
    /// Says what is waited for, and what it will begin.
    pub(super) fn tell_what_is_waited_for(&mut self) {
        let promised = self.clients.iter().find_map(|client| client.promised.as_ref());
        let places = || 0..self.run.pending.len();
        let can_begin = |place: &usize| (0..self.clients.len()).any(|at| self.can_begin(at, *place, false));
        let pending = || places().find(can_begin).and_then(|place| self.run.pending.get(place));
        let next = match promised.or_else(pending) {
            Some(scenario) => format!("; next is {}", scenario.id),
            None => String::new(),
        };
        let turned_away = self.clients.iter().any(|client| client.was_turned_away);
        let long = if turned_away { " (one that was turned away may stay away for a minute)" } else { "" };
        let what = format!("waiting for a client to connect again to {}{long}{next}", self.place);
        self.run.emit(RunEvent::Waiting { what });
    }

    /// Nobody was there for as long as anybody may stay away.
    pub(super) fn nobody_comes(&mut self) {
        for client in &mut self.clients {
            self.run.pending.extend(client.promised.take());
        }
        let waited = self.wait.waited();
        let tls = match self.last_tls_failure.as_ref().filter(|_| self.tls_failures > 0) {
            Some(why) => format!("; its TLS handshake failed: {why}"),
            None => String::new(),
        };
        let (code, message) = if self.wait.has_met() {
            ("client-gone", format!("no client connected again to {} {waited}{tls}", self.place))
        } else {
            ("client-not-there", format!("no client connected to {} {waited}{tls}", self.place))
        };
        self.run.rest_is(CaseVerdict::Inconclusive, &Reason::new(code, message));
        if self.clients.len() > 1 {
            for client in self.clients.iter().filter(|client| !client.was_seen()) {
                self.run.emit(RunEvent::Note(format!("The client `{}` never connected.", client.name())));
            }
        }
    }
}
