//! A server, watched from the client's end of one connection.

use super::answers::{Answers, Decision, Sent, low_bits};
use super::breach::{Breach, rule_of_malformed};
use super::phase::Phase;
use super::pongs::Pongs;
use super::publishes::Publishes;
use crate::wire::{ConnectionResponse, DecodeError, Message, MessageId, MessageType, Note, publish_id};

/// What was sent in the place of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    WellFormed,
    OtherVersion,
    /// The rule that forbids to accept it.
    Malformed(&'static str),
    /// A message that belongs to the server.
    OtherRole,
}

/// Judges each frame of a server on one connection.
#[derive(Debug, Clone, Default)]
pub struct ServerOracle {
    sent_frames: usize,
    requests: Vec<Request>,
    responses: usize,
    decision: Option<Decision>,
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

    /// How far the connection is.
    pub fn phase(&self) -> Phase {
        match self.decision {
            Some(Decision::Accepted) => Phase::Accepted,
            Some(Decision::Rejected) => Phase::Rejected,
            _ if self.requests.is_empty() => Phase::NoRequest,
            _ => Phase::Asked,
        }
    }

    /// Ids of well-formed PUBLISHes, sent to a server that had accepted, that have no answer yet.
    pub fn unanswered(&self) -> impl Iterator<Item = MessageId> {
        self.answers.owed()
    }

    /// PINGs that have no PONG yet. One is owed for those that were sent once the server had accepted.
    pub fn pings_waiting(&self) -> usize {
        self.pongs.waiting()
    }

    /// A frame with this content is about to be sent.
    pub fn sent(&mut self, content: &[u8]) {
        self.sent_frames += 1;
        let decoded = Message::decode(content);
        self.last_sent = content.first().map(|first| MessageType::from_nibble(first >> 4));
        match &decoded {
            Ok(Message::ConnectionRequest(_)) => self.requests.push(Request::WellFormed),
            Ok(Message::OtherVersion(_)) => self.requests.push(Request::OtherVersion),
            Ok(Message::ConnectionResponse(_)) => {
                if self.requests.is_empty() {
                    self.requests.push(Request::OtherRole);
                }
            }
            Ok(Message::Publish(publish)) => self.answers.sent(publish.message_id, self.stage()),
            Ok(Message::Ack(ack)) => self.publishes.answered(ack.message_id),
            Ok(Message::Nack(nack)) => self.publishes.answered(nack.message_id),
            Ok(Message::Ping) => self.pongs.ping_sent(),
            Ok(Message::Pong) => self.pongs.pong_sent(),
            Err(error) => self.sent_malformed(content, error),
        }
    }

    fn sent_malformed(&mut self, content: &[u8], error: &DecodeError) {
        let rule = rule_of_malformed(content, error);
        match self.last_sent {
            Some(MessageType::ConnectionRequest) if error.kind.is_open() => self.requests.push(Request::WellFormed),
            Some(MessageType::ConnectionRequest) => self.requests.push(Request::Malformed(rule)),
            Some(MessageType::Publish) => {
                if let Some(id) = publish_id(content) {
                    let how = if error.kind.is_open() { Sent::Open } else { Sent::malformed(rule) };
                    self.answers.sent(id, how);
                }
            }
            Some(MessageType::Ping) => self.pongs.malformed_ping_sent(),
            Some(MessageType::ConnectionResponse) if self.requests.is_empty() => self.requests.push(Request::OtherRole),
            Some(MessageType::Unused(_)) => {
                self.malformed = Some(rule);
                if let Some(id) = low_bits(content) {
                    self.answers.sent(id, Sent::no_publish(rule));
                }
            }
            _ => self.malformed = Some(rule),
        }
    }

    /// The client's end of the stream was sent, within a frame of which these octets went before (length octets included).
    pub fn sent_end(&mut self, unfinished: &[u8]) {
        if let Some(id) = unfinished.get(2..).and_then(publish_id) {
            self.answers.sent(id, Sent::cut_off());
        }
        self.cut_off = unfinished.get(2).map(|first| MessageType::from_nibble(first >> 4));
    }

    /// A frame with this content came. The rules that it breaks, the weightiest first.
    pub fn received(&mut self, content: &[u8]) -> Vec<Breach> {
        let mut breaches = Vec::new();
        let before_request = self.requests.is_empty();
        match Message::decode_over_long(content) {
            Ok((message, notes)) => {
                self.received_message(&message, &mut breaches);
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
                let mut breach = Breach::of_layout(content, &error);
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
        let unprompted = self.requests.is_empty()
            && match message {
                // Answers to what was sent in the wrong place have rules of their own.
                Message::Pong | Message::Ack(_) | Message::Nack(_) => self.sent_frames == 0,
                _ => true,
            };
        if unprompted {
            let what = message.message_type();
            breaches.push(match (message, self.cut_off, self.malformed) {
                (Message::ConnectionResponse(_), Some(MessageType::ConnectionRequest), _) => Breach::new(
                    "framing.truncated-not-answered",
                    format!("{what} answers a request that the end of the stream cuts off"),
                ),
                (Message::ConnectionResponse(_), _, Some(rule)) => {
                    Breach::new(rule, format!("{what} answers malformed content"))
                }
                _ => Breach::new(
                    "handshake.nothing-before-request",
                    format!("{what} came before a connection request was sent"),
                ),
            });
            return;
        }
        match message {
            Message::ConnectionResponse(response) => breaches.extend(self.response(response)),
            Message::Ack(ack) => breaches.extend(self.answers.came(ack.message_id, true, self.decision)),
            Message::Nack(nack) => breaches.extend(self.answers.came(nack.message_id, false, self.decision)),
            Message::Pong => breaches.extend(self.pongs.came(self.last_sent, self.cut_off, self.malformed)),
            Message::Publish(publish) => breaches.extend(self.publishes.came(publish.message_id)),
            Message::Ping => {}
            Message::ConnectionRequest(_) | Message::OtherVersion(_) => {
                breaches.push(Breach::new("layout.connection-response", "a server sent a connection request"));
            }
        }
    }

    fn response(&mut self, response: &ConnectionResponse<'_>) -> Option<Breach> {
        self.responses += 1;
        if self.responses > self.requests.len() {
            return Some(Breach::new(
                "handshake.first-request-answered-once",
                "another connection response to one request",
            ));
        }
        if self.responses > 1 {
            // Whether a second request is answered is open, and so is how.
            return None;
        }
        let accepts = response.is_acceptance();
        self.decision = Some(if accepts { Decision::Accepted } else { Decision::Rejected });
        match self.requests.first() {
            Some(Request::OtherVersion) if *response != ConnectionResponse::UnsupportedProtocolVersion => {
                Some(Breach::new(
                    "handshake.unsupported-protocol",
                    format!("{response} answers a request for another version"),
                ))
            }
            Some(Request::Malformed(rule)) if accepts => {
                Some(Breach::new(rule, format!("{response} answers a malformed connection request")))
            }
            Some(Request::OtherRole) => {
                Some(Breach::new("malformed.response-to-server", format!("{response} answers a connection response")))
            }
            _ => None,
        }
    }

    fn stage(&self) -> Sent {
        match self.phase() {
            Phase::NoRequest => Sent::NotToAck {
                rule: "handshake.early-event-not-acked",
                why: "which was sent before the server accepted",
            },
            Phase::Asked if self.requests.first() == Some(&Request::OtherRole) => Sent::NotToAck {
                rule: "malformed.response-to-server",
                why: "which was sent behind a connection response in the place of a request",
            },
            Phase::Asked => Sent::BehindRequest,
            Phase::Accepted => Sent::Accepted,
            Phase::Rejected => Sent::NotToAck {
                rule: "handshake.event-after-rejection-not-acked",
                why: "which was sent after the rejection",
            },
        }
    }
}
