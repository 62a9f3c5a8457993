//! What the player remembers of a connection, and of the events on it.

use std::collections::VecDeque;

use sinkcheck_spec::wire::{Deframer, Event, InstanceId, MessageId};
use tokio::time::Instant;

use crate::connection::Connection;

/// A connection and what the player remembers of it.
pub(super) struct Link {
    pub(super) connection: Connection,
    /// PUBLISHes that must be answered and of which no step has taken the answer.
    pub(super) waiting: VecDeque<Owed>,
    /// Events of the peer that steps have seen here and the case has not answered, with their message ids.
    pub(super) taken: Vec<(MessageId, Event<'static>)>,
    pub(super) next_id: MessageId,
    /// Breaches that have been turned into findings.
    pub(super) reported: usize,
    /// A request that was sent, to learn from its answer who is on record.
    pub(super) introduced: Option<InstanceId>,
    /// What the case sent, put together into frames.
    pub(super) sent: Deframer,
    /// When a client under test was rejected on it.
    pub(super) rejected_at: Option<Instant>,
    /// It was told that its version isn't supported.
    pub(super) is_outdated: bool,
    /// When the case ended it.
    pub(super) ended_at: Option<Instant>,
    /// When the connection before it ended, of a client that then waited.
    pub(super) waited_since: Option<Instant>,
}

impl Link {
    /// Whether a frame was begun and not ended: nothing else can be sent.
    pub(super) fn is_within_frame(&self) -> bool {
        self.sent.pending() > 0
    }

    /// The case answers an event: that event, if a step has seen it.
    pub(super) fn answers(&mut self, id: MessageId) -> Option<Event<'static>> {
        let at = self.taken.iter().rposition(|(taken, _)| *taken == id)?;
        Some(self.taken.swap_remove(at).1)
    }
}

/// A PUBLISH that must be answered.
pub(super) struct Owed {
    pub(super) id: MessageId,
    pub(super) event: Event<'static>,
    pub(super) claim: Claim,
}

/// What was answered to events, of which a later step asks what the application took.
#[derive(Default)]
pub(super) struct Answered {
    pub(super) acked: Vec<Event<'static>>,
    /// NACKed, and never ACKed.
    pub(super) nacked: Vec<Event<'static>>,
}

impl Answered {
    pub(super) fn ack(&mut self, event: Event<'static>) {
        self.nacked.retain(|nacked| *nacked != event);
        self.acked.push(event);
    }

    pub(super) fn nack(&mut self, event: Event<'static>) {
        if !self.acked.contains(&event) {
            self.nacked.push(event);
        }
    }
}

/// What the target file says that the application does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    Accepts,
    Rejects,
    Unknown,
}
