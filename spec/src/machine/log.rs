//! A list that forgets its oldest entries rather than grow without end.

use std::collections::VecDeque;

/// What happened lately, oldest first, within a bound of octets.
#[derive(Clone, Debug)]
pub struct Log<T> {
    entries: VecDeque<(usize, T)>,
    octets: usize,
}

impl<T> Log<T> {
    /// The octets of entries that are kept: older ones are forgotten to stay below it. The newest is kept always.
    pub const BOUND: usize = 64 << 20;

    /// An empty list.
    #[must_use]
    pub const fn new() -> Self {
        Self { entries: VecDeque::new(), octets: 0 }
    }

    /// Adds an entry that counts for so many octets.
    pub(super) fn push(&mut self, entry: T, octets: usize) {
        self.entries.push_back((octets, entry));
        self.octets += octets;
        while self.octets > Self::BOUND && self.entries.len() > 1 {
            if let Some((forgotten, _)) = self.entries.pop_front() {
                self.octets -= forgotten;
            }
        }
    }

    /// The entries, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().map(|(_, entry)| entry)
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_make_room() {
        let mut log = Log::new();
        assert!(log.is_empty());
        for number in 0..5 {
            log.push(number, Log::<i32>::BOUND / 3);
        }
        assert_eq!(log.iter().copied().collect::<Vec<_>>(), [2, 3, 4]);
        assert!(!log.is_empty());
        log.push(5, Log::<i32>::BOUND * 2);
        assert_eq!((log.iter().copied().collect::<Vec<_>>(), log.len()), (vec![5], 1));
    }
}
