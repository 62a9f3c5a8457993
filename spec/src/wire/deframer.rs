//! From a byte stream, in whatever pieces it arrives, to the contents of its frames.

use super::frame::{LENGTH_OCTETS, MAX_CONTENT};

/// Cuts a byte stream into frames.
///
/// Push what the transport delivered, then take contents until there is none. A cut may fall anywhere. It holds the
/// octets that were pushed and not yet taken, and never makes room for what a length only promises.
#[derive(Clone, Debug, Default)]
pub struct Deframer {
    buffer: Vec<u8>,
    /// Everything before this index has been taken.
    taken: usize,
}

impl Deframer {
    /// The most room it keeps for the next octets when it is empty: that of one frame of the largest size.
    const KEPT: usize = LENGTH_OCTETS + MAX_CONTENT;

    /// A deframer at the start of a stream.
    #[must_use]
    pub const fn new() -> Self {
        Self { buffer: Vec::new(), taken: 0 }
    }

    /// Adds the next octets of the stream.
    pub fn push(&mut self, octets: &[u8]) {
        // Moving what is left only when at least as much was taken bounds the moving by the octets pushed.
        if self.taken >= self.buffer.len() - self.taken {
            self.buffer.drain(..self.taken);
            self.taken = 0;
            if self.buffer.is_empty() {
                self.buffer.shrink_to(Self::KEPT);
            }
        }
        self.buffer.extend_from_slice(octets);
    }

    /// The next whole frame's content, without copying it; `None` until more octets are pushed.
    #[expect(clippy::should_implement_trait, reason = "an iterator's items can't borrow from it")]
    pub fn next(&mut self) -> Option<&[u8]> {
        let start = self.taken;
        let end = start + frame_len(self.buffer.get(start..)?)?;
        self.taken = end;
        self.buffer.get(start + LENGTH_OCTETS..end)
    }

    /// The next whole frame's content, copied; `None` until more octets are pushed.
    pub fn next_frame(&mut self) -> Option<Vec<u8>> {
        self.next().map(<[u8]>::to_vec)
    }

    /// The octets after the last whole frame, whether or not the frames before them were taken. Where the stream ends
    /// and this is not 0, the stream ended within a frame.
    #[must_use]
    pub fn pending(&self) -> usize {
        let mut rest = self.buffer.get(self.taken..).unwrap_or_default();
        while let Some(after) = frame_len(rest).and_then(|length| rest.get(length..)) {
            rest = after;
        }
        rest.len()
    }
}

/// The octets of the frame that `octets` starts with, its length included; `None` if it isn't whole.
fn frame_len(octets: &[u8]) -> Option<usize> {
    let (length, rest) = octets.split_first_chunk::<LENGTH_OCTETS>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    (length <= rest.len()).then_some(LENGTH_OCTETS + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_alone_makes_no_room_for_its_content() {
        let mut deframer = Deframer::new();
        deframer.push(&[0xff, 0xff, 0]);
        assert_eq!(deframer.next(), None);
        assert!(deframer.buffer.capacity() < 100, "{}", deframer.buffer.capacity());
    }

    #[test]
    fn frames_that_were_taken_leave_no_trace() {
        let mut deframer = Deframer::new();
        deframer.push(&[0]);
        for _ in 0..10_000 {
            // The end of a frame and the start of the next: the buffer is never empty.
            deframer.push(&[2, 7, 7, 0]);
            assert_eq!(deframer.next(), Some(&[7, 7][..]));
            assert!(deframer.buffer.capacity() < 100, "{}", deframer.buffer.capacity());
        }
    }

    #[test]
    fn a_burst_is_forgotten_once_it_was_taken() {
        let mut deframer = Deframer::new();
        deframer.push(&vec![0; 1 << 20]);
        while deframer.next().is_some() {}
        deframer.push(&[0]);
        assert!(deframer.buffer.capacity() <= Deframer::KEPT);
    }

    #[test]
    fn each_octet_is_moved_a_bounded_number_of_times() {
        // Many frames at once, and a push after each that is taken: what is left moves only when half was taken.
        let mut deframer = Deframer::new();
        let frames = 1 << 14;
        deframer.push(&[0, 1, 7].repeat(frames));
        let mut moves = 0;
        for _ in 0..frames {
            assert!(deframer.next().is_some());
            let taken = deframer.taken;
            deframer.push(&[]);
            moves += usize::from(deframer.taken < taken);
        }
        assert!(moves <= 20, "{moves} moves of {frames} frames");
    }
}
