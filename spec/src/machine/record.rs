//! What outlives a connection: what a server keeps about one client identity, and what a client keeps.

use super::{Log, Outbox};
use crate::wire::{Event, InstanceId, QuarantineReason};

/// What a server keeps about one client identity. It outlives every connection, and all connections of the identity
/// share it.
#[derive(Clone, Debug, Default)]
pub struct ClientRecord {
    /// The client_instance_id that was last accepted (C in the handshake's decision table); `None` before the first.
    pub recorded: Option<InstanceId>,
    /// Why the client is quarantined; `None` if it isn't.
    pub quarantined: Option<QuarantineReason<'static>>,
    /// The server's events for the client.
    pub outbox: Outbox,
    /// The events that the application took from the client, oldest first.
    pub delivered: Log<Event<'static>>,
}

impl ClientRecord {
    /// A client with this recorded id and quarantine, and no events.
    #[must_use]
    pub fn new(recorded: Option<InstanceId>, quarantined: Option<QuarantineReason<'static>>) -> Self {
        Self { recorded, quarantined, ..Self::default() }
    }
}

/// What a client keeps across its connections: who it is, whom it has met, and its events.
#[derive(Clone, Debug, Default)]
pub struct ServerRecord {
    /// The client's own id, the same on every connection until the client is wiped
    /// (`introduction.client-instance-id-constant`).
    pub client_instance_id: InstanceId,
    /// The id of the server that last accepted the client; `None` before the first acceptance.
    pub server_instance_id: Option<InstanceId>,
    /// The client's events for the server.
    pub outbox: Outbox,
    /// The events that the application took from the server, oldest first.
    pub delivered: Log<Event<'static>>,
}

impl ServerRecord {
    /// A client with this id, which knows a server by that one, if any, and has no events.
    #[must_use]
    pub fn new(client_instance_id: InstanceId, server_instance_id: Option<InstanceId>) -> Self {
        Self { client_instance_id, server_instance_id, ..Self::default() }
    }
}
