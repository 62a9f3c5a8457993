//! The peer's PUBLISHes: whether their ids are right.

use std::collections::BTreeMap;

use super::breach::Breach;
use super::ids::{IdMap, IdSet};
use crate::wire::MessageId;

/// The PUBLISHes of the peer on one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Publishes {
    last: Option<MessageId>,
    unanswered: IdSet,
    used: IdSet,
    /// The ids that we answered, and the number of our frame that did.
    answered: IdMap<u64>,
    /// The number of our frame up to which the peer has shown that it read.
    read: u64,
    /// Ids that we answered while none of their PUBLISHes had come unanswered, and the number of our frame that did.
    answered_ahead: BTreeMap<MessageId, u64>,
}

impl Publishes {
    /// We answered one, with our frame of this number.
    pub(super) fn answered(&mut self, id: MessageId, frame: u64) {
        if self.unanswered.remove(id) {
            self.answered.insert(id, frame);
        } else {
            self.answered_ahead.insert(id, frame);
        }
    }

    /// The peer has shown that it read our frame of this number. What it read by then without a PUBLISH that it could answer is past.
    pub(super) fn peer_read(&mut self, frame: u64) {
        self.read = self.read.max(frame);
        if !self.answered_ahead.is_empty() {
            self.answered_ahead.retain(|_, ahead| *ahead > frame);
        }
    }

    /// How many have no answer.
    pub(super) fn in_flight(&self) -> usize {
        self.unanswered.len()
    }

    /// The ids of these.
    pub(super) fn ids_in_flight(&self) -> impl Iterator<Item = MessageId> {
        self.unanswered.iter()
    }

    /// A malformed one came. It is judged for its octets; its id is used, and the next one goes on from there.
    pub(super) fn passed(&mut self, id: MessageId) {
        self.last = Some(id);
        self.used.insert(id);
    }

    /// One came.
    pub(super) fn came(&mut self, id: MessageId) -> Vec<Breach> {
        let mut breaches = Vec::new();
        if self.unanswered.contains(id) {
            breaches.push(Breach::new(
                "events.id-not-reused-in-flight",
                format!("a PUBLISH with the id {id}, whose last PUBLISH has no answer yet"),
            ));
        } else if self.answered_ahead.remove(&id).is_none() {
            // If it was on its way already when we sent a stray answer, the peer was right to take that for its answer.
            self.unanswered.insert(id);
        }
        if let Some(last) = self.last {
            let mut next = last.next();
            // An id that is still in flight may be skipped.
            while next != id && self.may_be_in_flight(next) && next != last {
                next = next.next();
            }
            if next != id {
                let rule = if last == MessageId::MAX { "events.ids-wrap" } else { "events.ids-go-up-by-one" };
                breaches.push(Breach::new(rule, format!("a PUBLISH with the id {id} after {last}")));
            }
        }
        self.answered.remove(id);
        self.passed(id);
        breaches
    }

    /// Whether an id is one in flight, as far as the peer may know. When it read our answer can't be seen, but it may have shown
    /// since that it did.
    fn may_be_in_flight(&self, id: MessageId) -> bool {
        self.used.contains(id) && self.answered.get(id).is_none_or(|frame| *frame > self.read)
    }
}
