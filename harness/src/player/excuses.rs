//! Why it isn't held against a peer that something didn't come, or that it closed.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Phase;
use sinkcheck_spec::wire::{Ack, Message};
use tokio::time::Instant;

use super::{Halt, Player};
use crate::connection::Inbox;

/// Within so short an interval a peer may be busy for longer.
const SHORT_INTERVAL: Duration = Duration::from_secs(5);

/// After so many keepalive intervals a peer may have dropped us for our silence; what it sees may be a little late.
pub(super) const OUR_SILENCE: f64 = 1.4;

impl Player<'_> {
    /// A close by a target that may have lost patience with us says nothing: this machine, if it was overloaded, kept a connection
    /// silent for longer than was meant. It was the server's turn to speak where its response was waited for. Nor does one by a target
    /// whose event we leave without an answer.
    pub(super) fn not_for_our_silence(&self, on: &str) -> Result<(), Halt> {
        let (Some(link), Some(interval)) = (self.connections.get(on), self.setting.target.keepalive_interval) else {
            return Ok(());
        };
        let silence = {
            let inbox = link.connection.inbox();
            let Some(closed) = &inbox.closed else { return Ok(()) };
            let waited = closed.at.saturating_duration_since(inbox.last_event);
            if inbox.oracle.in_flight() > 0 && waited >= interval {
                let message = format!(
                    "the connection was closed when an event of the target's had waited {} ms for its answer, which it may have given up",
                    waited.as_millis()
                );
                return Err(Halt::CantTell { code: "answer-given-up", message });
            }
            inbox.our_silence()
        };
        if silence >= interval && !self.scenario.is_slow() && !self.owes_response(on, interval) {
            let message = format!(
                "the connection was closed, after this machine had sent nothing for {} ms",
                silence.as_millis()
            );
            return Err(Halt::CantTell { code: "machine-overloaded", message });
        }
        if self.scenario.is_heavy() && interval < SHORT_INTERVAL {
            let message = "the connection was closed amid thousands of messages, in a time in which a peer that is busy with them may well take its own lateness for our silence; a longer keepalive interval tells".to_owned();
            return Err(Halt::CantTell { code: "closed-while-busy", message });
        }
        self.in_time(self.started, interval)
    }

    /// A server that is faster than its keepalive interval, and has answered no request.
    fn owes_response(&self, on: &str, interval: Duration) -> bool {
        let is_asked =
            self.connections.get(on).is_some_and(|link| link.connection.inbox().oracle.phase() == Phase::Asked);
        self.setting.target.role == Role::Server && is_asked && !self.is_slower_than(interval)
    }

    fn is_slower_than(&self, interval: Duration) -> bool {
        self.setting.calibration.slowest * 4 > interval
    }

    pub(super) fn is_dropped_for_silence(&self, on: &str) -> bool {
        let (Some(link), Some(interval)) = (self.connections.get(on), self.setting.target.keepalive_interval) else {
            return false;
        };
        let inbox = link.connection.inbox();
        self.is_slower_than(interval)
            && inbox.closed.as_ref().is_some_and(|closed| {
                closed.at.saturating_duration_since(inbox.last_sent) >= interval.mul_f64(OUR_SILENCE)
            })
    }

    /// A deadline that passed says something only if this machine was awake: an overloaded one can't tell who was late.
    pub(super) fn in_time(&self, since: Instant, waited: Duration) -> Result<(), Halt> {
        let late = self.setting.lag.worst_since(since);
        if late > waited / 4 {
            return Err(Halt::CantTell {
                code: "machine-overloaded",
                message: format!(
                    "this machine woke up {} ms late while it waited {} ms",
                    late.as_millis(),
                    waited.as_millis()
                ),
            });
        }
        Ok(())
    }

    /// Events of the peer's wait for their answers, and never were there more that did on this connection: it may rightly wait with the
    /// next. Whether that is why it sends nothing shows when they have their answers.
    pub(super) async fn waits_for_answers(&self, on: &str) -> Option<Halt> {
        let link = self.connections.get(on)?;
        let (waiting, before, most) = {
            let inbox = link.connection.inbox();
            (inbox.oracle.ids_in_flight(), inbox.publishes.len(), inbox.most_in_flight)
        };
        if waiting.is_empty() || most > waiting.len() {
            return None;
        }
        // Within a frame of the case's nothing else can be sent, so that it can't be seen.
        if !link.is_within_frame() {
            let patience = self.setting.patience();
            let acks = waiting.iter().flat_map(|&message_id| Message::from(Ack { message_id }).to_frame()).collect();
            link.connection.send(vec![acks], Duration::ZERO, patience).await.ok()?;
            let goes_on =
                |inbox: &mut Inbox| (inbox.publishes.len() > before || inbox.oracle.in_flight() > 0).then_some(());
            link.connection.wait(Instant::now() + patience, goes_on).await?;
        }
        let what = match waiting.len() {
            1 => "a peer that publishes its next event before the last one is answered".to_owned(),
            most => format!("a peer that has more than {most} events unanswered at a time"),
        };
        Some(Halt::Lacks(what))
    }
}
