//! What hears of every frame on a connection, and says which rule one breaks: the oracle of the role that is under test.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sinkcheck_spec::oracle::{Breach, ClientHistory, ClientOracle, Phase, ServerOracle};
use sinkcheck_spec::wire::{InstanceId, Message, MessageType};

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
pub enum Watch {
    /// A server is under test.
    Server(Box<ServerOracle>),
    /// A client is.
    Client(Box<ClientWatch>),
}

/// A client's connection, and the client's history, which it goes on writing.
#[derive(Debug)]
pub struct ClientWatch {
    oracle: ClientOracle,
    history: History,
    /// The server's id in the connection's request.
    requested: Option<InstanceId>,
    /// PINGs of ours that were sent before the client was accepted, and behind that.
    early_pings: usize,
    pings: usize,
}

impl ClientWatch {
    /// Tells the history of a response that is about to be sent.
    fn responds(&self, content: &[u8]) {
        let is_response = content
            .first()
            .is_some_and(|first| MessageType::from_nibble(first >> 4) == MessageType::ConnectionResponse);
        if !is_response {
            return;
        }
        let mut history = self.history.lock();
        match (self.oracle.phase(), Message::decode(content)) {
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
        Self::Server(Box::default())
    }

    /// For a client under test.
    pub fn client(history: &History) -> Self {
        Self::Client(Box::new(ClientWatch {
            oracle: ClientOracle::new(),
            history: history.clone(),
            requested: None,
            early_pings: 0,
            pings: 0,
        }))
    }

    /// A frame with this content is about to be sent.
    pub fn sent(&mut self, content: &[u8]) {
        match self {
            Self::Server(oracle) => oracle.sent(content),
            Self::Client(watch) => {
                watch.responds(content);
                if matches!(Message::decode(content), Ok(Message::Ping)) {
                    match watch.oracle.phase() {
                        Phase::Accepted => watch.pings += 1,
                        _ => watch.early_pings += 1,
                    }
                }
                watch.oracle.sent(content);
            }
        }
    }

    /// Our end of the stream was sent, within a frame of which these octets went before.
    pub fn sent_end(&mut self, unfinished: &[u8]) {
        match self {
            Self::Server(oracle) => oracle.sent_end(unfinished),
            Self::Client(watch) => {
                if let (Phase::Asked, Some(content)) = (watch.oracle.phase(), unfinished.get(2..)) {
                    watch.history.lock().truncated_response_sent(content);
                }
                watch.oracle.sent_end(unfinished);
            }
        }
    }

    /// A frame with this content came. The rules that it breaks, the weightiest first.
    pub fn received(&mut self, content: &[u8]) -> Vec<Breach> {
        match self {
            Self::Server(oracle) => oracle.received(content),
            Self::Client(watch) => {
                let first = watch.oracle.phase() == Phase::NoRequest;
                let mut breaches = watch.oracle.received(content);
                let mut history = watch.history.lock();
                match Message::decode(content) {
                    Ok(Message::ConnectionRequest(request)) if first => {
                        watch.requested = request.server_instance_id();
                        breaches.extend(history.request(&request));
                    }
                    // A PONG may come unasked; one that answers a PING behind the acceptance shows that that was read.
                    Ok(Message::Pong) if watch.pings > 0 && watch.early_pings == 0 => history.confirmed(),
                    _ if watch.oracle.took_acceptance() => history.confirmed(),
                    _ => {}
                }
                breaches
            }
        }
    }

    /// How far the connection is.
    pub fn phase(&self) -> Phase {
        match self {
            Self::Server(oracle) => oracle.phase(),
            Self::Client(watch) => watch.oracle.phase(),
        }
    }

    /// How many PUBLISHes of a client's have no answer of ours.
    pub fn in_flight(&self) -> usize {
        match self {
            Self::Server(_) => 0,
            Self::Client(watch) => watch.oracle.in_flight(),
        }
    }

    /// Whether a PONG came that nothing can have asked for: this peer sends some of its own accord.
    pub fn ponged_unasked(&self) -> bool {
        match self {
            Self::Server(oracle) => oracle.ponged_unasked(),
            Self::Client(watch) => watch.oracle.ponged_unasked(),
        }
    }

    /// PINGs of ours that have no PONG yet.
    pub fn pings_waiting(&self) -> usize {
        match self {
            Self::Server(oracle) => oracle.pings_waiting(),
            Self::Client(watch) => watch.oracle.pings_waiting(),
        }
    }
}
