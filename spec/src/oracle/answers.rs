//! Which answers to our PUBLISHes are right.

use std::collections::BTreeMap;

use super::breach::Breach;
use super::ids::{IdMap, IdSet};
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
    /// For each id the oldest PUBLISH that has no answer yet, and the number of our frame that it came in.
    waiting: IdMap<(u64, Sent)>,
    /// The later ones under the same ids, oldest first: only a sender that breaks a rule has any.
    more: BTreeMap<MessageId, Vec<(u64, Sent)>>,
    /// The ids that were answered.
    answered: IdSet,
    /// What was sent before is unknown, so that the first answer for each id may be one to that.
    joined_late: bool,
}

impl Answers {
    /// Of a connection that is not seen from its start.
    pub(super) fn joined_late() -> Self {
        Self { joined_late: true, ..Self::default() }
    }

    /// We sent one, in our frame of this number.
    pub(super) fn sent(&mut self, id: MessageId, how: Sent, frame: u64) {
        if self.joined_late {
            // Whoever uses an id again has seen the answer to what it sent before under it.
            self.answered.insert(id);
        }
        if self.waiting.get(id).is_some() {
            let later = self.more.entry(id).or_default();
            // What must not be answered at all may be said again and again; one of them is enough to tell.
            let again = matches!(how, Sent::NotToAnswer { .. }) && later.last().is_some_and(|(_, last)| *last == how);
            if !again {
                later.push((frame, how));
            }
        } else {
            self.waiting.insert(id, (frame, how));
        }
    }

    /// The number of our frame that the peer has read at the least if it answers under this id now.
    pub(super) fn shows_read(&self, id: MessageId) -> Option<u64> {
        self.waiting.get(id).map(|(frame, _)| *frame)
    }

    /// All that wait under this id.
    fn all(&self, id: MessageId) -> impl Iterator<Item = Sent> {
        let later = self.more.get(&id).into_iter().flatten();
        self.waiting.get(id).into_iter().chain(later).map(|(_, sent)| *sent)
    }

    /// Takes the one that such an answer is right for, or else the oldest. Of several that a NACK is right for, one that an ACK is not:
    /// an ACK may come for the others.
    fn take(&mut self, id: MessageId, is_ack: bool, decision: Option<Decision>) -> Option<Sent> {
        let fits = |sent: &Sent| sent.allows(is_ack, decision);
        let only_nacked = self.all(id).position(|sent| !is_ack && fits(&sent) && !sent.allows(true, decision));
        let at = only_nacked.or_else(|| self.all(id).position(|sent| fits(&sent))).unwrap_or(0);
        let Some(later) = self.more.get_mut(&id) else { return self.waiting.remove(id).map(|(_, sent)| sent) };
        let (_, taken) = match at.checked_sub(1) {
            Some(at) => later.remove(at),
            None => self.waiting.insert(id, later.remove(0))?,
        };
        if later.is_empty() {
            self.more.remove(&id);
        }
        Some(taken)
    }

    /// Ids of PUBLISHes that the peer must answer and hasn't yet.
    pub(super) fn owed(&self) -> impl Iterator<Item = MessageId> {
        self.waiting.iter().map(|(id, _)| id).filter(|id| self.owes(*id))
    }

    /// Whether something with this id has no answer yet, be one right or wrong.
    pub(super) fn awaits(&self, id: MessageId) -> bool {
        self.waiting.get(id).is_some()
    }

    /// Whether the peer must answer a PUBLISH with this id and hasn't yet.
    pub(super) fn owes(&self, id: MessageId) -> bool {
        self.all(id).any(|sent| sent == Sent::Accepted)
    }

    /// An ACK or a NACK came. The decision is that of the server, where it is made.
    pub(super) fn came(&mut self, id: MessageId, is_ack: bool, decision: Option<Decision>) -> Option<Breach> {
        let name = if is_ack { "an ACK" } else { "a NACK" };
        let Some(sent) = self.take(id, is_ack, decision) else {
            if self.joined_late && self.answered.insert(id) {
                return None;
            }
            return Some(if self.answered.contains(id) {
                Breach::new("events.answered-once", format!("{name} for {id}, which was answered already"))
            } else {
                Breach::new("events.answer-carries-id", format!("{name} for {id}, which was not sent"))
            });
        };
        self.answered.insert(id);
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

/// The 12 bits after the type, where a content has them: what a careless reader takes for a message id.
pub(super) fn low_bits(content: &[u8]) -> Option<MessageId> {
    let (high, low) = (content.first()?, content.get(1)?);
    MessageId::new(u16::from(high & 0x0f) << 8 | u16::from(*low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_not_be_answered_is_remembered_once_however_often_it_is_said() {
        let mut answers = Answers::default();
        let no_publish = Sent::no_publish("malformed.unused-type");
        for how in [no_publish, no_publish, Sent::cut_off(), no_publish, no_publish, Sent::Accepted, Sent::Accepted] {
            answers.sent(MessageId::ZERO, how, 1);
        }
        let later: Vec<Sent> = answers.more[&MessageId::ZERO].iter().map(|(_, how)| *how).collect();
        assert_eq!(later, [no_publish, Sent::cut_off(), no_publish, Sent::Accepted, Sent::Accepted]);
    }

    #[test]
    fn the_low_bits_of_a_content_are_twelve() {
        let bits = [&[][..], &[0x81], &[0x81, 0x05], &[0xff, 0xfe, 0x01]].map(low_bits);
        assert_eq!(bits, [None, None, MessageId::new(0x105), MessageId::new(0xffe)]);
    }
}
