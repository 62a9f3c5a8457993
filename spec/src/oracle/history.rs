//! One client over all its connections: which ids its next request carries.

use std::collections::BTreeSet;

use super::breach::Breach;
use crate::wire::{ConnectionRequest, ConnectionResponse, InstanceId, Message};

/// So many of the responses that are not to be taken are kept, the last ones, to say where a wrong id is from.
const MOST_KEPT: usize = 32;

/// So many of a response's first octets are kept for that.
const MOST_OCTETS: usize = 256;

/// What is known of a client before its first connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// It was never accepted.
    New,
    /// It was accepted, and keeps the id of this server.
    Known(InstanceId),
    /// Its first request tells.
    Unknown,
}

/// The acceptance that the kept id rests on, which gives the rule that a request with another breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Basis {
    /// There was none.
    None,
    Hello,
    Connected,
}

/// Something in the place of a response that must not change the kept id.
#[derive(Debug, Clone)]
struct NotToTake {
    rule: &'static str,
    name: &'static str,
    content: Vec<u8>,
}

/// Follows one client over its connections, and judges the ids in its requests.
///
/// What is sent to a client may be lost on its way, so several server_instance_ids may be right at a time. A request is blamed if
/// what it carries is none of them. Whoever drives it says what was sent in the order in which it was sent, and calls
/// [`ClientHistory::confirmed`] once the client has shown that it read the acceptance (see
/// [`ClientOracle::took_acceptance`](super::ClientOracle::took_acceptance)).
#[derive(Debug, Clone)]
pub struct ClientHistory {
    client: Option<InstanceId>,
    /// The client_instance_id before the client was wiped, until a request shows the one after it.
    wiped_from: Option<InstanceId>,
    /// What the client may keep; nothing in here means anything at all.
    may_keep: Option<BTreeSet<Option<InstanceId>>>,
    /// The id of a hello that may have been lost.
    hello: Option<InstanceId>,
    basis: Basis,
    /// The last request carried what the client was to keep, so what came since explains a change.
    shown: bool,
    /// What was sent since the last request and must not be taken.
    not_to_take: Vec<NotToTake>,
    may_have_updated: bool,
}

impl ClientHistory {
    /// A client that has not connected yet.
    #[must_use]
    pub fn new(start: Start) -> Self {
        let (may_keep, basis) = match start {
            Start::New => (Some(BTreeSet::from([None])), Basis::None),
            Start::Known(server) => (Some(BTreeSet::from([Some(server)])), Basis::Hello),
            Start::Unknown => (None, Basis::None),
        };
        Self {
            client: None,
            wiped_from: None,
            may_keep,
            hello: None,
            basis,
            shown: false,
            not_to_take: Vec::new(),
            may_have_updated: false,
        }
    }

    /// Whether the next request may carry this server_instance_id, or none.
    #[must_use]
    pub fn may_carry(&self, server: Option<InstanceId>) -> bool {
        self.may_keep.as_ref().is_none_or(|ids| ids.contains(&server))
    }

    /// Whether the client was told that its application version isn't supported: it is expected to update, and may come back with
    /// another one (5.4).
    #[must_use]
    pub fn may_have_updated(&self) -> bool {
        self.may_have_updated
    }

    /// The first request of a connection came. The rules that its ids break, the weightiest first.
    pub fn request(&mut self, request: &ConnectionRequest<'_>) -> Vec<Breach> {
        let mut breaches = Vec::from_iter(self.judge_client(request.client_instance_id()));
        let carried = request.server_instance_id();
        let fits = self.may_carry(carried);
        if !fits {
            // What the rules demand of the next request is what they demanded of this one.
            breaches.push(self.blame(carried));
        } else if carried.is_some() || self.may_keep.is_none() {
            self.keeps(carried);
            if carried.is_some() && self.basis == Basis::None {
                self.basis = Basis::Hello;
            }
        }
        self.shown = fits;
        self.not_to_take.clear();
        breaches
    }

    /// An acceptance is about to be sent, as the first response of a connection. The id is the one in its request.
    pub fn acceptance_sent(&mut self, request: Option<InstanceId>, response: &ConnectionResponse<'_>) {
        match (request, response) {
            (None, ConnectionResponse::HelloNewClient { server_instance_id: server }) => {
                // Until it is read the client keeps what it has, which is none: its request says so.
                self.may_keep = Some(BTreeSet::from([None, Some(*server)]));
                self.hello = Some(*server);
                self.basis = Basis::Hello;
                self.shown = false;
            }
            (Some(_), ConnectionResponse::Connected) => {
                self.keeps(request);
                self.basis = Basis::Connected;
                self.shown = true;
            }
            // What the client makes of these is open.
            (Some(_), ConnectionResponse::HelloNewClient { .. }) | (None, ConnectionResponse::Connected) => {
                self.may_keep = None;
                self.hello = None;
                self.basis = Basis::Hello;
                self.shown = false;
            }
            (_, rejection) => self.rejection_sent(rejection),
        }
    }

    /// The client has shown that it read the acceptance that was sent last.
    pub fn confirmed(&mut self) {
        if let Some(server) = self.hello.take() {
            self.keeps(Some(server));
        }
    }

    /// A rejection is about to be sent, as the first response of a connection.
    pub fn rejection_sent(&mut self, response: &ConnectionResponse<'_>) {
        self.may_have_updated |= *response == ConnectionResponse::UnsupportedApplicationVersion;
        let content = Message::ConnectionResponse(response.clone()).encode();
        self.sent("introduction.rejection-keeps-server-id", "a rejection", &content);
    }

    /// A malformed response with this content is about to be sent.
    pub fn malformed_response_sent(&mut self, content: &[u8]) {
        self.sent("malformed.response-keeps-server-id", "a malformed response", content);
    }

    /// A response with this content is about to be sent on a connection that had one already.
    pub fn second_response_sent(&mut self, content: &[u8]) {
        self.sent("malformed.second-response", "a second response", content);
    }

    /// The end of our stream is about to be sent, within a response of whose content these octets went before.
    pub fn truncated_response_sent(&mut self, content: &[u8]) {
        self.sent("framing.truncated-response-not-taken", "a response that the end of the stream cut off", content);
    }

    /// The client was wiped: it is new again, and has another client_instance_id.
    pub fn wiped(&mut self) {
        let wiped_from = self.client;
        *self = Self { wiped_from, ..Self::new(Start::New) };
    }

    fn sent(&mut self, rule: &'static str, name: &'static str, content: &[u8]) {
        // A client may be turned away for days.
        if self.not_to_take.len() >= MOST_KEPT {
            self.not_to_take.remove(0);
        }
        let content = content[..content.len().min(MOST_OCTETS)].to_vec();
        self.not_to_take.push(NotToTake { rule, name, content });
    }

    fn keeps(&mut self, server: Option<InstanceId>) {
        self.may_keep = Some(BTreeSet::from([server]));
        self.hello = None;
    }

    fn judge_client(&mut self, id: InstanceId) -> Option<Breach> {
        let before = self.client.replace(id);
        if let Some(wiped) = self.wiped_from.take() {
            return (wiped == id).then(|| {
                let what = format!("the client was wiped, and its client_instance_id is {id} as before");
                Breach::new("introduction.wiped-client-changes-id", what)
            });
        }
        before.filter(|before| *before != id).map(|before| {
            let what = format!("the client_instance_id is {id}, and was {before} on the connection before");
            Breach::new("introduction.client-instance-id-constant", what)
        })
    }

    /// The rule that a request breaks by carrying this.
    fn blame(&self, carried: Option<InstanceId>) -> Breach {
        let carries = |id: Option<InstanceId>| {
            id.map_or_else(|| "no server_instance_id".to_owned(), |id| format!("the server_instance_id {id}"))
        };
        let expected: Vec<String> = self.may_keep.iter().flatten().map(|id| carries(*id)).collect();
        let what = format!("the request carries {}, and was to carry {}", carries(carried), expected.join(" or "));
        // An id that stands in what was not to be taken shows where it is from. Else the last such content did it, if before it
        // the client still had what it was to keep.
        let holds_it = |sent: &&NotToTake| {
            carried.is_some_and(|id| sent.content.windows(4).any(|octets| octets == id.0.to_be_bytes()))
        };
        let cause = self.not_to_take.iter().rev().find(holds_it);
        if let Some(cause) = cause.or_else(|| self.not_to_take.last().filter(|_| self.shown)) {
            return Breach::new(cause.rule, format!("after {}, {what}", cause.name));
        }
        let rule = match self.basis {
            Basis::None => "introduction.new-client-without-server-id",
            Basis::Hello => "introduction.hello-id-carried",
            Basis::Connected => "introduction.connected-id-kept",
        };
        Breach::new(rule, what)
    }
}
