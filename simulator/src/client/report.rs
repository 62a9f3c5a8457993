//! What a client tells about itself.

use std::fmt;
use std::time::Duration;

use sinkcheck_spec::machine::{EventNumber, Input};
use sinkcheck_spec::wire::{Event, InstanceId, QuarantineReason, Reason, ResponseCode};

/// Something that a client did or that happened to it, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// It tries to reach the server.
    Connecting,
    /// It couldn't, and why.
    NotConnected(String),
    /// The server has accepted it.
    Accepted,
    /// The server has rejected it.
    Rejected {
        /// The response's code.
        code: ResponseCode,
        /// The server's reason, where the code is quarantined.
        reason: Option<QuarantineReason<'static>>,
    },
    /// It keeps this server_instance_id from now on.
    ServerIdChanged(InstanceId),
    /// Its application took this event. It was kept before its ACK was sent.
    Delivered(Event<'static>),
    /// The server took this event of the client's.
    EventDelivered(EventNumber),
    /// The server refused this event of the client's. It is not sent again.
    EventRefused {
        /// The event.
        number: EventNumber,
        /// Why, in the server's words.
        reason: Reason<'static>,
    },
    /// A connection ended.
    Disconnected(Disconnection),
    /// It waits so long before it tries again.
    Waiting(Duration),
    /// It can't keep what it has to keep, and has ended.
    Failed(String),
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disconnection {
    /// Something on the connection led to it: the server's end, a rejection, silence, content that is no message.
    Because(Input),
    /// The server took nothing of what waited for it.
    Stalled,
    /// The client was restarted, wiped or prepared.
    Restarted,
}

impl fmt::Display for Disconnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Because(input) => input.fmt(f),
            Self::Stalled => f.write_str("the server takes nothing"),
            Self::Restarted => f.write_str("restarted"),
        }
    }
}

/// Hears what a client tells, in the client's task: it holds the client up as long as it takes.
pub type Observer = Box<dyn FnMut(ClientEvent) + Send>;
