//! The events that one side has for one peer, until they are answered.

use std::collections::BTreeMap;
use std::ops::Bound;

use thiserror::Error;

use super::Log;
use crate::wire::{Event, Reason};

/// The place of an event in its outbox: the first is 0, each later one is higher. It names the event on whatever
/// connection it travels, where a message id names it on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventNumber(pub u64);

/// An event that the peer answered with a NACK. It doesn't count as delivered (`events.nacked-not-delivered`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The event.
    pub event: Event<'static>,
    /// Why, in the peer's words.
    pub reason: Reason<'static>,
}

/// The outbox is full; the event was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{} events wait to be delivered already", Outbox::CAPACITY)]
pub struct OutboxFull;

/// The events that one side has for one peer. They outlive the connection: what is unanswered when it is lost stays
/// here, and goes out again on the next (`events.unanswered-sent-again`).
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    unanswered: BTreeMap<EventNumber, Event<'static>>,
    queued: u64,
    delivered: u64,
    refused: Log<Refused>,
}

impl Outbox {
    /// The most events that may be unanswered, sent or not.
    pub const CAPACITY: usize = 1 << 16;

    /// An empty outbox.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event, to be sent when the peer is there.
    ///
    /// # Errors
    ///
    /// [`OutboxFull`] where [`Outbox::CAPACITY`] events are unanswered.
    pub fn push(&mut self, event: Event<'static>) -> Result<EventNumber, OutboxFull> {
        if self.unanswered.len() >= Self::CAPACITY {
            return Err(OutboxFull);
        }
        let number = EventNumber(self.queued);
        self.queued += 1;
        self.unanswered.insert(number, event);
        Ok(number)
    }

    /// The number that the next event gets.
    #[must_use]
    pub fn next_number(&self) -> EventNumber {
        EventNumber(self.queued)
    }

    /// The unanswered events, sent or not, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (EventNumber, &Event<'static>)> {
        self.unanswered.iter().map(|(number, event)| (*number, event))
    }

    /// How many events are unanswered, sent or not.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.unanswered.len()
    }

    /// How many events have been delivered: ACKed (`events.delivered-only-by-ack`).
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// The events that were answered with a NACK, oldest first. They are not sent again (`events.nacked-tried-again`
    /// is open).
    #[must_use]
    pub fn refused(&self) -> &Log<Refused> {
        &self.refused
    }

    /// The first unanswered event after that one, or the first of all.
    pub(super) fn after(&self, last: Option<EventNumber>) -> Option<(EventNumber, &Event<'static>)> {
        let from = last.map_or(Bound::Unbounded, Bound::Excluded);
        self.unanswered.range((from, Bound::Unbounded)).next().map(|(number, event)| (*number, event))
    }

    /// The event was ACKed. `false` if it was answered before, on another connection.
    pub(super) fn count_delivered(&mut self, number: EventNumber) -> bool {
        let was_unanswered = self.unanswered.remove(&number).is_some();
        self.delivered += u64::from(was_unanswered);
        was_unanswered
    }

    /// The event was NACKed. `false` if it was answered before, on another connection.
    pub(super) fn count_refused(&mut self, number: EventNumber, reason: Reason<'static>) -> bool {
        let Some(event) = self.unanswered.remove(&number) else { return false };
        let octets = event.encoded_len() + reason.encoded_len();
        self.refused.push(Refused { event, reason }, octets);
        true
    }
}
