//! One server and its clients over all their connections: who is on record, and who carries whose id.

use std::collections::HashMap;

use super::breach::Breach;
use super::history::{ClientHistory, Start};
use crate::wire::{ConnectionRequest, ConnectionResponse, InstanceId};

/// So many identities are remembered; later ones are judged by their connections alone.
const MOST_IDENTITIES: usize = 100_000;

/// So many times a server may be set up anew.
const MOST_FORMER: usize = 16;

/// Follows a server and its clients from one connection to the next, from a place between them.
///
/// What the server has on record for an identity, and what a client keeps, shows only to whoever knows which connections are the same
/// client's. Over TLS that is in its certificate. Over plain TCP it is in nothing that passes, for two devices may well have the same
/// client_instance_id, so there the identity is given only where it is known otherwise, and without it only what holds for every client
/// of a server is judged.
///
/// A client that comes with another client_instance_id and without a server_instance_id was wiped, as far as one can see.
#[derive(Debug, Default)]
pub struct Acquaintances {
    /// The server's own id, as its hellos said and its acceptances confirmed.
    server: Option<InstanceId>,
    /// The ids that it had before it was set up anew.
    former: Vec<InstanceId>,
    clients: HashMap<Box<str>, Acquaintance>,
}

#[derive(Debug)]
struct Acquaintance {
    history: ClientHistory,
    client: Option<InstanceId>,
    /// How many connections of it are watched now.
    open: usize,
    /// What the server accepted last; nothing if it isn't known whether it has accepted anything.
    recorded: Option<InstanceId>,
}

/// The ids of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Introduction {
    /// The client_instance_id.
    pub client: InstanceId,
    /// The server_instance_id, if it carries one.
    pub server: Option<InstanceId>,
}

impl Introduction {
    /// The ids of this request.
    #[must_use]
    pub fn of(request: &ConnectionRequest<'_>) -> Self {
        Self { client: request.client_instance_id(), server: request.server_instance_id() }
    }
}

impl Acquaintances {
    /// Nobody has been met.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn known(&mut self, identity: Option<&str>) -> Option<&mut Acquaintance> {
        let identity = identity?;
        if self.clients.len() >= MOST_IDENTITIES && !self.clients.contains_key(identity) {
            return None;
        }
        Some(self.clients.entry(identity.into()).or_insert_with(|| Acquaintance {
            history: ClientHistory::new(Start::Unknown),
            client: None,
            open: 0,
            recorded: None,
        }))
    }

    /// A connection begins to be watched.
    pub fn opened(&mut self, identity: Option<&str>) {
        if let Some(known) = self.known(identity) {
            known.open += 1;
        }
    }

    /// A connection isn't watched any longer.
    pub fn closed(&mut self, identity: Option<&str>) {
        if let Some(known) = self.known(identity) {
            known.open = known.open.saturating_sub(1);
        }
    }

    /// What passes on a connection of this client can't be followed, so what it and the server know of each other isn't known.
    pub fn unsure(&mut self, identity: Option<&str>) {
        if let Some(known) = self.known(identity) {
            known.forget();
        }
    }

    /// The first request of a connection passes. What the client breaks by its ids.
    pub fn request(&mut self, identity: Option<&str>, request: &ConnectionRequest<'_>) -> Vec<Breach> {
        let Some(known) = self.known(identity) else { return Vec::new() };
        if known.open > 1 {
            // What passes on the other connections may have been read before or after this was sent.
            known.forget();
            return Vec::new();
        }
        let id = request.client_instance_id();
        let was_wiped = known.client.is_some_and(|before| before != id) && request.server_instance_id().is_none();
        if was_wiped {
            known.history.wiped();
        }
        known.client = Some(id);
        known.history.request(request)
    }

    /// The first response of a connection passes, and this was its request. What the server breaks by it.
    pub fn response(
        &mut self,
        identity: Option<&str>,
        request: Introduction,
        response: &ConnectionResponse<'_>,
    ) -> Option<Breach> {
        let breach = self.server_breaks(request, response);
        let server = self.server;
        let Some(known) = self.known(identity) else { return breach };
        if known.open > 1 {
            known.forget();
            return breach;
        }
        let breach = breach.or_else(|| known.server_breaks(server, request, response));
        if response.is_acceptance() {
            known.recorded = Some(request.client);
            known.history.acceptance_sent(request.server, response);
        } else {
            known.history.rejection_sent(response);
        }
        breach
    }

    /// The client has shown that it read the acceptance of this connection.
    pub fn confirmed(&mut self, identity: Option<&str>) {
        if let Some(known) = self.known(identity) {
            known.history.confirmed();
        }
    }

    /// What the server breaks by any client's response.
    ///
    /// A server that says hello with another id than before was set up anew, as far as one can see; then nothing is left of what was
    /// on record. To go back to the id before is another matter.
    fn server_breaks(&mut self, request: Introduction, response: &ConnectionResponse<'_>) -> Option<Breach> {
        let (shown, rule) = match (response, request.server) {
            (ConnectionResponse::HelloNewClient { server_instance_id }, _) => {
                (*server_instance_id, "handshake.hello-carries-server-id")
            }
            (ConnectionResponse::Connected, Some(carried)) => (carried, "handshake.mismatch-other-server"),
            _ => return None,
        };
        let before = *self.server.get_or_insert(shown);
        let says_hello = matches!(response, ConnectionResponse::HelloNewClient { .. });
        if before != shown && says_hello && !self.former.contains(&shown) && self.former.len() < MOST_FORMER {
            self.former.push(before);
            self.server = Some(shown);
            self.clients.values_mut().for_each(Acquaintance::forget);
            return None;
        }
        (before != shown).then(|| {
            let what = match response {
                ConnectionResponse::Connected => "\"connected\" answers a request that carries",
                _ => "the hello carries",
            };
            Breach::new(rule, format!("{what} the server_instance_id {shown}, and the server has shown {before}"))
        })
    }
}

impl Acquaintance {
    fn forget(&mut self) {
        self.history = ClientHistory::new(Start::Unknown);
        self.client = None;
        self.recorded = None;
    }

    /// What the server breaks by this client's response, given what it must have on record.
    fn server_breaks(
        &self,
        server: Option<InstanceId>,
        request: Introduction,
        response: &ConnectionResponse<'_>,
    ) -> Option<Breach> {
        let recorded = self.recorded?;
        let is_same_client = request.client == recorded;
        // Without having seen the server's id, whether the client carries that one can't be said.
        let is_same_server = request.server.and_then(|carried| server.map(|server| server == carried));
        let row = match (is_same_client, request.server, is_same_server) {
            (true, Some(_), Some(true)) => "handshake.connected",
            (true, None, _) => "handshake.hello-repeated",
            (true, Some(_), Some(false)) => "handshake.mismatch-other-server",
            (false, None, _) => "handshake.mismatch-wiped-client",
            (false, Some(_), Some(true)) => "handshake.mismatch-other-client",
            (false, Some(_), Some(false)) => "handshake.mismatch-both",
            (_, Some(_), None) => return None,
        };
        let is_right = match response {
            ConnectionResponse::Connected => row == "handshake.connected",
            ConnectionResponse::HelloNewClient { .. } => row == "handshake.hello-repeated",
            ConnectionResponse::InstanceIdMismatch => row.starts_with("handshake.mismatch"),
            // Whether these apply can't be seen.
            ConnectionResponse::Quarantined(_)
            | ConnectionResponse::UnsupportedProtocolVersion
            | ConnectionResponse::UnsupportedApplicationVersion => true,
        };
        (!is_right).then(|| {
            let carried = request.server.map_or_else(|| "none".to_owned(), |id| id.to_string());
            Breach::new(
                row,
                format!(
                    "{response} answers client {} with server_instance_id {carried}; client {recorded} was accepted last",
                    request.client
                ),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_identities_are_remembered() {
        let mut acquaintances = Acquaintances::new();
        for number in 0..=MOST_IDENTITIES {
            acquaintances.opened(Some(&number.to_string()));
        }
        assert_eq!(acquaintances.clients.len(), MOST_IDENTITIES);
        // Those that are go on being so.
        acquaintances.opened(Some("0"));
        assert_eq!(acquaintances.clients["0"].open, 2);
    }

    #[test]
    fn only_so_many_times_a_server_is_set_up_anew() {
        let mut acquaintances = Acquaintances::new();
        let mut greets = |id: usize| {
            let hello = ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(id as u32) };
            acquaintances.response(None, Introduction { client: InstanceId(1), server: None }, &hello)
        };
        assert!((0..=MOST_FORMER).all(|id| greets(id).is_none()));
        assert!(greets(MOST_FORMER + 1).is_some());
    }
}
