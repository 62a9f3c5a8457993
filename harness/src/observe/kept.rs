//! What is kept of a connection's frames, so that they can be shown: the first, and the last.

use std::collections::VecDeque;
use std::time::Duration;

use sinkcheck_reports::document::{Role as ReportRole, TranscriptEntry};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::Message;

/// So many of a connection's first frames are kept: who asked, and what was answered.
const FIRST: u64 = 4;

/// So many of its last.
const LAST: usize = 128;

/// So many octets of a frame's beginning are kept, its length included.
const OCTETS: usize = 128;

/// A frame that passed.
#[derive(Debug, Clone)]
pub(super) struct KeptFrame {
    pub(super) number: u64,
    pub(super) from: Role,
    pub(super) at: Duration,
    /// How many octets it had, its length included.
    length: usize,
    /// The first of them.
    octets: Vec<u8>,
}

impl KeptFrame {
    fn of(number: u64, from: Role, at: Duration, frame: &[u8], mut room: Vec<u8>) -> Self {
        room.clear();
        room.extend_from_slice(&frame[..frame.len().min(OCTETS)]);
        Self { number, from, at, length: frame.len(), octets: room }
    }

    /// The frame as an entry of a transcript.
    pub(super) fn entry(&self, connection: &str, begun: Duration) -> TranscriptEntry {
        let is_whole = self.octets.len() == self.length;
        let content = self.octets.get(2..).unwrap_or_default();
        let meaning = match Message::decode(content) {
            Ok(message) => message.to_string(),
            Err(error) if is_whole => format!("no message: {error}"),
            Err(_) => content.first().map_or_else(String::new, |first| {
                sinkcheck_spec::wire::MessageType::from_nibble(first >> 4).to_string()
            }),
        };
        let meaning = match is_whole {
            true => meaning,
            false => format!("{meaning} ({} octets, of which the first {} were kept)", self.length, self.octets.len()),
        };
        let ms = milliseconds(self.at.saturating_sub(begun));
        TranscriptEntry::octets(ms, connection, report_role(self.from), &self.octets).meaning(meaning)
    }
}

/// The frames that are kept.
#[derive(Debug, Default)]
pub(super) struct Kept {
    first: Vec<KeptFrame>,
    last: VecDeque<KeptFrame>,
}

impl Kept {
    /// A frame passes.
    pub(super) fn push(&mut self, number: u64, from: Role, at: Duration, frame: &[u8]) {
        if number < FIRST {
            self.first.push(KeptFrame::of(number, from, at, frame, Vec::new()));
            return;
        }
        let room = match self.last.len() {
            LAST => self.last.pop_front().map(|old| old.octets).unwrap_or_default(),
            _ => Vec::new(),
        };
        self.last.push_back(KeptFrame::of(number, from, at, frame, room));
    }

    /// The frame of this number, if it is kept.
    pub(super) fn get(&self, number: u64) -> Option<&KeptFrame> {
        match self.last.front() {
            Some(oldest) if number >= oldest.number => {
                self.last.get(usize::try_from(number - oldest.number).unwrap_or(usize::MAX))
            }
            _ => self.first.iter().find(|kept| kept.number == number),
        }
    }

    /// The first frames of the connection.
    pub(super) fn first(&self) -> &[KeptFrame] {
        &self.first
    }

    /// So many of the last, the oldest first.
    pub(super) fn latest(&self, count: usize) -> impl Iterator<Item = &KeptFrame> {
        self.last.range(self.last.len().saturating_sub(count)..)
    }
}

/// A time as documents have it.
pub(super) fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// A role as documents have it.
pub(super) fn report_role(role: Role) -> ReportRole {
    match role {
        Role::Client => ReportRole::Client,
        Role::Server => ReportRole::Server,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_frames_are_kept_and_nothing_between() {
        let mut kept = Kept::default();
        let frames = 1000;
        for number in 0..frames {
            let from = if number % 2 == 0 { Role::Client } else { Role::Server };
            kept.push(
                number,
                from,
                Duration::from_millis(number),
                &[0, 2, 0x30, u8::try_from(number % 256).expect("made for the test")],
            );
        }
        let is_kept = |number| kept.get(number).map(|kept| kept.number);
        let oldest = frames - LAST as u64;
        for number in (0..FIRST).chain(oldest..frames) {
            assert_eq!(is_kept(number), Some(number));
        }
        for number in (FIRST..oldest).chain(frames..frames + 3) {
            assert_eq!(is_kept(number), None);
        }
        assert_eq!(kept.latest(3).map(|kept| kept.number).collect::<Vec<_>>(), [997, 998, 999]);
    }

    #[test]
    fn a_long_frame_is_shown_by_its_beginning() {
        let mut kept = Kept::default();
        let mut frame = vec![0x10, 0x02, 0x40, 0x07];
        frame.resize(2 + 0x1002, b'x');
        kept.push(0, Role::Client, Duration::from_millis(5), &frame);
        let entry = kept.get(0).expect("it is kept").entry("1", Duration::from_millis(3));
        assert_eq!(entry.ms, 2.0);
        assert_eq!(entry.message.as_deref(), Some("PUBLISH (4100 octets, of which the first 128 were kept)"));
    }
}
