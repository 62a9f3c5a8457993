//! What a change may know about its connection.

use std::collections::BTreeSet;
use std::time::Duration;

use sinkcheck_spec::wire::Message;

use super::{LeftBehind, content};

/// Whose connection it is, as it begins.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// When it began, on the machines' clock.
    pub(crate) now: Duration,
    /// The keepalive interval.
    pub(crate) interval: Duration,
    /// How many connections of this peer there were before.
    pub(crate) connection: u64,
    /// Whether this is the client that came first to the server.
    pub(crate) is_first_client: bool,
    /// The client_instance_id that the server has on record.
    pub(crate) recorded: Option<u32>,
    /// The client_instance_ids that the server has on record for other identities.
    pub(crate) recorded_for_others: Vec<u32>,
    /// Whether the server has the client in quarantine.
    pub(crate) is_quarantined: bool,
    /// The id of the server, or the one that the client keeps.
    pub(crate) server: Option<u32>,
    /// What an earlier connection has left behind.
    pub(crate) left_behind: LeftBehind,
}

/// What has happened on a connection.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) origin: Origin,
    /// The place of the content that is dealt with among those of its read, from 0.
    pub(crate) place: usize,
    /// Whether the request came in the same read before it.
    pub(crate) came_with_request: bool,
    /// In how many reads it came.
    pub(crate) segments: usize,
    /// Whether the content that is dealt with was malformed as it came.
    pub(crate) is_malformed: bool,
    /// Whether the connection request was malformed as it came.
    pub(crate) is_malformed_request: bool,
    /// Whether the peer has ended its stream.
    pub(crate) is_ended: bool,
    /// Contents that arrived, by type.
    pub(crate) received: [usize; 16],
    /// Contents that the machine has sent, by type.
    pub(crate) sent: [usize; 16],
    /// The connection request.
    pub(crate) request: Option<Vec<u8>>,
    /// The connection response's code.
    pub(crate) response: Option<u8>,
    /// This side's PUBLISHes that are unanswered, oldest first, by the ids of its machine.
    pub(crate) in_flight: Vec<u16>,
    /// Those of the ids in flight for which a NACK came, whatever a change made of it.
    pub(crate) nacked: BTreeSet<u16>,
    /// The ids for which an ACK came while they were not in flight.
    pub(crate) stray_acks: BTreeSet<u16>,
    /// The ids for which a NACK came while they were not in flight.
    pub(crate) stray_nacks: BTreeSet<u16>,
    /// The ids of this side's PUBLISHes that were answered.
    pub(crate) answered: Vec<u16>,
    /// The ids of the peer's PUBLISHes, oldest first.
    pub(crate) published: Vec<u16>,
    /// The events that came before the content that is dealt with, without their message ids.
    pub(crate) events_before: BTreeSet<Vec<u8>>,
    /// The PUBLISH before the content that is dealt with.
    pub(crate) last_event: Option<Vec<u8>>,
}

impl Seen {
    pub(super) fn new(origin: Origin) -> Self {
        Self {
            origin,
            place: 0,
            came_with_request: false,
            segments: 1,
            is_malformed: false,
            is_malformed_request: false,
            is_ended: false,
            received: [0; 16],
            sent: [0; 16],
            request: None,
            response: None,
            in_flight: Vec::new(),
            nacked: BTreeSet::new(),
            stray_acks: BTreeSet::new(),
            stray_nacks: BTreeSet::new(),
            answered: Vec::new(),
            published: Vec::new(),
            events_before: BTreeSet::new(),
            last_event: None,
        }
    }

    /// Whether the response accepted the client.
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self.response, Some(0 | 1))
    }

    /// Whether the response rejected the client.
    pub(crate) fn is_rejected(&self) -> bool {
        matches!(self.response, Some(2..=5))
    }

    /// Notes a content before it is dealt with.
    pub(super) fn arrives(&mut self, content: &[u8]) {
        let kind = content::kind(content);
        let is_request = content::is(content, content::REQUEST);
        self.came_with_request = is_request || self.came_with_request && self.place > 0;
        self.is_malformed = Message::decode(content).is_err();
        self.is_malformed_request |= self.is_malformed && is_request;
        self.received[usize::from(kind)] += usize::from(!content.is_empty());
        match (kind, content::id(content)) {
            (content::REQUEST, _) if !content.is_empty() => self.request = Some(content.to_vec()),
            (content::RESPONSE, _) if self.response.is_none() => {
                self.response = content.first().map(|first| first & 15)
            }
            (content::PUBLISH, Some(id)) => self.published.push(id),
            (content::NACK, Some(id)) if !self.is_malformed && self.in_flight.contains(&id) => {
                self.nacked.insert(id);
            }
            _ => {}
        }
    }

    /// Notes a content after it was dealt with.
    pub(super) fn has_arrived(&mut self, content: &[u8]) {
        let Some(id) = content::id(content) else { return };
        if content::kind(content) == content::PUBLISH {
            self.events_before.extend(content.get(2..).map(<[u8]>::to_vec));
            self.last_event = Some(content.to_vec());
        }
        let is_ack = content::kind(content) == content::ACK && content.len() == 2;
        if !is_ack && content::kind(content) != content::NACK {
            return;
        }
        if let Some(place) = self.in_flight.iter().position(|&own| own == id) {
            self.in_flight.remove(place);
            self.answered.push(id);
        } else if is_ack {
            self.stray_acks.insert(id);
        } else {
            self.stray_nacks.insert(id);
        }
    }

    /// Notes a content that the machine sends.
    pub(super) fn sends(&mut self, content: &[u8]) {
        let kind = content::kind(content);
        self.sent[usize::from(kind)] += 1;
        match (kind, content::id(content)) {
            (content::REQUEST, _) => self.request = Some(content.to_vec()),
            (content::RESPONSE, _) => self.response = content.first().map(|first| first & 15),
            (content::PUBLISH, Some(id)) => {
                self.in_flight.push(id);
                self.nacked.remove(&id);
            }
            _ => {}
        }
    }
}
