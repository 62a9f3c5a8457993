//! What the connections of a client share, and the server keeps between them.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustls::pki_types::CertificateDer;
use sinkcheck_spec::machine::ClientRecord;
use tokio::sync::Notify;

use super::UnknownClient;
use crate::deviation::Takeover;

/// All clients that the server knows. The set never changes.
#[derive(Debug)]
pub(crate) struct Clients {
    by_name: BTreeMap<String, Arc<Client>>,
}

/// One client identity.
#[derive(Debug)]
pub(crate) struct Client {
    configured: ClientRecord,
    certificate: Option<CertificateDer<'static>>,
    shared: Mutex<Shared>,
}

/// What is behind a client's lock. The lock is never held across a wait.
#[derive(Debug)]
pub(crate) struct Shared {
    /// What the server keeps about the client.
    pub(crate) record: ClientRecord,
    /// The connections that are alive. One that is taken out ends at once and touches the record no more.
    connections: BTreeMap<ConnectionId, Alive>,
    /// The one that was accepted last.
    current: Option<ConnectionId>,
    opened: u64,
    /// How many had been opened when the client was put back last.
    opened_before: u64,
}

#[derive(Debug)]
struct Alive {
    wake: Arc<Notify>,
    taken_over: bool,
}

/// A connection among those of its client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConnectionId(u64);

/// A connection's membership, which ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Membership {
    client: Arc<Client>,
    id: ConnectionId,
    /// Told when there may be something to do: an event to send, a takeover, the end.
    pub(crate) wake: Arc<Notify>,
}

impl Clients {
    pub(crate) fn new(clients: impl IntoIterator<Item = (String, Client)>) -> Self {
        Self { by_name: clients.into_iter().map(|(name, client)| (name, Arc::new(client))).collect() }
    }

    pub(crate) fn named(&self, name: &str) -> Result<&Arc<Client>, UnknownClient> {
        self.by_name.get(name).ok_or_else(|| UnknownClient(name.to_owned()))
    }

    /// The client whose certificate this is, octet for octet.
    pub(crate) fn with_certificate(&self, certificate: &CertificateDer<'_>) -> Option<&Arc<Client>> {
        self.by_name.values().find(|client| client.certificate.as_ref() == Some(certificate))
    }

    /// The ids that are on record for other clients than that of this number.
    pub(crate) fn recorded_except(&self, number: usize) -> Vec<u32> {
        let others = self.by_name.values().filter(|client| Arc::as_ptr(client).addr() != number);
        others.filter_map(|client| client.lock().record.recorded).map(|id| id.0).collect()
    }

    /// The client whose name comes first, for a server that doesn't care who is speaking.
    pub(crate) fn anybody(&self) -> Option<&Arc<Client>> {
        self.by_name.values().next()
    }

    /// Ends every connection.
    pub(crate) fn drop_connections(&self) {
        for client in self.by_name.values() {
            client.lock().drop_connections();
        }
    }
}

impl Client {
    pub(crate) fn new(configured: ClientRecord, certificate: Option<CertificateDer<'static>>) -> Self {
        let record = configured.clone();
        let shared = Shared { record, connections: BTreeMap::new(), current: None, opened: 0, opened_before: 0 };
        Self { configured, certificate, shared: Mutex::new(shared) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Shared> {
        // Each change under the lock is complete in itself, so a panic elsewhere spoils nothing.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Back to the configured state: connections end, what was delivered and what waits is forgotten.
    pub(crate) fn prepare(&self) {
        let mut shared = self.lock();
        shared.drop_connections();
        shared.record = self.configured.clone();
        shared.opened_before = shared.opened;
    }

    pub(crate) fn join(self: &Arc<Self>) -> Membership {
        let wake = Arc::new(Notify::new());
        let mut shared = self.lock();
        let id = ConnectionId(shared.opened);
        shared.opened += 1;
        shared.connections.insert(id, Alive { wake: Arc::clone(&wake), taken_over: false });
        Membership { client: Arc::clone(self), id, wake }
    }
}

impl Shared {
    /// Tells the connection that counts that there may be an event to send.
    pub(crate) fn wake_current(&self) {
        if let Some(current) = self.current.and_then(|id| self.connections.get(&id)) {
            current.wake.notify_one();
        }
    }

    fn drop_connections(&mut self) {
        self.current = None;
        for connection in mem::take(&mut self.connections).into_values() {
            connection.wake.notify_one();
        }
    }
}

impl Membership {
    /// What the client's connections share; `None` when this one has been told to end.
    pub(crate) fn lock(&self) -> Option<MutexGuard<'_, Shared>> {
        let shared = self.client.lock();
        shared.connections.contains_key(&self.id).then_some(shared)
    }

    /// Which client it is, as a number that no other client of the server has.
    pub(crate) fn client_number(&self) -> usize {
        Arc::as_ptr(&self.client).addr()
    }

    /// How many connections the client had before this one, since it was put back last.
    pub(crate) fn earlier_connections(&self) -> u64 {
        self.id.0.saturating_sub(self.client.lock().opened_before)
    }

    /// Whether another connection of the client counts.
    pub(crate) fn has_rival(&self) -> bool {
        self.client.lock().current.is_some_and(|id| id != self.id)
    }

    /// This connection takes over before it is accepted.
    pub(crate) fn take_over_unaccepted(&self) {
        self.take_over(&mut self.client.lock(), Takeover::Connected);
    }

    /// This connection was accepted: it is the one that counts, and the one before it learns so.
    pub(crate) fn take_over(&self, shared: &mut Shared, takeover: Takeover) {
        let before = shared.current.replace(self.id);
        if takeover == Takeover::OlderStays {
            return;
        }
        if let Some(older) = before.filter(|&id| id != self.id).and_then(|id| shared.connections.get_mut(&id)) {
            older.taken_over = true;
            older.wake.notify_one();
        }
    }

    /// Whether a newer connection took over from this one, which was accepted.
    pub(crate) fn is_taken_over(&self, shared: &Shared) -> bool {
        shared.connections.get(&self.id).is_some_and(|connection| connection.taken_over)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut shared = self.client.lock();
        shared.connections.remove(&self.id);
        if shared.current == Some(self.id) {
            shared.current = None;
        }
    }
}
