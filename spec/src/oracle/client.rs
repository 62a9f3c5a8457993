//! A client, watched from the server's end of one connection.

use super::answers::{Answers, Sent, low_bits};
use super::breach::{Breach, layout_of_client, rule_of_malformed_to_client};
use super::phase::Phase;
use super::pongs::Pongs;
use super::publishes::Publishes;
use super::reading::Reading;
use super::responses::Responses;
use crate::wire::{DecodeError, Message, MessageId, MessageType, Note, publish_id};

/// The rule that a PUBLISH or an ACK breaks that rests on a response which the end of our stream cuts off.
const CUT_OFF_RESPONSE: &str = "framing.truncated-response-not-taken";

/// Judges each frame of a client on one connection.
///
/// It is told of our frames as we send them. The client reads them later, so a frame that comes is judged by what the client may
/// have read by then: it is blamed only if it is wrong for every such moment.
#[derive(Debug, Clone, Default)]
pub struct ClientOracle {
    joined_late: bool,
    sent_frames: u64,
    requests: usize,
    /// Its first message came, and was judged for being the first.
    began: bool,
    responses: Responses,
    answers: Answers,
    publishes: Publishes,
    pongs: Pongs,
    took_acceptance: bool,
    last_sent: Option<MessageType>,
    /// We sent a connection request.
    request_sent: bool,
    /// The rule that forbids to act on our last malformed content that was neither a PUBLISH nor a PING.
    malformed: Option<&'static str>,
    /// The type of the message that the end of our direction cut off.
    cut_off: Option<MessageType>,
}

impl ClientOracle {
    /// A connection on which nothing happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A connection that was joined after its start. It counts as accepted, and what only its start would explain is blamed on
    /// nobody.
    #[must_use]
    pub fn joined_late() -> Self {
        Self {
            began: true,
            requests: 1,
            joined_late: true,
            responses: Responses::joined_late(),
            answers: Answers::joined_late(),
            pongs: Pongs::joined_late(),
            ..Self::default()
        }
    }

    /// How far the connection is. A request counts even if it is malformed or for another version, and of our responses the
    /// first that the client may take for one.
    #[must_use]
    pub fn phase(&self) -> Phase {
        if self.requests == 0 { Phase::NoRequest } else { self.responses.phase() }
    }

    /// How many PUBLISHes of the client's have no answer of ours.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.publishes.in_flight()
    }

    /// Their message ids, in order.
    pub fn ids_in_flight(&self) -> impl Iterator<Item = MessageId> {
        self.publishes.ids_in_flight()
    }

    /// Ids of well-formed PUBLISHes, sent behind our acceptance, that have no answer yet.
    pub fn unanswered(&self) -> impl Iterator<Item = MessageId> {
        self.answers.owed()
    }

    /// PINGs that have no PONG yet. One is owed for those that were sent behind our acceptance.
    #[must_use]
    pub fn pings_waiting(&self) -> usize {
        self.pongs.waiting()
    }

    /// Whether a PONG came that nothing can have asked for: this peer sends some of its own accord.
    pub fn ponged_unasked(&self) -> bool {
        self.pongs.came_unasked()
    }

    /// Whether the client has shown that it read our acceptance: it published after it was sent, or answered an event that was
    /// sent behind it. A PONG doesn't show it, since it may come unasked.
    #[must_use]
    pub fn took_acceptance(&self) -> bool {
        self.took_acceptance
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
            Ok(Message::ConnectionResponse(response)) => {
                self.responses.sent(response.is_acceptance(), self.requests > 0);
            }
            Ok(Message::ConnectionRequest(_) | Message::OtherVersion(_)) => self.sent_request(),
            Ok(Message::Publish(publish)) => self.answers.sent(publish.message_id, self.stage(), self.sent_frames),
            Ok(Message::Ack(ack)) => self.publishes.answered(ack.message_id, self.sent_frames),
            Ok(Message::Nack(nack)) => self.publishes.answered(nack.message_id, self.sent_frames),
            Ok(Message::Ping) => self.pongs.ping_sent(),
            Ok(Message::Pong) => self.pongs.pong_sent(),
            Err(error) => self.sent_malformed(content, error),
        }
    }

    fn sent_request(&mut self) {
        self.request_sent = true;
        self.malformed = Some("malformed.request-to-client");
        self.responses.sent_unfit("malformed.request-to-client");
    }

    fn sent_malformed(&mut self, content: &[u8], error: &DecodeError) {
        let rule = rule_of_malformed_to_client(content, error);
        match self.last_sent {
            Some(MessageType::ConnectionRequest) => self.sent_request(),
            Some(MessageType::ConnectionResponse) if error.kind.is_open() => self.responses.sent_open_rejection(),
            Some(MessageType::ConnectionResponse) => {
                self.malformed = Some(rule);
                self.responses.sent_unfit(rule);
            }
            Some(MessageType::Publish) => {
                if let Some(id) = publish_id(content) {
                    let how = match (self.stage(), error.kind.is_open()) {
                        (Sent::Accepted | Sent::Open, true) => Sent::Open,
                        (Sent::Accepted | Sent::Open, false) => Sent::malformed(rule),
                        (early, _) => early,
                    };
                    self.answers.sent(id, how, self.sent_frames);
                }
            }
            Some(MessageType::Nack) if error.kind.is_open() => {
                if let Some(id) = low_bits(content) {
                    self.publishes.answered(id, self.sent_frames);
                }
            }
            Some(MessageType::Ping) => self.pongs.malformed_ping_sent(),
            Some(MessageType::Unused(_)) => {
                self.malformed = Some(rule);
                if let Some(id) = low_bits(content) {
                    self.answers.sent(id, Sent::no_publish(rule), self.sent_frames);
                }
            }
            _ => self.malformed = Some(rule),
        }
    }

    /// Our end of the stream was sent, within a frame of which these octets went before (length octets included).
    pub fn sent_end(&mut self, unfinished: &[u8]) {
        let content = unfinished.get(2..).unwrap_or_default();
        if let Some(id) = publish_id(content) {
            self.answers.sent(id, Sent::cut_off(), self.sent_frames);
        }
        self.cut_off = content.first().map(|first| MessageType::from_nibble(first >> 4));
        if self.cut_off == Some(MessageType::ConnectionResponse) {
            self.responses.sent_unfit(CUT_OFF_RESPONSE);
        }
    }

    /// A frame with this content came. The rules that it breaks, the weightiest first.
    pub fn received(&mut self, content: &[u8]) -> Vec<Breach> {
        self.received_reading(&Reading::of(content))
    }

    pub(super) fn received_reading(&mut self, reading: &Reading<'_>) -> Vec<Breach> {
        let content = reading.content;
        let message_type = content.first().map(|first| MessageType::from_nibble(first >> 4));
        match &reading.lenient {
            Ok((message, notes)) => {
                let mut breaches = self.received_message(message);
                let long = notes.iter().find_map(|note| match note {
                    Note::LongVarint { field, .. } => Some(*field),
                    Note::NonZeroIgnoredBits => None,
                });
                breaches.extend(long.map(|field| {
                    let what = format!("{field} is a varint in a longer form than it needs");
                    Breach::new("layout.varint-shortest", what)
                }));
                breaches
            }
            Err(error) => {
                // Judged for its octets, and by its type for its place. It answers nothing and asks for nothing.
                if message_type == Some(MessageType::ConnectionResponse) {
                    return vec![self.response_came()];
                }
                let mut breaches = vec![layout_of_client(content, error)];
                breaches.extend(self.place(message_type));
                if let Some(id) = publish_id(content) {
                    self.publishes.passed(id);
                }
                breaches
            }
        }
    }

    fn received_message(&mut self, message: &Message<'_>) -> Vec<Breach> {
        let answer = match message {
            Message::Ack(ack) => Some((ack.message_id, true)),
            Message::Nack(nack) => Some((nack.message_id, false)),
            _ => None,
        };
        if let Some((id, is_ack)) = answer {
            return self.answer_came(id, is_ack).into_iter().collect();
        }
        if matches!(message, Message::ConnectionResponse(_)) {
            return vec![self.response_came()];
        }
        let mut breaches = Vec::from_iter(self.place(Some(message.message_type())));
        match message {
            Message::OtherVersion(request) => breaches.insert(
                0,
                Breach::new(
                    "introduction.carries-protocol-version",
                    format!("the request is for protocol version {}", request.version()),
                ),
            ),
            Message::Pong => breaches.extend(self.pongs.came(self.last_sent, self.cut_off, self.malformed)),
            Message::Publish(publish) => {
                self.took_acceptance |= self.is_surely_accepted();
                breaches.extend(self.publishes.came(publish.message_id));
            }
            _ => {}
        }
        breaches
    }

    /// What is wrong with when a content of this type came. It is for the contents whose place nothing else explains.
    fn place(&mut self, message_type: Option<MessageType>) -> Option<Breach> {
        let name = || message_type.map_or_else(|| "an empty frame".to_owned(), |named| named.to_string());
        if message_type == Some(MessageType::ConnectionRequest) {
            self.requests += 1;
            self.began = true;
            return (self.requests > 1 + usize::from(self.joined_late))
                .then(|| Breach::new("introduction.one-request", "another connection request on one connection"));
        }
        if !self.began {
            // To answer a PING that came this early is open.
            if message_type == Some(MessageType::Pong) && self.pongs.waiting() > 0 {
                return None;
            }
            self.began = true;
            return Some(Breach::new(
                "introduction.request-first",
                format!("{} came before the connection request", name()),
            ));
        }
        if matches!(message_type, Some(MessageType::Ping | MessageType::Pong)) {
            return None;
        }
        let is_publish = message_type == Some(MessageType::Publish);
        match (self.responses.phase(), self.responses.unfit()) {
            (Phase::Accepted, _) => None,
            (Phase::Rejected, _) if !is_publish => None,
            (Phase::Rejected, _) if self.responses.accepted_after_rejection() => Some(Breach::new(
                "malformed.second-response",
                "a PUBLISH follows a second response, which accepts where the first rejected",
            )),
            (Phase::Rejected, _) => {
                Some(Breach::new("introduction.no-publish-after-rejection", "a PUBLISH came after the rejection"))
            }
            (_, Some(rule)) if is_publish => Some(Breach::new(
                rule,
                "a PUBLISH came, as if what stood in the place of the response had accepted the client",
            )),
            _ => Some(Breach::new(
                "introduction.only-request-before-response",
                format!("{} came before the response was sent", name()),
            )),
        }
    }

    fn answer_came(&mut self, id: MessageId, is_ack: bool) -> Option<Breach> {
        // An ACK for something of ours, rightly or not, is judged as an answer first. A NACK takes nothing, but before the response
        // it is one message too many all the same.
        let answers_first = is_ack && self.answers.awaits(id);
        let message_type = if is_ack { MessageType::Ack } else { MessageType::Nack };
        let place = self.place(Some(message_type));
        self.began = true;
        self.took_acceptance |= self.answers.owes(id);
        if let Some(frame) = self.answers.shows_read(id) {
            self.publishes.peer_read(frame);
        }
        let answer = self.answers.came(id, is_ack, None);
        if answers_first { answer.or(place) } else { place.or(answer) }
    }

    /// A response came: a message that only servers send.
    fn response_came(&mut self) -> Breach {
        if self.request_sent {
            return Breach::new("malformed.request-to-client", "a connection response answers our connection request");
        }
        if self.cut_off == Some(MessageType::ConnectionRequest) {
            return Breach::new(
                "framing.truncated-not-answered",
                "a connection response answers a request that the end of the stream cuts off",
            );
        }
        // No rule says by name that a client sends no response. Of the two messages of the introduction a client's is the
        // request, so what comes in its stead isn't laid out as one.
        self.place(Some(MessageType::ConnectionResponse))
            .unwrap_or_else(|| Breach::new("layout.connection-request", "a client sent a connection response"))
    }

    /// Whether the client, when it reads what we send now, has read an acceptance and nothing that makes that doubtful.
    fn is_surely_accepted(&self) -> bool {
        self.responses.is_settled() && self.responses.phase() == Phase::Accepted
    }

    fn stage(&self) -> Sent {
        if self.is_surely_accepted() {
            return Sent::Accepted;
        }
        match (self.responses.phase(), self.responses.unfit()) {
            // The rule about early events speaks of those before the response, so those behind a rejection are open.
            (Phase::Accepted | Phase::Rejected, _) => Sent::Open,
            (_, Some(rule)) => {
                Sent::NotToAck { rule, why: "which was sent behind what stood in the place of the response" }
            }
            (_, None) => Sent::NotToAck {
                rule: "introduction.early-publish-not-acked",
                why: "which was sent before the response",
            },
        }
    }
}
