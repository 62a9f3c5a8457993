//! What a machine has to say.

use super::{EventNumber, Input};
use crate::wire::{DecodeError, Event, Reason, ResponseCode};

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
    /// The connection is accepted. An older one of the same identity is to be told that it is taken over.
    Accepted,
    /// The connection is rejected, with this code.
    Rejected(ResponseCode),
    /// A content was no message.
    Malformed(DecodeError),
    /// The application took an event from the peer. It is in the client's record.
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
