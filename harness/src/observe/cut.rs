//! Cutting one direction into frames. What comes whole is not copied.

/// The octets of a frame's length.
const LENGTH: usize = 2;

/// More room than this is not kept for the next frame that comes in pieces.
const KEPT_ROOM: usize = 1024;

/// One direction's frame that has begun and not ended.
#[derive(Debug, Default)]
pub(super) struct Cutter {
    begun: Vec<u8>,
}

impl Cutter {
    /// Hands over each frame that ends in these octets, its length included, in order.
    pub(super) fn take(&mut self, mut octets: &[u8], mut each: impl FnMut(&[u8])) {
        while !self.begun.is_empty() {
            let missing = frame_length(&self.begun).unwrap_or(LENGTH) - self.begun.len();
            let (head, rest) = octets.split_at(missing.min(octets.len()));
            self.begun.extend_from_slice(head);
            octets = rest;
            if frame_length(&self.begun) == Some(self.begun.len()) {
                each(&self.begun);
                self.begun.clear();
                self.begun.shrink_to(KEPT_ROOM);
            } else if octets.is_empty() {
                return;
            }
        }
        while let Some((frame, rest)) = frame_length(octets).and_then(|length| octets.split_at_checked(length)) {
            each(frame);
            octets = rest;
        }
        self.begun.extend_from_slice(octets);
    }

    /// What has come of a frame that has not ended, its length included.
    pub(super) fn begun(&self) -> &[u8] {
        &self.begun
    }
}

/// How many octets the frame takes that begins here, once its length is known.
fn frame_length(octets: &[u8]) -> Option<usize> {
    let length = octets.first_chunk::<LENGTH>()?;
    Some(LENGTH + usize::from(u16::from_be_bytes(*length)))
}

#[cfg(test)]
mod tests {
    use sinkcheck_spec::wire::Deframer;

    use super::*;

    /// Cuts the stream in pieces of these sizes, again and again, and compares with the codec's deframer.
    fn check(stream: &[u8], sizes: &[usize]) {
        let (mut cutter, mut deframer) = (Cutter::default(), Deframer::new());
        let (mut cut, mut expected) = (Vec::new(), Vec::new());
        let mut rest = stream;
        for size in sizes.iter().cycle() {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            cutter.take(piece, |frame| cut.push(frame[LENGTH..].to_vec()));
            deframer.push(piece);
            while let Some(content) = deframer.next_frame() {
                expected.push(content);
            }
            assert_eq!(cut, expected, "in pieces of {sizes:?}");
            assert_eq!(cutter.begun().len(), deframer.pending());
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }

    #[test]
    fn a_stream_gives_the_same_frames_however_it_is_cut() {
        let mut random = fastrand::Rng::with_seed(4);
        for _ in 0..300 {
            let mut stream = Vec::new();
            for _ in 0..random.usize(1..30) {
                let length = if random.bool() { random.u16(0..4) } else { random.u16(0..700) };
                stream.extend(length.to_be_bytes());
                stream.extend((0..length).map(|_| random.u8(..)));
            }
            stream.truncate(stream.len() - random.usize(0..stream.len().min(5)));
            let sizes: Vec<usize> = (0..random.usize(1..6)).map(|_| random.usize(1..400)).collect();
            check(&stream, &sizes);
            check(&stream, &[1]);
        }
    }

    #[test]
    fn room_for_a_large_frame_is_given_back() {
        let mut cutter = Cutter::default();
        let mut stream = vec![0xff, 0xff];
        stream.resize(2 + 0xffff, 7);
        cutter.take(&stream[..60_000], |_| panic!("it isn't whole"));
        assert_eq!(cutter.begun().len(), 60_000);
        cutter.take(&stream[60_000..], |frame| assert_eq!(frame.len(), 2 + 0xffff));
        assert!(cutter.begun.capacity() <= KEPT_ROOM, "{}", cutter.begun.capacity());
    }
}
