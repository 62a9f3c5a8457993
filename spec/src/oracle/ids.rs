//! Tables of the 4096 message ids.

use crate::wire::MessageId;

const IDS: usize = 4096;

/// Ids in a page of an [`IdMap`].
const PAGE: usize = 64;

/// Some of the message ids, in 512 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IdSet {
    bits: Box<[u64; IDS / 64]>,
    count: usize,
}

impl Default for IdSet {
    /// None of them.
    fn default() -> Self {
        Self { bits: Box::new([0; IDS / 64]), count: 0 }
    }
}

impl IdSet {
    pub(super) fn contains(&self, id: MessageId) -> bool {
        let at = usize::from(id.get());
        self.bits[at / 64] >> (at % 64) & 1 != 0
    }

    /// False if it was there.
    pub(super) fn insert(&mut self, id: MessageId) -> bool {
        let is_new = !self.contains(id);
        let at = usize::from(id.get());
        self.bits[at / 64] |= 1 << (at % 64);
        self.count += usize::from(is_new);
        is_new
    }

    /// False if it was not there.
    pub(super) fn remove(&mut self, id: MessageId) -> bool {
        let was_there = self.contains(id);
        let at = usize::from(id.get());
        self.bits[at / 64] &= !(1 << (at % 64));
        self.count -= usize::from(was_there);
        was_there
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = MessageId> {
        (0..IDS as u16).filter_map(MessageId::new).filter(|id| self.contains(*id))
    }
}

/// Values by message id. It takes room for those that are there, in pages of 64.
#[derive(Debug, Clone)]
pub(super) struct IdMap<T> {
    pages: Box<[Option<Box<Page<T>>>; IDS / PAGE]>,
    /// The page that was emptied last: ids go up one by one, so that it is wanted again at once.
    spare: Option<Box<Page<T>>>,
}

#[derive(Debug, Clone)]
struct Page<T> {
    values: [Option<T>; PAGE],
    count: usize,
}

impl<T> Default for IdMap<T> {
    /// Without any value.
    fn default() -> Self {
        Self { pages: Box::new([const { None }; IDS / PAGE]), spare: None }
    }
}

impl<T> IdMap<T> {
    pub(super) fn get(&self, id: MessageId) -> Option<&T> {
        let at = usize::from(id.get());
        self.pages[at / PAGE].as_ref()?.values[at % PAGE].as_ref()
    }

    pub(super) fn get_mut(&mut self, id: MessageId) -> Option<&mut T> {
        let at = usize::from(id.get());
        self.pages[at / PAGE].as_mut()?.values[at % PAGE].as_mut()
    }

    /// Puts a value in; returns the one that was there.
    pub(super) fn insert(&mut self, id: MessageId, value: T) -> Option<T> {
        let at = usize::from(id.get());
        let spare = &mut self.spare;
        let page = self.pages[at / PAGE].get_or_insert_with(|| {
            spare.take().unwrap_or_else(|| Box::new(Page { values: [const { None }; PAGE], count: 0 }))
        });
        let before = page.values[at % PAGE].replace(value);
        page.count += usize::from(before.is_none());
        before
    }

    pub(super) fn remove(&mut self, id: MessageId) -> Option<T> {
        let at = usize::from(id.get());
        let slot = &mut self.pages[at / PAGE];
        let page = slot.as_mut()?;
        let value = page.values[at % PAGE].take()?;
        page.count -= 1;
        if page.count == 0 {
            self.spare = slot.take();
        }
        Some(value)
    }

    /// The ids that have values, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (MessageId, &T)> {
        let pages = self.pages.iter().enumerate().filter_map(|(at, page)| Some((at, page.as_ref()?)));
        pages.flat_map(|(at, page)| {
            let values = page.values.iter().enumerate();
            values.filter_map(move |(in_page, value)| {
                Some((MessageId::new((at * PAGE + in_page) as u16)?, value.as_ref()?))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u16) -> MessageId {
        MessageId::new(number).expect("12 bits")
    }

    #[test]
    fn a_set_holds_what_was_put_in_and_not_taken_out() {
        let mut set = IdSet::default();
        for number in [0, 63, 64, 4095] {
            assert!(set.insert(id(number)) && !set.insert(id(number)), "{number}");
        }
        assert!(set.remove(id(63)) && !set.remove(id(63)));
        let held: Vec<u16> = (0..4096).filter(|number| set.contains(id(*number))).collect();
        assert_eq!((held, set.len()), (vec![0, 64, 4095], 3));
    }

    #[test]
    fn a_map_holds_one_value_for_each_id() {
        let mut map = IdMap::default();
        for number in 0..4096 {
            assert_eq!(map.insert(id(number), number), None);
        }
        assert_eq!(map.insert(id(7), 0), Some(7));
        for number in 64..4096 {
            assert_eq!(map.remove(id(number)), Some(number));
            assert_eq!(map.remove(id(number)), None);
        }
        assert_eq!(map.pages.iter().flatten().count(), 1);
        assert_eq!(map.iter().map(|(id, _)| id.get()).collect::<Vec<_>>(), (0..64).collect::<Vec<_>>());
        assert_eq!((map.get(id(7)), map.get(id(64))), (Some(&0), None));
    }
}
