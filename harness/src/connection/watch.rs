//! What hears of every frame on a connection, and says which rule one breaks: the oracle of the role that is under test.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Breach, ClientHistory, FindingKind, Judged, Observer, Phase, Settings};
use sinkcheck_spec::wire::{InstanceId, Message, MessageId, MessageType};

/// What is known of one client under test, over all its connections.
#[derive(Debug, Clone)]
pub struct History(Arc<Mutex<ClientHistory>>);

impl History {
    /// A client of which this is known.
    pub fn new(history: ClientHistory) -> Self {
        Self(Arc::new(Mutex::new(history)))
    }

    /// The client was wiped.
    pub fn wiped(&self) {
        self.lock().wiped();
    }

    /// Whether a request may carry this server_instance_id, or none.
    pub fn may_carry(&self, server: Option<InstanceId>) -> bool {
        self.lock().may_carry(server)
    }

    fn lock(&self) -> MutexGuard<'_, ClientHistory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The oracle of a connection.
#[derive(Debug)]
pub struct Watch {
    observer: Box<Observer>,
    role: Role,
    /// Of a client under test.
    client: Option<ClientWatch>,
    doubt: Option<Doubt>,
}

/// Why the oracle's word on a connection is worth nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It contradicts itself, in these words. That is an error of ours.
    Contradiction(String),
    /// So much is possible that it gave up.
    GaveUp(String),
}

/// What is kept of a client's connection beside the oracle, and the client's history, which it goes on writing.
#[derive(Debug)]
struct ClientWatch {
    history: History,
    /// The server's id in the connection's request.
    requested: Option<InstanceId>,
    /// PINGs of ours that were sent before the client was accepted, and behind that.
    early_pings: usize,
    pings: usize,
}

impl ClientWatch {
    /// Tells the history of a response that is about to be sent.
    fn responds(&self, phase: Phase, content: &[u8]) {
        let is_response = content
            .first()
            .is_some_and(|first| MessageType::from_nibble(first >> 4) == MessageType::ConnectionResponse);
        if !is_response {
            return;
        }
        let mut history = self.history.lock();
        match (phase, Message::decode(content)) {
            (Phase::Asked, Ok(Message::ConnectionResponse(response))) if response.is_acceptance() => {
                history.acceptance_sent(self.requested, &response);
            }
            (Phase::Asked, Ok(Message::ConnectionResponse(response))) => history.rejection_sent(&response),
            (Phase::Asked | Phase::NoRequest, _) => history.malformed_response_sent(content),
            (Phase::Accepted | Phase::Rejected, _) => history.second_response_sent(content),
        }
    }
}

impl Watch {
    /// For a server under test.
    pub fn server() -> Self {
        Self::new(Role::Server, Judged::Server, None)
    }

    /// For a client under test.
    pub fn client(history: &History) -> Self {
        let client = ClientWatch { history: history.clone(), requested: None, early_pings: 0, pings: 0 };
        Self::new(Role::Client, Judged::Client, Some(client))
    }

    fn new(role: Role, judged: Judged, client: Option<ClientWatch>) -> Self {
        // What is due when is for the steps of a case: they know what they wait for.
        let settings = Settings {
            judged,
            patience: Duration::MAX,
            judges_answers: false,
            judges_pongs: true,
            ..Settings::default()
        };
        Self { observer: Box::new(Observer::new(settings)), role, client, doubt: None }
    }

    /// A frame with this content is about to be sent.
    pub fn sent(&mut self, content: &[u8]) {
        let phase = self.phase();
        if let Some(client) = &mut self.client {
            client.responds(phase, content);
            if matches!(Message::decode(content), Ok(Message::Ping)) {
                match phase {
                    Phase::Accepted => client.pings += 1,
                    _ => client.early_pings += 1,
                }
            }
        }
        self.observer.frame(self.role.other(), Duration::ZERO, content);
        // What we send is sent on purpose, but the oracle may lose track by it.
        self.take_findings(false);
    }

    /// Whether the client was told that its application version isn't supported, and may come with another one since.
    pub fn may_have_updated(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.history.lock().may_have_updated())
    }

    /// Our end of the stream was sent, within a frame of which these octets went before.
    pub fn sent_end(&mut self, unfinished: &[u8]) {
        if let (Some(client), Phase::Asked, Some(content)) = (&self.client, self.phase(), unfinished.get(2..)) {
            client.history.lock().truncated_response_sent(content);
        }
        self.observer.closed(self.role.other(), Duration::ZERO, unfinished);
    }

    /// A frame with this content came. The rules that it breaks, the weightiest first.
    pub fn received(&mut self, content: &[u8]) -> Vec<Breach> {
        let first = self.phase() == Phase::NoRequest;
        self.observer.frame(self.role, Duration::ZERO, content);
        let is_of_pong = content.first().is_some_and(|first| MessageType::from_nibble(first >> 4) == MessageType::Pong);
        let mut breaches = self.take_findings(is_of_pong);
        let Some(client) = &mut self.client else { return breaches };
        let mut history = client.history.lock();
        match Message::decode(content) {
            Ok(Message::ConnectionRequest(request)) if first => {
                client.requested = request.server_instance_id();
                breaches.extend(history.request(&request));
            }
            // A PONG may come unasked; one that answers a PING behind the acceptance shows that that was read.
            Ok(Message::Pong) if client.pings > 0 && client.early_pings == 0 => history.confirmed(),
            _ if self.observer.client().took_acceptance() => history.confirmed(),
            _ => {}
        }
        breaches
    }

    fn take_findings(&mut self, is_of_pong: bool) -> Vec<Breach> {
        let mut breaches = Vec::new();
        while let Some(finding) = self.observer.poll() {
            match finding.kind {
                FindingKind::Broken(rule) => {
                    // How a PONG is laid out is wrong in itself, however many may come.
                    let is_of_pong = is_of_pong && !rule.starts_with("layout.");
                    breaches.push(Breach::found(rule, finding.what, is_of_pong));
                }
                FindingKind::Disagreement => self.doubt = Some(Doubt::Contradiction(finding.what)),
                FindingKind::GaveUp => {
                    self.doubt.get_or_insert(Doubt::GaveUp(finding.what));
                }
            }
        }
        breaches
    }

    /// Why the oracle's word on this connection is worth nothing, if it is.
    pub fn doubt(&self) -> Option<&Doubt> {
        self.doubt.as_ref()
    }

    /// How far the connection is.
    pub fn phase(&self) -> Phase {
        match self.role {
            Role::Server => self.observer.server().phase(),
            Role::Client => self.observer.client().phase(),
        }
    }

    /// How many PUBLISHes of the peer's have no answer of ours.
    pub fn in_flight(&self) -> usize {
        match self.role {
            Role::Server => self.observer.server().in_flight(),
            Role::Client => self.observer.client().in_flight(),
        }
    }

    /// Their message ids, in order.
    pub fn ids_in_flight(&self) -> Vec<MessageId> {
        match self.role {
            Role::Server => self.observer.server().ids_in_flight().collect(),
            Role::Client => self.observer.client().ids_in_flight().collect(),
        }
    }

    /// Whether a PONG came that nothing can have asked for: this peer sends some of its own accord.
    pub fn ponged_unasked(&self) -> bool {
        match self.role {
            Role::Server => self.observer.server().ponged_unasked(),
            Role::Client => self.observer.client().ponged_unasked(),
        }
    }

    /// PINGs of ours that have no PONG yet.
    pub fn pings_waiting(&self) -> usize {
        match self.role {
            Role::Server => self.observer.server().pings_waiting(),
            Role::Client => self.observer.client().pings_waiting(),
        }
    }
}
