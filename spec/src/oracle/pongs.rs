//! Which PONGs are right.

use super::breach::Breach;
use crate::wire::MessageType;

/// What we sent on one connection that a PONG could answer, rightly or not.
#[derive(Debug, Clone, Default)]
pub(super) struct Pongs {
    pings: usize,
    waiting: usize,
    malformed_pings: usize,
    pongs: usize,
    /// What was sent before is unknown, and a PONG may answer that.
    joined_late: bool,
    /// A PONG came that nothing can have asked for.
    unasked: bool,
}

impl Pongs {
    /// Of a connection that is not seen from its start.
    pub(super) fn joined_late() -> Self {
        Self { joined_late: true, ..Self::default() }
    }

    /// We sent a PING.
    pub(super) fn ping_sent(&mut self) {
        self.pings += 1;
        self.waiting += 1;
    }

    /// We sent a PING of the wrong length.
    pub(super) fn malformed_ping_sent(&mut self) {
        self.malformed_pings += 1;
    }

    /// We sent a PONG.
    pub(super) fn pong_sent(&mut self) {
        self.pongs += 1;
    }

    /// PINGs without a PONG, be one owed or not.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// A PONG came. `last_sent` is the type of our last content, `cut_off` that of the one which the end of our stream cuts
    /// off, and `malformed` the rule that forbids to act on our last malformed content of another kind.
    pub(super) fn came(
        &mut self,
        last_sent: Option<MessageType>,
        cut_off: Option<MessageType>,
        malformed: Option<&'static str>,
    ) -> Option<Breach> {
        if self.waiting > 0 {
            self.waiting -= 1;
            return None;
        }
        if self.joined_late {
            return None;
        }
        let breach = self.blame(last_sent, cut_off, malformed);
        self.unasked |= breach.is_none();
        breach.map(|breach| Breach { is_of_pong: true, ..breach })
    }

    /// Whether a PONG came that nothing can have asked for: the peer sends some of its own accord.
    pub(super) fn came_unasked(&self) -> bool {
        self.unasked
    }

    fn blame(
        &self,
        last_sent: Option<MessageType>,
        cut_off: Option<MessageType>,
        malformed: Option<&'static str>,
    ) -> Option<Breach> {
        // A PONG may come at any time among other messages; what it may not be is a second answer or an answer to a PONG.
        if last_sent == Some(MessageType::Pong) {
            Some(Breach::new("keepalive.pong-not-answered", "a PONG answers a PONG"))
        } else if self.malformed_pings > 0 {
            Some(Breach::new("malformed.ping-length", "a PONG answers a malformed PING"))
        } else if cut_off == Some(MessageType::Ping) {
            Some(Breach::new(
                "framing.truncated-not-answered",
                "a PONG answers a PING that the end of the stream cuts off",
            ))
        } else if let Some(rule) = malformed {
            Some(Breach::new(rule, "a PONG answers malformed content"))
        } else if self.pings > 0 {
            Some(Breach::new("keepalive.ping-answered-once", "more PONGs came than PINGs were sent"))
        } else if self.pongs > 0 {
            Some(Breach::new("keepalive.pong-not-answered", "a PONG answers a PONG"))
        } else {
            None
        }
    }
}
