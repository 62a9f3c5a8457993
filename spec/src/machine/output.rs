//! What a machine has to say.

use super::{EventNumber, Input};
use crate::wire::{DecodeError, Event, InstanceId, QuarantineReason, Reason, ResponseCode};

/// What a machine wants done, or has to tell. Only [`Output::Send`] and [`Output::Close`] ask for something; the others
/// tell what happened, in its order among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send these octets: one frame, its length included.
    Send(Vec<u8>),
    /// Close the connection once everything that was to be sent before is sent. It comes once.
    Close {
        /// What led to it.
        because: Input,
    },
    /// The connection is accepted. A server tells an older one of the same identity that it is taken over.
    Accepted,
    /// The connection is rejected, with this code.
    Rejected(ResponseCode),
    /// Why the server put the client into quarantine. [`Output::Rejected`] follows. A server does not say it of itself.
    Quarantined(QuarantineReason<'static>),
    /// The server_instance_id to keep has changed to this. It is in the client's record, and has to outlive the process
    /// before the client acts on the acceptance that follows.
    ServerIdChanged(InstanceId),
    /// A content was no message.
    Malformed(DecodeError),
    /// The application took an event from the peer. It is in the record.
    Deliver(Event<'static>),
    /// The peer took an event of this side's.
    EventDelivered(EventNumber),
    /// The peer refused an event of this side's.
    EventRefused {
        /// The event.
        number: EventNumber,
        /// Why, in the peer's words.
        reason: Reason<'static>,
    },
}
