//! Which answers to our PUBLISHes are right.

use std::collections::BTreeMap;

use super::breach::Breach;
use crate::wire::MessageId;

/// How far the connection was when a PUBLISH was sent, as far as that decides what may come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// Before any request.
    BeforeRequest,
    /// Behind a response that was sent in the place of a request.
    BehindResponse,
    /// After the request, before its response came: when it is read, the server may have decided or not.
    BehindRequest,
    /// After an acceptance came.
    Accepted,
    /// After a rejection came.
    Rejected,
    /// It is malformed; the rule says how.
    Malformed(&'static str),
    /// It is no PUBLISH, but a content that has an id in the same place; the rule forbids to act on it.
    NoPublish(&'static str),
    /// Cut off by the end of the stream.
    CutOff,
    /// It uses what the text leaves open, so any answer or none is right.
    Open,
}

/// What the server made of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Decision {
    None,
    Accepted,
    Rejected,
}

/// Our PUBLISHes on one connection and their answers.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    /// For each id the PUBLISHes that have no answer yet, oldest first.
    waiting: BTreeMap<MessageId, Vec<Sent>>,
    /// How many answers came for each id.
    answered: BTreeMap<MessageId, u32>,
}

impl Answers {
    pub(super) fn sent(&mut self, id: MessageId, how: Sent) {
        self.waiting.entry(id).or_default().push(how);
    }

    /// Ids of PUBLISHes that the server must answer and hasn't yet.
    pub(super) fn owed(&self) -> impl Iterator<Item = MessageId> {
        self.waiting.iter().filter(|(_, list)| list.contains(&Sent::Accepted)).map(|(id, _)| *id)
    }

    /// An ACK or a NACK came.
    pub(super) fn came(&mut self, id: MessageId, is_ack: bool, decision: Decision) -> Option<Breach> {
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
        let right = |sent: &Sent| match sent {
            Sent::Accepted | Sent::Open => true,
            Sent::BehindRequest => !is_ack || decision == Decision::Accepted,
            Sent::BeforeRequest | Sent::BehindResponse | Sent::Rejected | Sent::Malformed(_) => !is_ack,
            Sent::CutOff | Sent::NoPublish(_) => false,
        };
        let at = list.iter().position(right).unwrap_or(0);
        let sent = list.remove(at);
        *self.answered.entry(id).or_default() += 1;
        if right(&sent) {
            return None;
        }
        Some(match sent {
            Sent::Malformed(rule) => Breach::new(rule, format!("{name} for {id}, whose PUBLISH is malformed")),
            Sent::BehindResponse => Breach::new(
                "malformed.response-to-server",
                format!("{name} for {id}, which was sent behind a connection response in the place of a request"),
            ),
            Sent::NoPublish(rule) => Breach::new(rule, format!("{name} for {id}, which no PUBLISH had")),
            Sent::CutOff => Breach::new(
                "framing.truncated-not-answered",
                format!("{name} for {id}, whose frame the end of the stream cuts off"),
            ),
            Sent::Rejected => {
                Breach::new("handshake.event-after-rejection-not-acked", format!("{name} for {id} after the rejection"))
            }
            Sent::BehindRequest if decision == Decision::Rejected => {
                Breach::new("handshake.event-after-rejection-not-acked", format!("{name} for {id} after the rejection"))
            }
            _ => Breach::new(
                "handshake.early-event-not-acked",
                format!("{name} for {id}, which was sent before the server accepted"),
            ),
        })
    }
}
