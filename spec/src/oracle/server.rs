//! A server, watched from the client's end of one connection.

use std::collections::VecDeque;

use super::answers::{Answers, Decision, Sent, low_bits};
use super::breach::{Breach, rule_of_malformed};
use super::phase::Phase;
use super::pongs::Pongs;
use super::publishes::Publishes;
use super::reading::Reading;
use crate::wire::{ConnectionResponse, DecodeError, Message, MessageId, MessageType, Note, publish_id};

/// What was sent that a response may answer, rightly or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    /// For version 0; whether it carries a server_instance_id, where that can be told.
    WellFormed {
        carries: Option<bool>,
    },
    OtherVersion,
    /// Malformed content. The rule that forbids to accept it.
    Malformed(&'static str),
    /// A message that belongs to the server.
    OtherRole,
}

impl Request {
    /// Whether a server has to make something of it.
    fn counts(self) -> bool {
        matches!(self, Self::WellFormed { .. } | Self::OtherVersion)
    }
}

/// Judges each frame of a server on one connection.
#[derive(Debug, Clone, Default)]
pub struct ServerOracle {
    sent_frames: u64,
    /// A request was sent, be it malformed.
    asked: bool,
    /// What has no response yet, oldest first.
    waiting: VecDeque<Request>,
    decision: Option<Decision>,
    /// The response may have passed before the connection was joined, or may still come.
    unseen_response: bool,
    /// Something malformed was rejected, and nothing else was decided.
    rejected_malformed: bool,
    /// Requests are answered by a record that nobody but this oracle looks after.
    judges_answers: bool,
    answers: Answers,
    publishes: Publishes,
    pongs: Pongs,
    last_sent: Option<MessageType>,
    /// The rule that forbids to act on the last malformed content that was neither a request, a PUBLISH nor a PING.
    malformed: Option<&'static str>,
    /// The type of the message that the end of our direction cut off.
    cut_off: Option<MessageType>,
}

impl ServerOracle {
    /// A connection on which nothing happened yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, and it blames answers that no record of the server's makes right. Where a case knows the record, that is for the
    /// case to judge.
    #[must_use]
    pub fn judging_answers() -> Self {
        Self { judges_answers: true, ..Self::default() }
    }

    /// A connection that was joined after its start. It counts as accepted, and what only its start would explain is blamed on
    /// nobody.
    #[must_use]
    pub fn joined_late() -> Self {
        Self {
            asked: true,
            decision: Some(Decision::Accepted),
            unseen_response: true,
            answers: Answers::joined_late(),
            pongs: Pongs::joined_late(),
            ..Self::default()
        }
    }

    /// How far the connection is.
    pub fn phase(&self) -> Phase {
        match self.decision {
            Some(Decision::Accepted) => Phase::Accepted,
            Some(Decision::Rejected) => Phase::Rejected,
            None if self.rejected_malformed && !self.waiting.iter().any(|request| request.counts()) => Phase::Rejected,
            None if !self.asked => Phase::NoRequest,
            None => Phase::Asked,
        }
    }

    /// Ids of well-formed PUBLISHes, sent to a server that had accepted, that have no answer yet.
    pub fn unanswered(&self) -> impl Iterator<Item = MessageId> {
        self.answers.owed()
    }

    /// How many PUBLISHes of the server's have no answer of ours.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.publishes.in_flight()
    }

    /// Their message ids, in order.
    pub fn ids_in_flight(&self) -> impl Iterator<Item = MessageId> {
        self.publishes.ids_in_flight()
    }

    /// PINGs that have no PONG yet. One is owed for those that were sent once the server had accepted.
    pub fn pings_waiting(&self) -> usize {
        self.pongs.waiting()
    }

    /// Whether a PONG came that nothing can have asked for: this peer sends some of its own accord.
    pub fn ponged_unasked(&self) -> bool {
        self.pongs.came_unasked()
    }

    /// A frame with this content is about to be sent.
    pub fn sent(&mut self, content: &[u8]) {
        self.sent_reading(&Reading::of(content));
    }

    pub(super) fn sent_reading(&mut self, reading: &Reading<'_>) {
        let content = reading.content;
        self.sent_frames += 1;
        self.last_sent = content.first().map(|first| MessageType::from_nibble(first >> 4));
        match reading.strict() {
            Ok(Message::ConnectionRequest(request)) => {
                self.asks(Request::WellFormed { carries: Some(request.server_instance_id().is_some()) });
            }
            Ok(Message::OtherVersion(_)) => self.asks(Request::OtherVersion),
            Ok(Message::ConnectionResponse(_)) => self.sent_response(),
            Ok(Message::Publish(publish)) => self.answers.sent(publish.message_id, self.stage(), self.sent_frames),
            Ok(Message::Ack(ack)) => self.publishes.answered(ack.message_id, self.sent_frames),
            Ok(Message::Nack(nack)) => self.publishes.answered(nack.message_id, self.sent_frames),
            Ok(Message::Ping) => self.pongs.ping_sent(),
            Ok(Message::Pong) => self.pongs.pong_sent(),
            Err(error) => self.sent_malformed(content, error),
        }
    }

    fn asks(&mut self, request: Request) {
        self.asked = true;
        self.waiting.push_back(request);
    }

    fn sent_response(&mut self) {
        if self.decision.is_none() {
            self.waiting.push_back(Request::OtherRole);
        } else {
            self.malformed = Some("malformed.response-to-server");
        }
    }

    fn sent_malformed(&mut self, content: &[u8], error: &DecodeError) {
        let rule = rule_of_malformed(content, error);
        match self.last_sent {
            Some(MessageType::ConnectionRequest) if error.kind.is_open() => {
                self.asks(Request::WellFormed { carries: None });
                return;
            }
            Some(MessageType::ConnectionRequest) => {
                self.asks(Request::Malformed(rule));
                return;
            }
            Some(MessageType::Publish) => {
                if let Some(id) = publish_id(content) {
                    let how = match (error.kind.is_open(), self.stage()) {
                        (true, Sent::Accepted) => Sent::Open,
                        (true, early) => early,
                        (false, _) => Sent::malformed(rule),
                    };
                    self.answers.sent(id, how, self.sent_frames);
                    return;
                }
            }
            Some(MessageType::Nack) if error.kind.is_open() => {
                if let Some(id) = low_bits(content) {
                    self.publishes.answered(id, self.sent_frames);
                }
                return;
            }
            Some(MessageType::Ping) => self.pongs.malformed_ping_sent(),
            Some(MessageType::ConnectionResponse) => {
                self.sent_response();
                return;
            }
            Some(MessageType::Unused(_)) => {
                self.malformed = Some(rule);
                if let Some(id) = low_bits(content) {
                    self.answers.sent(id, Sent::no_publish(rule), self.sent_frames);
                }
            }
            _ => self.malformed = Some(rule),
        }
        if self.decision.is_none() {
            self.waiting.push_back(Request::Malformed(rule));
        }
    }

    /// The client's end of the stream was sent, within a frame of which these octets went before (length octets included).
    pub fn sent_end(&mut self, unfinished: &[u8]) {
        if let Some(id) = unfinished.get(2..).and_then(publish_id) {
            self.answers.sent(id, Sent::cut_off(), self.sent_frames);
        }
        self.cut_off = unfinished.get(2).map(|first| MessageType::from_nibble(first >> 4));
    }

    /// A frame with this content came. The rules that it breaks, the weightiest first.
    pub fn received(&mut self, content: &[u8]) -> Vec<Breach> {
        self.received_reading(&Reading::of(content))
    }

    pub(super) fn received_reading(&mut self, reading: &Reading<'_>) -> Vec<Breach> {
        let content = reading.content;
        let mut breaches = Vec::new();
        let before_request = !self.asked;
        match &reading.lenient {
            Ok((message, notes)) => {
                self.received_message(message, &mut breaches);
                let long = notes.iter().find_map(|note| match note {
                    Note::LongVarint { field, .. } => Some(*field),
                    _ => None,
                });
                if let Some(field) = long {
                    breaches.push(Breach::new(
                        "layout.varint-shortest",
                        format!("{field} is a varint in a longer form than it needs"),
                    ));
                }
            }
            Err(_) if before_request && self.sent_frames == 0 => {
                breaches.push(Breach::new("handshake.nothing-before-request", "a frame came before anything was sent"));
            }
            Err(error) => {
                let mut breach = Breach::of_layout(content, error);
                if breach.rule == "layout.connection-request" {
                    // That rule binds clients. A server has no request to lay out, be it well or badly.
                    breach.rule = "layout.connection-response";
                }
                breaches.push(breach);
                if let Some(id) = publish_id(content) {
                    self.publishes.passed(id);
                }
            }
        }
        breaches
    }

    fn received_message(&mut self, message: &Message<'_>, breaches: &mut Vec<Breach>) {
        let unprompted = !self.asked
            && match message {
                // Answers to what was sent in the wrong place have rules of their own.
                Message::Pong | Message::Ack(_) | Message::Nack(_) => self.sent_frames == 0,
                Message::ConnectionResponse(_) => self.waiting.is_empty(),
                _ => true,
            };
        if unprompted {
            let what = message.message_type();
            breaches.push(match (message, self.cut_off) {
                (Message::ConnectionResponse(_), Some(MessageType::ConnectionRequest)) => Breach::new(
                    "framing.truncated-not-answered",
                    format!("{what} answers a request that the end of the stream cuts off"),
                ),
                _ => Breach::new(
                    "handshake.nothing-before-request",
                    format!("{what} came before a connection request was sent"),
                ),
            });
            return;
        }
        match message {
            Message::ConnectionResponse(response) => breaches.extend(self.response(response)),
            Message::Ack(ack) => breaches.extend(self.answer_came(ack.message_id, true)),
            Message::Nack(nack) => breaches.extend(self.answer_came(nack.message_id, false)),
            Message::Pong => breaches.extend(self.pongs.came(self.last_sent, self.cut_off, self.malformed)),
            Message::Publish(publish) => breaches.extend(self.publishes.came(publish.message_id)),
            Message::Ping => {}
            Message::ConnectionRequest(_) | Message::OtherVersion(_) => {
                breaches.push(Breach::new("layout.connection-response", "a server sent a connection request"));
            }
        }
    }

    fn answer_came(&mut self, id: MessageId, is_ack: bool) -> Option<Breach> {
        if let Some(frame) = self.answers.shows_read(id) {
            self.publishes.peer_read(frame);
        }
        self.answers.came(id, is_ack, self.decision)
    }

    fn response(&mut self, response: &ConnectionResponse<'_>) -> Option<Breach> {
        let accepts = response.is_acceptance();
        if std::mem::take(&mut self.unseen_response) {
            self.decision = Some(if accepts { Decision::Accepted } else { Decision::Rejected });
            return None;
        }
        if self.decision.is_some() {
            // Whether a second request is answered is open, and so is how. To accept what is malformed is to act on it.
            let another = self.waiting.iter().position(|request| request.counts() || !accepts);
            self.waiting.drain(..another.map_or(0, |at| at + 1));
            return another.is_none().then(|| {
                Breach::new("handshake.first-request-answered-once", "another connection response to one request")
            });
        }
        let first = self.waiting.iter().position(|request| request.counts());
        let Some(at) = first else { return self.answers_malformed(response) };
        if !accepts && at > 0 {
            // Malformed content before the request: which of the two is rejected can't be told.
            self.waiting.pop_front();
            self.rejected_malformed = true;
            return None;
        }
        let request = self.waiting.drain(..=at).next_back()?;
        self.decision = Some(if accepts { Decision::Accepted } else { Decision::Rejected });
        match (request, response) {
            (Request::OtherVersion, ConnectionResponse::UnsupportedProtocolVersion) => None,
            (Request::OtherVersion, _) => Some(Breach::new(
                "handshake.unsupported-protocol",
                format!("{response} answers a request for another version"),
            )),
            (Request::WellFormed { carries }, _) if self.judges_answers => judge_answer(carries, response),
            _ => None,
        }
    }

    /// A response came, and all that it can answer is malformed. To reject that is not to act on it.
    fn answers_malformed(&mut self, response: &ConnectionResponse<'_>) -> Option<Breach> {
        let accepts = response.is_acceptance();
        self.rejected_malformed |= !accepts;
        let rule = match self.waiting.pop_front() {
            _ if accepts && self.cut_off == Some(MessageType::ConnectionRequest) => "framing.truncated-not-answered",
            Some(Request::OtherRole) => "malformed.response-to-server",
            Some(Request::Malformed(rule)) => rule,
            Some(_) | None => {
                let what = "another connection response, and nothing that it answers";
                return Some(Breach::new("handshake.first-request-answered-once", what));
            }
        };
        if !accepts {
            return None;
        }
        self.decision = Some(Decision::Accepted);
        Some(Breach::new(rule, format!("{response} answers malformed content")))
    }

    fn stage(&self) -> Sent {
        match self.phase() {
            Phase::NoRequest if self.waiting.front() == Some(&Request::OtherRole) => Sent::NotToAck {
                rule: "malformed.response-to-server",
                why: "which was sent behind a connection response in the place of a request",
            },
            Phase::NoRequest => Sent::NotToAck {
                rule: "handshake.early-event-not-acked",
                why: "which was sent before the server accepted",
            },
            Phase::Asked if self.waiting.iter().any(|request| request.counts()) => Sent::BehindRequest,
            Phase::Asked => Sent::NotToAck {
                rule: "handshake.early-event-not-acked",
                why: "which was sent behind a malformed request",
            },
            Phase::Accepted => Sent::Accepted,
            Phase::Rejected => Sent::NotToAck {
                rule: "handshake.event-after-rejection-not-acked",
                why: "which was sent after the rejection",
            },
        }
    }
}

/// The rule that an answer to a request for version 0 breaks whatever the server has on record. Which row of the table it should
/// have gone by depends on that; the one that is named is the one that the answer itself lets one think of.
fn judge_answer(carries: Option<bool>, response: &ConnectionResponse<'_>) -> Option<Breach> {
    let (rule, what) = match (response, carries) {
        (ConnectionResponse::Connected, Some(false)) => {
            ("handshake.hello-repeated", "a request that carries no server_instance_id")
        }
        (ConnectionResponse::HelloNewClient { .. }, Some(true)) => {
            ("handshake.mismatch-without-record", "a request that carries a server_instance_id")
        }
        (ConnectionResponse::UnsupportedProtocolVersion, _) => {
            ("handshake.rejection-that-applies", "a request for version 0")
        }
        _ => return None,
    };
    Some(Breach::new(rule, format!("{response} answers {what}")))
}
