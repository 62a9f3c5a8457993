//! What one peer has to do within its patience: answers, a close.

use std::collections::VecDeque;
use std::time::Duration;

use super::exchanges::Exchanges;

/// So many PINGs without a PONG are timed.
const MOST_PINGS: usize = 1024;

/// A close that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Close {
    /// The rule that asks for it.
    pub(super) rule: &'static str,
    since: Duration,
    /// The frame that asks for it.
    pub(super) frame: u64,
    /// To answer something that came behind that frame shows that the peer read on where it should have closed.
    pub(super) is_broken_by_reading_on: bool,
}

impl Close {
    pub(super) fn new(rule: &'static str, since: Duration, frame: u64) -> Self {
        Self { rule, since, frame, is_broken_by_reading_on: false }
    }

    /// The same, and to answer something that came behind breaks the rule at once.
    pub(super) fn broken_by_reading_on(self) -> Self {
        Self { is_broken_by_reading_on: true, ..self }
    }
}

/// Something that was not done in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Overdue {
    pub(super) rule: &'static str,
    pub(super) what: String,
    /// The frame that asks for it.
    pub(super) frame: u64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Duties {
    pub(super) exchanges: Exchanges,
    /// When each PING passed that has no PONG, and in which frame.
    pings: VecDeque<(Duration, u64)>,
    response: Option<(Duration, u64)>,
    close: Option<Close>,
}

impl Duties {
    pub(super) fn pinged(&mut self, since: Duration, frame: u64) {
        if self.pings.len() < MOST_PINGS {
            self.pings.push_back((since, frame));
        }
    }

    /// A PONG came. The frame of the PING that it answers, if it answers one.
    pub(super) fn ponged(&mut self) -> Option<u64> {
        self.pings.pop_front().map(|(_, frame)| frame)
    }

    pub(super) fn asked(&mut self, since: Duration, frame: u64) {
        self.response = Some((since, frame));
    }

    pub(super) fn responded(&mut self) {
        self.response = None;
    }

    /// The first close that is due counts.
    pub(super) fn must_close(&mut self, close: Close) {
        self.close.get_or_insert(close);
    }

    pub(super) fn close(&self) -> Option<Close> {
        self.close
    }

    /// No close is due any more. Returns the one that was.
    pub(super) fn take_close(&mut self) -> Option<Close> {
        self.close.take()
    }

    /// Nothing is due any more: the connection ends.
    pub(super) fn end(&mut self) {
        self.exchanges.end();
        self.pings.clear();
        self.response = None;
        self.close = None;
    }

    /// Since when the oldest duty is due.
    pub(super) fn oldest(&self) -> Option<Duration> {
        let response = self.response.map(|(since, _)| since);
        let close = self.close.map(|close| close.since);
        let ping = self.pings.front().map(|(since, _)| *since);
        [response, close, ping, self.exchanges.oldest()].into_iter().flatten().min()
    }

    /// A duty that has been due since this time or longer. It is not due any more.
    pub(super) fn overdue(&mut self, since: Duration) -> Option<Overdue> {
        let is_due = |at: Duration| at <= since;
        if let Some((_, frame)) = self.response.take_if(|(at, _)| is_due(*at)) {
            let what = "the request has no response, and the connection is still open".to_owned();
            return Some(Overdue { rule: "handshake.first-request-answered", what, frame });
        }
        if let Some(close) = self.close.take_if(|close| is_due(close.since)) {
            let what = "the connection is still open".to_owned();
            return Some(Overdue { rule: close.rule, what, frame: close.frame });
        }
        if let Some((_, frame)) = self.pings.front().copied().filter(|(at, _)| is_due(*at)) {
            self.pings.pop_front();
            let what = "a PING has no PONG, and the connection is still open".to_owned();
            return Some(Overdue { rule: "keepalive.ping-answered", what, frame });
        }
        if self.exchanges.oldest().is_some_and(is_due) {
            let (id, frame) = self.exchanges.take_oldest()?;
            let what = format!("the PUBLISH {id} has no answer, and the connection is still open");
            return Some(Overdue { rule: "events.answered", what, frame });
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_pings_are_timed_and_no_more() {
        let mut duties = Duties::default();
        for frame in 0..=MOST_PINGS as u64 {
            duties.pinged(Duration::ZERO, frame);
        }
        let answered = std::iter::from_fn(|| duties.ponged()).count();
        assert_eq!(answered, MOST_PINGS);
    }
}
