//! A TCP connection: its two directions, and what of them can be told in which order.

use std::net::SocketAddr;
use std::time::Duration;

use super::half::Half;
use super::packet::Segment;

/// Missing octets may still come: packets are captured out of order, and lost ones are sent again. So much later they don't.
const PATIENCE: Duration = Duration::from_secs(1);

/// Nor do they when so many octets of one direction wait for them.
const MOST_WAITING: usize = 4 << 20;

/// One of the two ends: 0 sent the connection's first packet that was captured.
pub(in crate::record) type End = usize;

/// What can be told of a connection.
pub(in crate::record) enum Passed<'a> {
    /// This end sent octets, the next of its stream.
    Octets(End, &'a [u8]),
    /// This end ended its direction, by a reset or in order.
    Ended(End, bool),
    /// What passes can't be told any more.
    Lost(String),
}

/// A TCP connection.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) ends: [SocketAddr; 2],
    halves: [Half; 2],
    /// The end that opened the connection, if the capture shows that.
    pub(super) opener: Option<End>,
    /// Since when something is missing.
    missing_since: Option<Duration>,
    /// The first packet of which not everything was kept.
    cut: Option<u64>,
    is_reset: bool,
}

impl Flow {
    /// A connection of which this is the first segment that was captured.
    pub(super) fn new(segment: &Segment<'_>) -> Self {
        let opener = segment.syn.then_some(usize::from(segment.acknowledged.is_some()));
        Self {
            ends: [segment.source, segment.destination],
            halves: [Half::default(), Half::default()],
            opener,
            missing_since: None,
            cut: None,
            is_reset: false,
        }
    }

    /// Whether this SYN belongs to it, and not to a later connection between the same addresses.
    pub(super) fn is_begun_by(&self, segment: &Segment<'_>) -> bool {
        let half = &self.halves[self.end_of(segment)];
        !half.is_placed() || half.is_placed_at(segment.sequence.wrapping_add(1))
    }

    /// Whether nothing more comes of it.
    pub(super) fn is_over(&self) -> bool {
        self.is_reset || self.halves.iter().all(|half| half.is_ended)
    }

    pub(super) fn waiting_octets(&self) -> usize {
        self.halves.iter().map(Half::waiting_octets).sum()
    }

    fn end_of(&self, segment: &Segment<'_>) -> End {
        usize::from(segment.source != self.ends[0])
    }

    /// Takes in a segment, and tells what can be told.
    pub(super) fn segment(
        &mut self,
        number: u64,
        at: Duration,
        segment: &Segment<'_>,
        tell: &mut dyn FnMut(Passed<'_>),
    ) {
        let end = self.end_of(segment);
        let [first, second] = &mut self.halves;
        let (half, peer) = if end == 0 { (first, second) } else { (second, first) };
        if segment.syn && !half.is_placed() {
            half.place(segment.sequence.wrapping_add(1));
        }
        let carries = !segment.payload.is_empty() || segment.missing > 0;
        if !half.is_placed() && (carries || segment.fin) {
            half.place(segment.sequence);
        }
        if let Some(acknowledged) = segment.acknowledged {
            // The opener's first acknowledgement speaks of the other's SYN, which was not captured.
            if self.opener.is_some() && !peer.is_placed() {
                peer.place(acknowledged);
            }
            peer.acknowledge(acknowledged);
        }
        let behind = segment.acknowledged.map_or(0, |acknowledged| peer.acknowledged_place(acknowledged));
        if segment.missing > 0 {
            self.cut.get_or_insert(number);
        }
        // A SYN takes a number of its own, before what it may carry.
        let sequence = segment.sequence.wrapping_add(u32::from(segment.syn));
        if !segment.payload.is_empty() {
            if half.is_next(sequence, behind, peer) {
                half.passed(segment.payload.len());
                tell(Passed::Octets(end, segment.payload));
            } else {
                half.put(sequence, segment.payload, behind);
            }
        }
        if segment.fin {
            let length = u32::try_from(segment.payload.len()).unwrap_or(0).wrapping_add(segment.missing);
            half.finish(sequence.wrapping_add(length), behind);
        }
        self.deliver(tell);
        if segment.rst && !self.is_over() {
            self.is_reset = true;
            tell(Passed::Ended(end, true));
            return;
        }
        if !self.halves.iter().any(Half::is_known_to_be_lost) {
            self.missing_since = None;
        } else {
            let since = *self.missing_since.get_or_insert(at);
            if at.saturating_sub(since) >= PATIENCE {
                return self.go_on_behind(tell);
            }
        }
        if self.waiting_octets() > MOST_WAITING {
            self.go_on_behind(tell);
        }
    }

    /// The capture is at its end, or no more room is left: what is missing doesn't come any more.
    pub(super) fn finish(&mut self, tell: &mut dyn FnMut(Passed<'_>)) {
        if !self.is_over() && self.halves.iter().any(|half| half.missing() > 0) {
            self.lose(tell);
        }
    }

    fn deliver(&mut self, tell: &mut dyn FnMut(Passed<'_>)) {
        loop {
            let mut has_moved = false;
            for end in [0, 1] {
                let peer_delivered = self.halves[1 - end].delivered();
                if let Some(octets) = self.halves[end].take(peer_delivered) {
                    tell(Passed::Octets(end, &octets));
                    has_moved = true;
                } else if self.halves[end].take_end(peer_delivered) {
                    tell(Passed::Ended(end, false));
                    has_moved = true;
                }
            }
            if !has_moved {
                return;
            }
        }
    }

    /// What is missing won't come. What follows may be understood again.
    fn go_on_behind(&mut self, tell: &mut dyn FnMut(Passed<'_>)) {
        self.missing_since = None;
        self.lose(tell);
        for half in &mut self.halves {
            half.skip_missing();
        }
        self.deliver(tell);
    }

    fn lose(&mut self, tell: &mut dyn FnMut(Passed<'_>)) {
        let end = usize::from(self.halves[0].missing() == 0);
        let (missing, from) = (self.halves[end].missing(), self.ends[end]);
        tell(Passed::Lost(match self.cut {
            Some(packet) => format!(
                "packet {packet} was captured in part only, so octets from {from} are missing: capture whole packets \
                 (tcpdump -s 0)"
            ),
            None => {
                format!("{missing} octets from {from} are missing in the capture: packets were lost while it was made")
            }
        }));
    }
}
