//! A state that a client may be in.

use super::events::Events;
use super::hypotheses::Hypothesis;
use super::ids::{Uncounted, Waiting};
use super::symbol::{Answer, Meaning, Symbol};
use crate::wire::MessageId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It has read no response.
    Waiting,
    Accepted,
    Rejected,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ClientState {
    /// Its request, be it malformed, passed.
    asked: bool,
    /// A PING was read.
    read_ping: bool,
    stage: Stage,
    events: Events,
}

impl ClientState {
    pub(super) fn new(from_the_start: bool) -> Self {
        Self {
            asked: !from_the_start,
            read_ping: false,
            stage: if from_the_start { Stage::Waiting } else { Stage::Accepted },
            events: Events::new(from_the_start),
        }
    }

    /// Reads a response. The first one counts; a second one is not to be acted on (malformed.second-response).
    fn response(&mut self, answer: Answer, is_open: bool, others: &mut Vec<Self>) {
        if self.stage != Stage::Waiting {
            return;
        }
        // What uses a freedom of the layout may be taken for a response or not, and a response that overtakes the request may be read
        // before the client asks, and is then no answer of its. Nor may every acceptance be taken for one (a hello to a request that
        // carried an id), but whoever takes it for one may do all that the other may.
        if (is_open || !self.asked) && !answer.accepts() {
            others.push(self.clone());
        }
        self.stage = if answer.accepts() { Stage::Accepted } else { Stage::Rejected };
    }

    fn publish(&mut self, id: MessageId) -> Result<(), Uncounted> {
        let how = match self.stage {
            // The rule about early events speaks of those before the response, so those behind a rejection are open.
            Stage::Accepted | Stage::Rejected => Waiting::Either,
            Stage::Waiting => Waiting::NackOnly,
        };
        self.events.passed(id, how)
    }

    fn answers(&mut self, id: MessageId, is_ack: bool) -> bool {
        let ways: &[Waiting] = match (is_ack, self.stage) {
            _ if !self.asked => &[],
            (true, _) => &[Waiting::Either],
            // Nothing but the request is sent before the response (introduction.only-request-before-response).
            (false, Stage::Waiting) => &[],
            (false, _) => &[Waiting::NackOnly, Waiting::Either],
        };
        self.events.may_answer(id, ways)
    }
}

impl Hypothesis for ClientState {
    fn reads(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> Result<(), Uncounted> {
        match symbol.meaning {
            Some(Meaning::Response(answer)) => {
                self.response(answer, symbol.is_open, others);
                Ok(())
            }
            Some(Meaning::Publish(id)) => self.publish(id),
            Some(Meaning::Ack(id) | Meaning::Nack(id)) => self.events.answer_passed(id),
            Some(Meaning::Ping) => {
                self.read_ping = true;
                Ok(())
            }
            Some(Meaning::Pong | Meaning::Request { .. } | Meaning::OtherVersion) => Ok(()),
            None => match symbol.malformed_publish {
                Some(id) => self.events.passed(id, Waiting::NackOnly),
                None => Ok(()),
            },
        }
    }

    fn may_send(&mut self, symbol: &Symbol, _others: &mut Vec<Self>) -> bool {
        let Some(meaning) = symbol.meaning.filter(|_| symbol.may_be_sent) else { return false };
        match meaning {
            // That there is a second request is for a SHOULD to say (introduction.one-request).
            Meaning::Request { .. } => {
                self.asked = true;
                true
            }
            Meaning::OtherVersion | Meaning::Response(_) => false,
            Meaning::Ack(id) => self.answers(id, true),
            Meaning::Nack(id) => self.answers(id, false),
            Meaning::Publish(id) => self.stage == Stage::Accepted && self.asked && self.events.may_publish(id),
            Meaning::Ping => self.asked,
            Meaning::Pong => self.asked || self.read_ping,
        }
    }
}
