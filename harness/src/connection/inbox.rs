//! What came on a connection and no step has taken yet.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use sinkcheck_spec::oracle::{Breach, Phase};
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, Event, Message, MessageId, Publish, Reason};
use tokio::time::Instant;

use super::watch::Watch;

/// More frames than any case of ours makes a right peer send; a peer that sends more floods.
const MAX_FRAMES: usize = 50_000;

/// So many PINGs in turn, in so short a time, are no coincidence: nobody keeps a line alive like that.
const PINGS_IN_TURN: usize = 1000;
const TURNS: Duration = Duration::from_millis(500);

/// More octets than any case of ours makes a right peer send.
const MAX_OCTETS: usize = 512 << 20;

/// More octets of answers and responses than any case of ours asks for. They are kept until a step takes them.
const MAX_KEPT_OCTETS: usize = 32 << 20;

/// So much of a frame that has not ended is kept for whoever wonders what it is.
const SHOWN_OCTETS: usize = 16;

/// An answer to a PUBLISH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It was ACKed.
    Ack,
    /// It was NACKed, with this reason.
    Nack(Reason<'static>),
}

/// A connection request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Of protocol version 0.
    Known(ConnectionRequest<'static>),
    /// Of another version, of which nothing more can be read.
    OtherVersion(String),
}

/// The end of a connection.
#[derive(Debug, Clone)]
pub struct Closed {
    /// When it was seen.
    pub at: Instant,
    /// In what way: `closed`, `reset`, …
    pub how: String,
}

/// What came and is still to be looked at, and what the oracle says of all of it.
#[derive(Debug)]
pub struct Inbox {
    /// Hears of every frame.
    pub oracle: Watch,
    /// Rules that were broken, in the order in which they were.
    pub breaches: Vec<Breach>,
    /// A client's request that no step has taken.
    pub request: Option<Request>,
    /// A request came.
    is_introduced: bool,
    /// Responses that no step has taken.
    pub responses: VecDeque<ConnectionResponse<'static>>,
    /// Answers that no step has taken.
    pub answers: VecDeque<(MessageId, Answer)>,
    /// PONGs that no step has taken.
    pub pongs: usize,
    /// Events of the peer's that were asked for, and that no step has taken.
    pub publishes: VecDeque<Publish<'static>>,
    /// Events that the case asked the peer to publish; others are ACKed as they come.
    pub wanted: HashSet<Event<'static>>,
    /// Events of the peer's that no step has seen, where they are held.
    events: VecDeque<Publish<'static>>,
    /// Events that the case didn't ask for are held for its steps, and not ACKed as they come.
    pub holds_events: bool,
    /// PINGs aren't answered as they come, and nothing keeps the connection alive, until the case sends a PONG.
    pub holds_pongs: bool,
    /// How many PINGs wait for that.
    held_pongs: usize,
    /// How many PINGs came.
    pub pings: usize,
    /// How many came one after the other at last, each with nothing but an answer of ours between it and the one before.
    pings_in_turn: usize,
    /// When the first of these came.
    in_turn_since: Instant,
    /// How many of its events the peer had in flight at the most.
    pub most_in_flight: usize,
    /// When the last of its events came.
    pub last_event: Instant,
    /// Something was sent since the last PING came.
    sent_since_ping: bool,
    /// It was asked back: the case sent a connection request to a client under test.
    pub asked_back: bool,
    /// A connection request came again, after that.
    asked_again: bool,
    /// The client is one that sends more than one request on a connection, whatever it is sent.
    pub asks_anyway: bool,
    /// When octets last came.
    pub last_received: Instant,
    /// The connection's end, if it came to one by the peer.
    pub closed: Option<Closed>,
    /// The case itself ended the connection.
    pub abandoned: bool,
    /// Nothing is answered by itself, and nothing kept alive.
    pub mute: bool,
    /// A wait of the case's own goes on: nothing is kept alive meanwhile.
    pub is_waiting: bool,
    /// When octets were last sent.
    pub last_sent: Instant,
    /// When the end of a frame was last sent.
    last_frame_sent: Instant,
    /// The longest time between the ends of two frames, or the connection's begin and the first.
    longest_silence: Duration,
    /// The longest time in which nothing went either way, of those that octets ended.
    pub longest_idle: Duration,
    /// How many frames came.
    pub frames: usize,
    /// How many of them a case may wait for: neither a PING nor a PONG, which come for as long as a connection is kept alive.
    pub awaited: usize,
    /// How many octets those that came have, lengths included.
    pub octets: usize,
    /// How many octets the reasons and events have that no step may have taken.
    kept_octets: usize,
    /// The beginning of a frame that has not ended.
    pub unfinished: Vec<u8>,
    /// How many octets of it came.
    pub pending: usize,
}

impl Inbox {
    pub(super) fn new(oracle: Watch) -> Self {
        Self {
            oracle,
            breaches: Vec::new(),
            request: None,
            is_introduced: false,
            responses: VecDeque::new(),
            answers: VecDeque::new(),
            pongs: 0,
            publishes: VecDeque::new(),
            wanted: HashSet::new(),
            events: VecDeque::new(),
            holds_events: false,
            holds_pongs: false,
            held_pongs: 0,
            pings: 0,
            pings_in_turn: 0,
            in_turn_since: Instant::now(),
            most_in_flight: 0,
            last_event: Instant::now(),
            sent_since_ping: false,
            asked_back: false,
            asked_again: false,
            asks_anyway: false,
            last_received: Instant::now(),
            closed: None,
            abandoned: false,
            mute: false,
            is_waiting: false,
            last_sent: Instant::now(),
            last_frame_sent: Instant::now(),
            longest_silence: Duration::ZERO,
            longest_idle: Duration::ZERO,
            frames: 0,
            awaited: 0,
            octets: 0,
            kept_octets: 0,
            unfinished: Vec::new(),
            pending: 0,
        }
    }

    /// The oldest of the events that no step has seen.
    pub fn next_event(&mut self) -> Option<Publish<'static>> {
        let publish = self.events.pop_front()?;
        self.kept_octets = self.kept_octets.saturating_sub(publish.event.encoded_len());
        Some(publish)
    }

    fn introduced_by(&mut self, request: Request) {
        self.is_introduced = true;
        self.request = Some(request);
    }

    /// Octets went one way or the other.
    fn goes(&mut self, now: Instant) {
        let idle = now.saturating_duration_since(self.last_sent.max(self.last_received));
        self.longest_idle = self.longest_idle.max(idle);
    }

    /// Octets came.
    pub(super) fn hears(&mut self) {
        let now = Instant::now();
        self.goes(now);
        self.last_received = now;
    }

    /// Octets are about to be sent, with the end of a frame or without one.
    pub(super) fn sends(&mut self, ends_frame: bool) {
        let now = Instant::now();
        self.goes(now);
        self.last_sent = now;
        if ends_frame {
            self.longest_silence = self.longest_silence.max(now.saturating_duration_since(self.last_frame_sent));
            self.last_frame_sent = now;
        }
        self.sent_since_ping = true;
    }

    /// The longest time for which no frame was sent, up to the connection's end. Whether octets of an unfinished one break a silence
    /// is open (keepalive.unfinished-frame).
    pub fn our_silence(&self) -> Duration {
        let last = self.closed.as_ref().map(|closed| closed.at.saturating_duration_since(self.last_frame_sent));
        self.longest_silence.max(last.unwrap_or_default())
    }

    /// Whether the peer answers our PONGs by PINGs. One of them may come at any time, and a peer may send more by its clock. So many
    /// that each came upon the PONG to the one before, and at the pace of the machine, have no other cause.
    pub fn pings_upon_pongs(&self) -> Option<String> {
        let took = self.last_received.saturating_duration_since(self.in_turn_since);
        let pace = took / u32::try_from(self.pings_in_turn.max(1)).unwrap_or(u32::MAX);
        (self.pings_in_turn >= PINGS_IN_TURN && pace <= TURNS / PINGS_IN_TURN as u32)
            .then(|| format!("{} PINGs in a row, each upon the PONG to the one before", self.pings_in_turn))
    }

    /// Whether the peer sends without end.
    pub fn is_flooded(&self) -> bool {
        self.frames >= MAX_FRAMES || self.octets >= MAX_OCTETS || self.kept_octets >= MAX_KEPT_OCTETS
    }

    /// What a peer did that sends without end.
    pub fn flood(&self) -> String {
        format!("the peer floods: {} frames of {} octets, more than any case asks for", self.frames, self.octets)
    }

    /// A frame came that takes so many octets.
    pub(super) fn count(&mut self, octets: usize) {
        self.frames += 1;
        self.octets += octets;
    }

    /// So many octets behind the last frame are no frame yet; `read` is what was read last, and they end it.
    pub(super) fn left(&mut self, pending: usize, read: &[u8]) {
        if pending <= read.len() {
            self.unfinished.clear();
        }
        let from = read.len().saturating_sub(pending);
        let room = SHOWN_OCTETS - self.unfinished.len();
        self.unfinished.extend(read[from..].iter().take(room));
        self.pending = pending;
    }

    /// Whether the client is accepted and the connection is open.
    pub fn is_accepted(&self) -> bool {
        self.closed.is_none() && self.oracle.phase() == Phase::Accepted
    }

    /// Whether the connection is one that is kept alive when nothing else is sent.
    pub(super) fn is_kept_alive(&self) -> bool {
        self.is_accepted() && !self.mute && !self.is_waiting && !self.holds_pongs
    }

    /// The case sends so many PONGs itself: none is held any more. Returns how many the peer's PINGs wait for beside those.
    pub fn release_pongs(&mut self, sent: usize) -> usize {
        self.holds_pongs = false;
        std::mem::take(&mut self.held_pongs).saturating_sub(sent)
    }

    /// What stands there unasked, in words.
    pub fn unasked(&self) -> Option<String> {
        if let Some(request) = &self.request {
            return Some(match request {
                Request::Known(request) => request.to_string(),
                Request::OtherVersion(text) => text.clone(),
            });
        }
        if let Some(response) = self.responses.front() {
            return Some(response.to_string());
        }
        if let Some((id, answer)) = self.answers.front() {
            return Some(match answer {
                Answer::Ack => format!("ACK {id}"),
                Answer::Nack(reason) => format!("NACK {id} {reason}"),
            });
        }
        if self.asked_again {
            return Some("another connection request".to_owned());
        }
        // A PONG may come at any time. Whether it answers something that it mustn't is for the oracle and `player/pongs`.
        self.publishes.front().map(|publish| format!("PUBLISH {} {}", publish.message_id, publish.event))
    }

    /// Takes in a message, and whether a PING waited for a PONG when it came; returns what is to be sent back without the case's doing.
    pub(super) fn take(&mut self, message: Message<'_>, was_asked: bool) -> Option<Message<'static>> {
        self.awaited += usize::from(!matches!(message, Message::Ping | Message::Pong));
        let is_in_turn = matches!(message, Message::Ping) && std::mem::take(&mut self.sent_since_ping);
        if !is_in_turn {
            (self.pings_in_turn, self.in_turn_since) = (0, Instant::now());
        }
        self.pings_in_turn += usize::from(is_in_turn);
        match message.into_owned() {
            Message::ConnectionResponse(response) => {
                if let ConnectionResponse::Quarantined(reason) = &response {
                    self.kept_octets += reason.machine_message().len() + reason.human_message().len();
                }
                self.responses.push_back(response);
            }
            Message::Ack(ack) => self.answers.push_back((ack.message_id, Answer::Ack)),
            Message::Nack(nack) => {
                self.kept_octets += nack.reason.machine_message().len() + nack.reason.human_message().len();
                self.answers.push_back((nack.message_id, Answer::Nack(nack.reason)));
            }
            // One that came unasked answers nothing that a step waits for.
            Message::Pong => self.pongs += usize::from(was_asked),
            Message::Ping => {
                self.pings += 1;
                if self.holds_pongs {
                    self.held_pongs += 1;
                } else {
                    return Some(Message::Pong);
                }
            }
            Message::Publish(publish) => {
                self.most_in_flight = self.most_in_flight.max(self.oracle.in_flight());
                self.last_event = Instant::now();
                if self.wanted.contains(&publish.event) {
                    self.publishes.push_back(publish);
                } else if self.holds_events {
                    self.kept_octets += publish.event.encoded_len();
                    self.events.push_back(publish);
                } else if self.oracle.phase() == Phase::Accepted {
                    let message_id = publish.message_id;
                    return Some(Message::Ack(sinkcheck_spec::wire::Ack { message_id }));
                }
            }
            // A second one is the oracle's to blame, and no step's to take, but where it answers one of the case's own.
            Message::ConnectionRequest(_) | Message::OtherVersion(_) if self.is_introduced => {
                self.asked_again |= self.asked_back && !self.asks_anyway;
            }
            Message::ConnectionRequest(request) => self.introduced_by(Request::Known(request)),
            other @ Message::OtherVersion(_) => self.introduced_by(Request::OtherVersion(other.to_string())),
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pongs_that_are_held_are_sent_with_the_first_of_the_case() {
        let mut inbox = Inbox::new(Watch::server());
        inbox.holds_pongs = true;
        for _ in 0..3 {
            assert_eq!(inbox.take(Message::Ping, false), None);
        }
        assert_eq!(inbox.release_pongs(1), 2);
        assert_eq!(inbox.release_pongs(1), 0);
        assert_eq!(inbox.take(Message::Ping, false), Some(Message::Pong));
    }

    #[test]
    fn a_pong_that_came_unasked_is_no_steps() {
        let mut inbox = Inbox::new(Watch::server());
        inbox.take(Message::Pong, false);
        assert_eq!(inbox.pongs, 0);
        inbox.take(Message::Pong, true);
        assert_eq!(inbox.pongs, 1);
    }

    #[test]
    fn octets_of_an_unfinished_frame_do_not_end_our_silence() {
        const LONG: Duration = Duration::from_millis(300);
        let mut inbox = Inbox::new(Watch::server());
        inbox.last_frame_sent = Instant::now() - LONG;
        inbox.sends(false);
        assert!(inbox.our_silence() < LONG);
        inbox.closed = Some(Closed { at: Instant::now(), how: "closed".to_owned() });
        assert!(inbox.our_silence() >= LONG);
        inbox.closed = None;
        inbox.sends(true);
        assert!(inbox.our_silence() >= LONG);
    }

    /// After so many PINGs, each upon our answer to the one before, so long apart.
    fn after(pings: usize, apart: Duration) -> Inbox {
        let mut inbox = Inbox::new(Watch::server());
        let begun = Instant::now();
        for _ in 0..pings {
            inbox.sends(true);
            inbox.take(Message::Ping, false);
        }
        inbox.in_turn_since = begun;
        inbox.last_received = begun + apart * u32::try_from(pings).expect("some");
        inbox
    }

    #[test]
    fn pings_answer_pongs_only_in_a_row_and_at_a_pace_that_no_clock_has() {
        assert!(after(PINGS_IN_TURN, Duration::from_micros(100)).pings_upon_pongs().is_some());
        assert!(after(PINGS_IN_TURN, Duration::from_millis(1)).pings_upon_pongs().is_none());
        assert!(after(PINGS_IN_TURN - 1, Duration::from_micros(100)).pings_upon_pongs().is_none());
        let mut interrupted = after(PINGS_IN_TURN, Duration::from_micros(100));
        interrupted.take(Message::Pong, false);
        assert!(interrupted.pings_upon_pongs().is_none());
    }
}
