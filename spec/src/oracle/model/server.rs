//! A state that a server may be in.

use super::events::Events;
use super::hypotheses::Hypothesis;
use super::ids::{Uncounted, Waiting};
use super::symbol::{Answer, Meaning, Symbol};
use crate::wire::MessageId;

/// A client that sends more requests without a response on one connection is not followed further.
const MOST_REQUESTS: usize = 64;

/// What was read in the place of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// For version 0; whether it carries a server_instance_id, where that can be told.
    Version0 { carries: Option<bool> },
    /// For another version.
    OtherVersion,
    /// Malformed, or a message that is the server's own to send.
    Malformed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Undecided,
    Accepted,
    Rejected,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct ServerState {
    /// The requests that have no response, oldest first.
    asked: Vec<Asked>,
    /// Something else was read before any request.
    read_other: bool,
    /// A request, be it malformed, was read.
    read_request: bool,
    stage: Stage,
    events: Events,
    /// What passed before the observer looked is unknown.
    is_late: bool,
    /// It is the model's business whether an answer fits its request.
    judges_answers: bool,
    responded: bool,
}

impl ServerState {
    pub(super) fn new(from_the_start: bool, judges_answers: bool) -> Self {
        Self {
            judges_answers,
            asked: Vec::new(),
            read_other: false,
            read_request: !from_the_start,
            stage: if from_the_start { Stage::Undecided } else { Stage::Accepted },
            events: Events::new(from_the_start),
            is_late: !from_the_start,
            responded: false,
        }
    }

    fn asks(&mut self, asked: Asked) -> Result<(), Uncounted> {
        if self.asked.len() == MOST_REQUESTS {
            return Err(Uncounted);
        }
        self.asked.push(asked);
        Ok(())
    }

    fn publish(&mut self, id: MessageId) -> Result<(), Uncounted> {
        let how = match self.stage {
            Stage::Accepted => Waiting::Either,
            Stage::Undecided if self.asked.iter().any(|asked| *asked != Asked::Malformed) => Waiting::OnResponse,
            Stage::Undecided | Stage::Rejected => Waiting::NackOnly,
        };
        self.events.passed(id, how)
    }

    /// Whether it may send this response now; if so, it has. Other states that it may be in then are added.
    fn responds(&mut self, answer: Answer, others: &mut Vec<Self>) -> bool {
        if self.is_late && !self.responded {
            self.decides(answer);
            return true;
        }
        if self.stage != Stage::Undecided {
            // Whether a second request is answered is open, and how (handshake.second-request-answer). To accept what is malformed is to
            // act on it.
            let second = self.asked.iter().position(|asked| *asked != Asked::Malformed || !answer.accepts());
            if let Some(at) = second {
                self.asked.drain(..=at);
            }
            return second.is_some();
        }
        // A rejection may answer a malformed request (malformed.request-rejected), and to reject other malformed content is not to
        // act on it either (PROTOCOL.md, 10.2). It should be the end of the connection, and the next request may be answered if not.
        let rejects_malformed = !answer.accepts() && self.asked.first() == Some(&Asked::Malformed);
        let mut passed_over = self.clone();
        if rejects_malformed {
            passed_over.asked.remove(0);
        }
        // Or what is malformed was passed over.
        let first = self.asked.iter().position(|asked| *asked != Asked::Malformed);
        let fits = first.is_some_and(|at| match (self.asked[at], answer) {
            (Asked::Version0 { .. }, _) if !self.judges_answers => true,
            (Asked::Version0 { carries }, Answer::Connected) => carries != Some(false),
            (Asked::Version0 { carries }, Answer::Hello) => carries != Some(true),
            (Asked::Version0 { .. }, Answer::OtherRejection) => true,
            (Asked::Version0 { .. }, Answer::UnsupportedProtocol) | (Asked::Malformed, _) => false,
            (Asked::OtherVersion, answer) => answer == Answer::UnsupportedProtocol,
        });
        match first {
            Some(at) if fits => {
                self.asked.drain(..=at);
                self.decides(answer);
                if rejects_malformed {
                    others.push(passed_over);
                }
                true
            }
            _ if rejects_malformed => {
                *self = passed_over;
                true
            }
            _ => false,
        }
    }

    fn decides(&mut self, answer: Answer) {
        self.responded = true;
        self.stage = if answer.accepts() { Stage::Accepted } else { Stage::Rejected };
    }

    fn answers(&mut self, id: MessageId, is_ack: bool) -> bool {
        // An answer is for the PUBLISH that it is right for, if there is one.
        let ways: &[Waiting] = match (is_ack, self.stage) {
            (true, Stage::Accepted) => &[Waiting::Either, Waiting::OnResponse],
            (true, _) => &[],
            (false, _) => &[Waiting::NackOnly, Waiting::OnResponse, Waiting::Either],
        };
        self.events.may_answer(id, ways)
    }
}

impl Hypothesis for ServerState {
    fn reads(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> Result<(), Uncounted> {
        match symbol.meaning {
            Some(Meaning::Request { carries }) => {
                self.read_request = true;
                if symbol.is_open {
                    let mut other = self.clone();
                    other.asks(Asked::Malformed)?;
                    others.push(other);
                }
                self.asks(Asked::Version0 { carries })
            }
            Some(Meaning::OtherVersion) => {
                self.read_request = true;
                self.asks(Asked::OtherVersion)
            }
            Some(Meaning::Publish(id)) => {
                self.read_other = true;
                self.publish(id)
            }
            Some(Meaning::Ack(id) | Meaning::Nack(id)) => {
                self.read_other = true;
                self.events.answer_passed(id)
            }
            Some(Meaning::Ping | Meaning::Pong) => {
                self.read_other = true;
                Ok(())
            }
            Some(Meaning::Response(_)) | None => {
                self.read_other = true;
                self.read_request |= symbol.is_request_type;
                match symbol.malformed_publish {
                    Some(id) => self.events.passed(id, Waiting::NackOnly),
                    None if symbol.is_request_type || self.stage == Stage::Undecided => self.asks(Asked::Malformed),
                    None => Ok(()),
                }
            }
        }
    }

    fn may_send(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> bool {
        let Some(meaning) = symbol.meaning.filter(|_| symbol.may_be_sent) else { return false };
        match meaning {
            Meaning::Request { .. } | Meaning::OtherVersion => false,
            Meaning::Response(answer) => self.responds(answer, others),
            Meaning::Ack(id) => self.answers(id, true),
            Meaning::Nack(id) => self.answers(id, false),
            Meaning::Publish(id) => self.read_request && self.events.may_publish(id),
            Meaning::Ping => self.read_request,
            Meaning::Pong => self.read_request || self.read_other,
        }
    }
}
