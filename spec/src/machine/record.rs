//! What a server keeps about one client identity, across its connections.

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
