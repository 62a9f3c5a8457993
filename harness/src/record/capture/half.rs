//! One direction of a TCP connection: its segments, in whatever order and however often they were captured, in the order of the
//! stream.

use std::collections::BTreeMap;

/// The octets of one direction.
#[derive(Debug, Default)]
pub(super) struct Half {
    /// The sequence number of the stream's first octet; `None` until it is known.
    base: Option<u32>,
    /// So many octets of the stream were delivered.
    delivered: u64,
    /// Octets that came too early, by their place in the stream.
    waiting: BTreeMap<u64, Piece>,
    waiting_octets: usize,
    /// Where the stream ends, and what of the peer's stream its end comes behind.
    end: Option<(u64, u64)>,
    /// Its end was delivered.
    pub(super) is_ended: bool,
    /// The peer says that it has so many octets.
    acknowledged: u64,
}

/// Octets that can't be delivered yet.
#[derive(Debug)]
struct Piece {
    octets: Vec<u8>,
    /// Whoever sent them had so many octets of the peer's stream: they come behind those.
    behind: u64,
}

impl Half {
    pub(super) fn is_placed(&self) -> bool {
        self.base.is_some()
    }

    /// The stream begins with this sequence number.
    pub(super) fn place(&mut self, sequence: u32) {
        self.base = Some(sequence);
    }

    /// Whether the stream begins with this sequence number.
    pub(super) fn is_placed_at(&self, sequence: u32) -> bool {
        self.base == Some(sequence)
    }

    /// The place in the stream of a sequence number, which wraps every 4 GiB: the one that is nearest to what was delivered.
    /// Negative: before the stream's first octet.
    fn position(&self, sequence: u32) -> i64 {
        let delivered = i64::try_from(self.delivered).unwrap_or(i64::MAX);
        // The lower 32 bits are what the peers count with.
        let expected = self.base.unwrap_or(sequence).wrapping_add(self.delivered as u32);
        delivered.saturating_add(i64::from(sequence.wrapping_sub(expected).cast_signed()))
    }

    /// The place that the peer's acknowledgement speaks of; 0 if the stream's place isn't known.
    pub(super) fn acknowledged_place(&self, sequence: u32) -> u64 {
        if self.base.is_none() { 0 } else { u64::try_from(self.position(sequence)).unwrap_or(0) }
    }

    pub(super) fn acknowledge(&mut self, sequence: u32) {
        self.acknowledged = self.acknowledged.max(self.acknowledged_place(sequence));
    }

    /// Octets came that whoever sent them wrote behind so many of the peer's stream.
    pub(super) fn put(&mut self, sequence: u32, octets: &[u8], behind: u64) {
        let position = self.position(sequence);
        // What comes from before the start, or was delivered, was sent again.
        let known = u64::try_from(i64::try_from(self.delivered).unwrap_or(i64::MAX).saturating_sub(position));
        let known = usize::try_from(known.unwrap_or(0)).unwrap_or(usize::MAX);
        let Some(new) = octets.get(known..).filter(|new| !new.is_empty()) else { return };
        let Ok(place) = u64::try_from(position.max(0)) else { return };
        let place = place.max(self.delivered);
        let longer = self.waiting.get(&place).is_none_or(|piece| piece.octets.len() < new.len());
        if longer {
            let piece = Piece { octets: new.to_vec(), behind };
            self.waiting_octets += new.len();
            if let Some(shorter) = self.waiting.insert(place, piece) {
                self.waiting_octets -= shorter.octets.len();
            }
        }
    }

    /// Whether octets that come now, behind so many of the peer's stream, can be delivered at once.
    pub(super) fn is_next(&self, sequence: u32, behind: u64, peer: &Self) -> bool {
        self.waiting.is_empty()
            && self.end.is_none()
            && behind <= peer.delivered()
            && self.position(sequence) == i64::try_from(self.delivered).unwrap_or(i64::MAX)
    }

    /// These octets are delivered without being kept.
    pub(super) fn passed(&mut self, count: usize) {
        self.delivered += count as u64;
    }

    /// The stream ends in front of this sequence number.
    pub(super) fn finish(&mut self, sequence: u32, behind: u64) {
        if let Ok(place) = u64::try_from(self.position(sequence)) {
            self.end.get_or_insert((place, behind));
        }
    }

    /// The next octets, if they can be delivered.
    pub(super) fn take(&mut self, peer_delivered: u64) -> Option<Vec<u8>> {
        loop {
            let entry = self.waiting.first_entry().filter(|entry| *entry.key() <= self.delivered)?;
            let place = *entry.key();
            let piece = entry.get();
            let end = place + piece.octets.len() as u64;
            if end > self.delivered && piece.behind > peer_delivered {
                return None;
            }
            let mut octets = entry.remove().octets;
            self.waiting_octets -= octets.len();
            if end <= self.delivered {
                continue;
            }
            let known = usize::try_from(self.delivered - place).unwrap_or(usize::MAX);
            octets.drain(..known.min(octets.len()));
            self.delivered = end;
            return Some(octets);
        }
    }

    /// Whether the stream ends here, and that wasn't told yet.
    pub(super) fn take_end(&mut self, peer_delivered: u64) -> bool {
        let is_here = self.end.is_some_and(|(place, behind)| place <= self.delivered && behind <= peer_delivered);
        let is_new = is_here && !self.is_ended;
        self.is_ended |= is_here;
        is_new
    }

    /// So many octets of the stream were delivered; its end, once it was told, counts as one, as in the peer's acknowledgements.
    pub(super) fn delivered(&self) -> u64 {
        self.delivered + u64::from(self.is_ended)
    }

    /// The octets between what was delivered and what comes next or was acknowledged: they passed and were not captured, or
    /// come later. 0: nothing is missing.
    pub(super) fn missing(&self) -> u64 {
        let next = self.waiting.first_key_value().map(|(place, _)| *place);
        let known = match (next, self.end) {
            (Some(next), _) => next,
            (None, Some((end, _))) => end,
            (None, None) => self.acknowledged,
        };
        known.saturating_sub(self.delivered())
    }

    /// Goes on behind the octets that are missing.
    pub(super) fn skip_missing(&mut self) {
        self.delivered += self.missing();
    }

    /// Whether the peer has octets that were not captured.
    pub(super) fn is_known_to_be_lost(&self) -> bool {
        self.acknowledged > self.delivered() && self.missing() > 0
    }

    pub(super) fn waiting_octets(&self) -> usize {
        self.waiting_octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Puts segments (sequence number, octets) and takes what can be delivered after each.
    fn delivered(base: u32, segments: &[(u32, &str)]) -> String {
        let mut half = Half::default();
        half.place(base);
        let mut text = String::new();
        for (sequence, octets) in segments {
            half.put(*sequence, octets.as_bytes(), 0);
            while let Some(octets) = half.take(0) {
                text.push_str(&String::from_utf8(octets).expect("made for the test"));
            }
        }
        assert_eq!(half.waiting_octets, half.waiting.values().map(|piece| piece.octets.len()).sum::<usize>());
        text
    }

    #[test]
    fn segments_come_out_in_the_order_of_the_stream() {
        assert_eq!(delivered(100, &[(100, "abc"), (103, "def")]), "abcdef");
        assert_eq!(delivered(100, &[(103, "def"), (100, "abc")]), "abcdef");
    }

    #[test]
    fn what_is_sent_again_comes_out_once() {
        assert_eq!(delivered(100, &[(100, "abc"), (100, "abc"), (99, "xabc"), (103, "d")]), "abcd");
        // Joined with what follows, and out of order.
        assert_eq!(delivered(100, &[(100, "ab"), (100, "abcd"), (103, "de")]), "abcde");
        assert_eq!(delivered(100, &[(102, "cd"), (102, "cdef"), (101, "bcd"), (100, "ab"), (106, "g")]), "abcdefg");
    }

    #[test]
    fn sequence_numbers_wrap() {
        assert_eq!(delivered(u32::MAX - 1, &[(u32::MAX - 1, "ab"), (0, "cd"), (2, "ef")]), "abcdef");
        assert_eq!(delivered(u32::MAX - 1, &[(2, "ef"), (0, "cd"), (u32::MAX - 1, "abcd")]), "abcdef");
    }

    #[test]
    fn octets_wait_for_what_their_sender_had_read() {
        let (mut half, mut peer) = (Half::default(), Half::default());
        half.place(0);
        peer.place(500);
        half.put(0, b"answer", peer.acknowledged_place(508));
        assert_eq!(half.take(peer.delivered()), None);
        peer.put(500, b"question", 0);
        assert_eq!(peer.take(half.delivered()).as_deref(), Some(&b"question"[..]));
        assert_eq!(half.take(peer.delivered()).as_deref(), Some(&b"answer"[..]));
    }

    #[test]
    fn what_was_acknowledged_and_never_seen_is_missing() {
        let mut half = Half::default();
        half.place(0);
        half.put(3, b"def", 0);
        assert!(!half.is_known_to_be_lost());
        half.acknowledge(6);
        assert_eq!((half.missing(), half.is_known_to_be_lost()), (3, true));
        half.put(0, b"abc", 0);
        while half.take(0).is_some() {}
        assert_eq!((half.missing(), half.is_known_to_be_lost()), (0, false));
    }
}
