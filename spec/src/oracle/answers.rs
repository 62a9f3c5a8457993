//! Which answers to our PUBLISHes are right.

use std::collections::BTreeMap;

use super::breach::Breach;
use crate::wire::MessageId;

/// What decides which answer to a PUBLISH of ours is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// The server had accepted: an ACK or a NACK, and one of them is owed.
    Accepted,
    /// We sent it after our request and before the response came: when the server reads it, it may have decided or not.
    BehindRequest,
    /// It must not be ACKed.
    NotToAck {
        /// The rule that says so.
        rule: &'static str,
        /// Why, as the end of a sentence about the answer.
        why: &'static str,
    },
    /// It is no PUBLISH that came whole, so that neither answer is right.
    NotToAnswer {
        /// The rule that says so.
        rule: &'static str,
        /// Why, as the end of a sentence about the answer.
        why: &'static str,
    },
    /// It uses what the text leaves open, so any answer or none is right.
    Open,
}

impl Sent {
    /// The PUBLISH is malformed; the rule says how.
    pub(super) fn malformed(rule: &'static str) -> Self {
        Self::NotToAck { rule, why: "whose PUBLISH is malformed" }
    }

    /// The content has no message id, but twelve bits in the same place.
    pub(super) fn no_publish(rule: &'static str) -> Self {
        Self::NotToAnswer { rule, why: "which no PUBLISH had" }
    }

    /// The end of our stream cuts it off.
    pub(super) fn cut_off() -> Self {
        Self::NotToAnswer { rule: "framing.truncated-not-answered", why: "whose frame the end of the stream cuts off" }
    }

    /// Whether this answer can't be wrong.
    fn allows(self, is_ack: bool, decision: Option<Decision>) -> bool {
        match self {
            Self::Accepted | Self::Open => true,
            Self::BehindRequest => !is_ack || decision == Some(Decision::Accepted),
            Self::NotToAck { .. } => !is_ack,
            Self::NotToAnswer { .. } => false,
        }
    }
}

/// What the server made of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    Accepted,
    Rejected,
}

/// Our PUBLISHes on one connection and their answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    /// For each id the PUBLISHes that have no answer yet, oldest first, and the numbers of our frames that they came in.
    waiting: BTreeMap<MessageId, Vec<(u64, Sent)>>,
    /// How many answers came for each id.
    answered: BTreeMap<MessageId, u32>,
}

impl Answers {
    /// We sent one, in our frame of this number.
    pub(super) fn sent(&mut self, id: MessageId, how: Sent, frame: u64) {
        self.waiting.entry(id).or_default().push((frame, how));
    }

    /// The number of our frame that the peer has read at the least if it answers under this id now.
    pub(super) fn shows_read(&self, id: MessageId) -> Option<u64> {
        self.waiting.get(&id)?.first().map(|(frame, _)| *frame)
    }

    /// Ids of PUBLISHes that the peer must answer and hasn't yet.
    pub(super) fn owed(&self) -> impl Iterator<Item = MessageId> {
        self.waiting.iter().filter(|(_, list)| is_owed(list)).map(|(id, _)| *id)
    }

    /// Whether something with this id has no answer yet, be one right or wrong.
    pub(super) fn awaits(&self, id: MessageId) -> bool {
        self.waiting.get(&id).is_some_and(|list| !list.is_empty())
    }

    /// Whether the peer must answer a PUBLISH with this id and hasn't yet.
    pub(super) fn owes(&self, id: MessageId) -> bool {
        self.waiting.get(&id).is_some_and(|list| is_owed(list))
    }

    /// An ACK or a NACK came. The decision is that of the server, where it is made.
    pub(super) fn came(&mut self, id: MessageId, is_ack: bool, decision: Option<Decision>) -> Option<Breach> {
        let name = if is_ack { "an ACK" } else { "a NACK" };
        let waiting = self.waiting.get_mut(&id).filter(|list| !list.is_empty());
        let Some(list) = waiting else {
            return Some(if self.answered.contains_key(&id) {
                Breach::new("events.answered-once", format!("{name} for {id}, which was answered already"))
            } else {
                Breach::new("events.answer-carries-id", format!("{name} for {id}, which was not sent"))
            });
        };
        // Of several PUBLISHes with one id the answer is for the one that it is right for, if there is one.
        let at = list.iter().position(|(_, sent)| sent.allows(is_ack, decision)).unwrap_or(0);
        let (_, sent) = list.remove(at);
        *self.answered.entry(id).or_default() += 1;
        if sent.allows(is_ack, decision) {
            return None;
        }
        Some(match sent {
            Sent::NotToAck { rule, why } | Sent::NotToAnswer { rule, why } => {
                Breach::new(rule, format!("{name} for {id}, {why}"))
            }
            Sent::BehindRequest if decision == Some(Decision::Rejected) => {
                Breach::new("handshake.event-after-rejection-not-acked", format!("{name} for {id} after the rejection"))
            }
            Sent::Accepted | Sent::Open | Sent::BehindRequest => Breach::new(
                "handshake.early-event-not-acked",
                format!("{name} for {id}, which was sent before the server accepted"),
            ),
        })
    }
}

fn is_owed(list: &[(u64, Sent)]) -> bool {
    list.iter().any(|(_, sent)| *sent == Sent::Accepted)
}

/// The 12 bits after the type, where a content has them: what a careless reader takes for a message id.
pub(super) fn low_bits(content: &[u8]) -> Option<MessageId> {
    let (high, low) = (content.first()?, content.get(1)?);
    MessageId::new(u16::from(high & 0x0f) << 8 | u16::from(*low))
}
