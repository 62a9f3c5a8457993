//! How frames are cut out of what arrives, rightly and wrongly.

use std::collections::VecDeque;

use super::Framing::{
    EmptiesAfterAFrame, FirstOfARead, FirstTwoOfARead, Largest, LargestOfAnEvent, LittleEndian, LosesCutContent,
    LosesCutLength, LowOctetOnly, Reversed, Right, SignedLength, SingleOctetsLost, TwoSegments,
};
use super::content;

/// How a peer cuts frames out of what arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// As the layout says.
    #[default]
    Right,
    /// The length's octets are swapped.
    LittleEndian,
    /// The length's first octet is not looked at.
    LowOctetOnly,
    /// A length of 32768 or more counts as negative, and its frame as malformed.
    SignedLength,
    /// Longer frames count as malformed.
    Largest(usize),
    /// Longer frames with an event count as malformed.
    LargestOfAnEvent(usize),
    /// A length of which one octet arrived is lost.
    LosesCutLength,
    /// A content of which a part arrived is lost.
    LosesCutContent,
    /// A frame that takes more than two reads is lost.
    TwoSegments,
    /// An octet that arrives alone is lost.
    SingleOctetsLost,
    /// What follows a whole frame in a read, and is not whole, is lost.
    EmptiesAfterAFrame,
    /// Of the frames in a read only the first is dealt with.
    FirstOfARead,
    /// Of the frames in a read only two are dealt with.
    FirstTwoOfARead,
    /// The frames of a read are dealt with in the opposite order.
    Reversed,
}

/// A content that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrived {
    pub(super) content: Vec<u8>,
    /// Its place among those that its read completed, from 0.
    pub(super) place: usize,
    /// How many reads it took.
    pub(super) segments: usize,
}

/// The octets that arrived and are no whole frame yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembly {
    framing: Framing,
    left: Vec<u8>,
    /// How many reads what is left took.
    segments: usize,
}

impl Assembly {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, ..Self::default() }
    }

    /// What is left, the length included.
    pub(super) fn left(&self) -> &[u8] {
        &self.left
    }

    /// Adds what a read brought, and appends the contents that are whole now.
    pub(super) fn push(&mut self, octets: &[u8], to: &mut VecDeque<Arrived>) {
        if self.framing == SingleOctetsLost && octets.len() == 1 {
            return;
        }
        self.left.extend_from_slice(octets);
        self.segments += 1;
        let mut whole = Vec::new();
        let mut taken = 0;
        while let Some((content, octets)) = self.first(taken) {
            let place = whole.len();
            whole.push(Arrived { content, place, segments: if place == 0 { self.segments } else { 1 } });
            taken += octets;
            // What is left began in this read.
            self.segments = 1;
        }
        self.left.drain(..taken);
        if self.loses(!whole.is_empty()) {
            self.left.clear();
        }
        if self.left.is_empty() {
            self.segments = 0;
        }
        match self.framing {
            FirstOfARead => whole.truncate(1),
            FirstTwoOfARead => whole.truncate(2),
            Reversed => whole.reverse(),
            _ => {}
        }
        to.extend(whole);
    }

    /// The first whole content behind so many octets, and how many its frame takes.
    fn first(&self, taken: usize) -> Option<(Vec<u8>, usize)> {
        let (head, rest) = self.left.get(taken..)?.split_first_chunk::<2>()?;
        let said = usize::from(u16::from_be_bytes(*head));
        let length = match self.framing {
            LittleEndian => usize::from(u16::from_le_bytes(*head)),
            LowOctetOnly => said & 0xff,
            _ => said,
        };
        let content = rest.get(..length)?;
        let is_refused = match self.framing {
            SignedLength => said >= 1 << 15,
            Largest(most) => said > most,
            LargestOfAnEvent(most) => said > most && content::is(content, content::PUBLISH),
            _ => false,
        };
        let content = if is_refused { content::MALFORMED } else { content };
        Some((content.to_vec(), 2 + length))
    }

    /// Whether what is left at the end of a read is lost; `completed`: the read completed a frame.
    fn loses(&self, completed: bool) -> bool {
        match self.framing {
            LosesCutLength => self.left.len() == 1,
            LosesCutContent => self.left.len() >= 2,
            TwoSegments => self.segments >= 2,
            EmptiesAfterAFrame => completed,
            Right | LittleEndian | LowOctetOnly | SignedLength | Largest(_) | LargestOfAnEvent(_)
            | SingleOctetsLost | FirstOfARead | FirstTwoOfARead | Reversed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(framing: Framing, reads: &[&[u8]], expected: &[&[u8]]) {
        let (mut assembly, mut whole) = (Assembly::new(framing), VecDeque::new());
        for read in reads {
            assembly.push(read, &mut whole);
        }
        let whole: Vec<_> = whole.iter().map(|arrived| arrived.content.as_slice()).collect();
        assert_eq!(whole, expected, "{framing:?}");
    }

    #[test]
    fn each_way_to_cut_frames_errs_where_it_should_and_nowhere_else() {
        let two: &[u8] = &[0, 1, 7, 0, 1, 8];
        check(Right, &[two], &[&[7], &[8]]);
        check(Right, &[&[0], &[1], &[7, 0], &[1, 8]], &[&[7], &[8]]);
        check(FirstOfARead, &[two, &[0, 1, 9]], &[&[7], &[9]]);
        check(FirstTwoOfARead, &[two, &[0, 1, 9]], &[&[7], &[8], &[9]]);
        check(Reversed, &[two], &[&[8], &[7]]);
        check(LosesCutLength, &[&[0], &[0, 1, 7]], &[&[7]]);
        check(LosesCutLength, &[&[0, 1], &[7]], &[&[7]]);
        check(LosesCutContent, &[&[0], &[1, 7]], &[&[7]]);
        check(LosesCutContent, &[&[0, 1], &[0, 1, 7]], &[&[7]]);
        check(TwoSegments, &[&[0], &[1, 7]], &[&[7]]);
        check(TwoSegments, &[&[0], &[1], &[0, 1, 7]], &[&[7]]);
        check(EmptiesAfterAFrame, &[&[0, 1, 7, 0], &[0, 1, 8]], &[&[7], &[8]]);
        check(EmptiesAfterAFrame, &[&[0], &[1], &[7]], &[&[7]]);
        check(Largest(1), &[&[0, 2, 7, 7], two], &[&[], &[7], &[8]]);
        check(LittleEndian, &[&[1, 0, 7]], &[&[7]]);
    }

    #[test]
    fn places_and_segments_are_counted() {
        let (mut assembly, mut whole) = (Assembly::new(Right), VecDeque::new());
        assembly.push(&[0, 1], &mut whole);
        assembly.push(&[7, 0, 1, 8, 0], &mut whole);
        assembly.push(&[1, 9], &mut whole);
        let counted: Vec<_> = whole.iter().map(|one| (one.content[0], one.place, one.segments)).collect();
        assert_eq!(counted, [(7, 0, 2), (8, 1, 1), (9, 0, 2)]);
    }
}
