//! The message ids of one direction of a connection.

use std::collections::BTreeMap;

use super::EventNumber;
use crate::wire::MessageId;

/// The PUBLISHes of one side of a connection that are unanswered, by message id.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    events: BTreeMap<MessageId, EventNumber>,
    next: MessageId,
}

impl InFlight {
    /// The most that can be in flight: one for each id (`events.id-not-reused-in-flight`).
    const CAPACITY: usize = MessageId::MAX.get() as usize + 1;

    /// Nothing in flight; the first PUBLISH will have the id `first`.
    pub(super) fn new(first: MessageId) -> Self {
        Self { events: BTreeMap::new(), next: first }
    }

    /// Whether an id is free.
    pub(super) fn has_room(&self) -> bool {
        self.events.len() < Self::CAPACITY
    }

    /// Whether the id's PUBLISH is unanswered.
    pub(super) fn contains(&self, id: MessageId) -> bool {
        self.events.contains_key(&id)
    }

    /// Gives the event the next id: one more than the last, 0 after 4095, passing over those that are in flight.
    /// `None` if no id is free.
    pub(super) fn assign(&mut self, number: EventNumber) -> Option<MessageId> {
        if !self.has_room() {
            return None;
        }
        while self.contains(self.next) {
            self.next = self.next.next();
        }
        let id = self.next;
        self.events.insert(id, number);
        self.next = id.next();
        Some(id)
    }

    /// The id was answered: it is free again. `None` if it was not in flight.
    pub(super) fn settle(&mut self, id: MessageId) -> Option<EventNumber> {
        self.events.remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> MessageId {
        MessageId::new(number).expect("12 bits")
    }

    #[test]
    fn ids_go_up_by_one_and_wrap() {
        let mut ids = InFlight::new(id(4094));
        let given: Vec<_> = (0..4).filter_map(|n| ids.assign(EventNumber(n))).collect();
        assert_eq!(given, [id(4094), id(4095), id(0), id(1)]);
    }

    #[test]
    fn an_id_in_flight_is_passed_over() {
        let mut ids = InFlight::new(id(7));
        assert_eq!(ids.assign(EventNumber(0)), Some(id(7)));
        for number in 1..4096 {
            let given = ids.assign(EventNumber(number)).expect("a free id");
            assert!(ids.settle(given).is_some());
        }
        assert_eq!(ids.assign(EventNumber(4096)), Some(id(8)), "7 is still in flight");
    }

    #[test]
    fn all_4096_can_be_in_flight_and_no_more() {
        let mut ids = InFlight::new(id(100));
        for number in 0..4096 {
            assert!(ids.assign(EventNumber(number)).is_some());
        }
        assert!(!ids.has_room());
        assert_eq!(ids.assign(EventNumber(4096)), None);
        assert_eq!(ids.settle(id(3000)), Some(EventNumber(2900)));
        assert_eq!(ids.settle(id(3000)), None);
        assert_eq!(ids.assign(EventNumber(4097)), Some(id(3000)));
    }
}
