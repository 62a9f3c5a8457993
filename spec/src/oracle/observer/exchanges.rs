//! The PUBLISHes that passed towards one peer, and its answers.

use std::collections::VecDeque;
use std::time::Duration;

use crate::oracle::ids::IdMap;
use crate::wire::MessageId;

/// So many answered ones are remembered, so that a second answer can be shown with the first.
const REMEMBERED: usize = 32;

/// Twice as many as there are ids.
const MOST_ORDERED: usize = 8192;

/// A PUBLISH without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The number of its frame.
    pub(super) frame: u64,
    /// The number of the first frame under the id that may be the one that is answered.
    pub(super) first: u64,
    /// It has to be answered.
    pub(super) owed: bool,
    /// It has a varint in a longer form than it needs.
    pub(super) is_long: bool,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Exchanges {
    /// At most one for each id: who sends more than that has broken a rule already.
    waiting: IdMap<Waiting>,
    /// Those that are owed an answer, oldest first. What was answered meanwhile is dropped when it comes to the front.
    order: VecDeque<(MessageId, u64, Duration)>,
    /// The id, and the frames of the PUBLISH and its answer.
    answered: VecDeque<(MessageId, u64, u64)>,
}

impl Exchanges {
    pub(super) fn published(&mut self, id: MessageId, frame: u64, since: Duration, owed: bool, is_long: bool) {
        let first = self.waiting.get(id).map_or(frame, |before| before.first);
        self.waiting.insert(id, Waiting { frame, first, owed, is_long });
        if owed {
            self.order.push_back((id, frame, since));
        }
        // What waits is at most one for each id; the rest was answered out of order.
        if self.order.len() > MOST_ORDERED {
            let waiting = &self.waiting;
            self.order.retain(|(id, frame, _)| waiting.get(*id).is_some_and(|one| one.frame == *frame));
        }
    }

    pub(super) fn answered(&mut self, id: MessageId, frame: u64) -> Option<Waiting> {
        let waiting = self.waiting.remove(id)?;
        if self.answered.len() == REMEMBERED {
            self.answered.pop_front();
        }
        self.answered.push_back((id, waiting.frame, frame));
        while self
            .order
            .front()
            .is_some_and(|(id, frame, _)| self.waiting.get(*id).is_none_or(|one| one.frame != *frame))
        {
            self.order.pop_front();
        }
        Some(waiting)
    }

    /// The one under this id that has no answer.
    pub(super) fn waiting(&self, id: MessageId) -> Option<Waiting> {
        self.waiting.get(id).copied()
    }

    /// The frames that have to do with this id, as far as they are remembered.
    pub(super) fn frames(&self, id: MessageId) -> impl Iterator<Item = u64> {
        let answered = self.answered.iter().rev().find(|(answered, ..)| *answered == id);
        let answered = answered.into_iter().flat_map(|(_, publish, answer)| [*publish, *answer]);
        self.waiting.get(id).map(|waiting| waiting.frame).into_iter().chain(answered)
    }

    /// Since when the oldest of those that must be answered waits.
    pub(super) fn oldest(&self) -> Option<Duration> {
        self.order.front().map(|(_, _, since)| *since)
    }

    /// The oldest one that must be answered; it is not owed any more.
    pub(super) fn take_oldest(&mut self) -> Option<(MessageId, u64)> {
        let (id, frame, _) = self.order.pop_front()?;
        if let Some(waiting) = self.waiting.get_mut(id) {
            waiting.owed = false;
        }
        while self
            .order
            .front()
            .is_some_and(|(id, frame, _)| self.waiting.get(*id).is_none_or(|one| one.frame != *frame))
        {
            self.order.pop_front();
        }
        Some((id, frame))
    }

    /// Nothing is owed any more.
    pub(super) fn end(&mut self) {
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> MessageId {
        MessageId::new(u16::try_from(number % 4096).unwrap_or_default()).unwrap_or(MessageId::MAX)
    }

    #[test]
    fn what_waits_behind_one_that_is_never_answered_takes_bounded_room() {
        let mut exchanges = Exchanges::default();
        exchanges.published(id(0), 0, Duration::ZERO, true, false);
        for frame in 1..20_000 {
            let other = id(1 + frame % 4095);
            exchanges.published(other, frame, Duration::from_secs(frame), true, false);
            exchanges.answered(other, frame);
            assert!(exchanges.order.len() <= MOST_ORDERED);
        }
        assert_eq!(exchanges.oldest(), Some(Duration::ZERO));
        assert_eq!(exchanges.take_oldest(), Some((id(0), 0)));
        assert_eq!(exchanges.oldest(), None);
    }

    #[test]
    fn of_those_under_one_id_the_newest_waits() {
        let mut exchanges = Exchanges::default();
        for (frame, of) in [1, 2, 2].into_iter().enumerate() {
            let frame = frame as u64;
            exchanges.published(id(of), frame, Duration::from_secs(frame), true, false);
        }
        assert_eq!(exchanges.take_oldest(), Some((id(1), 0)));
        assert_eq!(exchanges.oldest(), Some(Duration::from_secs(2)));
        assert_eq!(exchanges.answered(id(1), 3).map(|one| one.owed), Some(false));
        assert_eq!(exchanges.answered(id(2), 4).map(|one| (one.owed, one.frame, one.first)), Some((true, 2, 1)));
        assert_eq!(exchanges.oldest(), None);
    }

    #[test]
    fn so_many_answered_ones_are_remembered_and_no_more() {
        let mut exchanges = Exchanges::default();
        for frame in 0..=REMEMBERED as u64 {
            exchanges.published(id(frame), 2 * frame, Duration::ZERO, true, false);
            exchanges.answered(id(frame), 2 * frame + 1);
        }
        let frames = |number: u64| exchanges.frames(id(number)).collect::<Vec<_>>();
        assert_eq!(frames(0), Vec::<u64>::new());
        assert_eq!(frames(1), [2, 3]);
        assert_eq!(frames(32), [64, 65]);
    }
}
