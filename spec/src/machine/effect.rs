//! What a transition does besides leading to a state.

use std::fmt;

use crate::wire::ResponseCode;

/// One thing that a transition does. An effect that its input has no matter for (an ACK where nothing was published)
/// does nothing, so any effect may stand in any row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Sends the connection response with this code, filled in from the configuration and the client's record.
    Respond(ResponseCode),
    /// Records the request's client_instance_id for the identity.
    Record,
    /// Sends the connection request, with the ids of the client's record.
    Request,
    /// Keeps the server_instance_id that came with the response.
    KeepServerId,
    /// Gives the event to the application.
    Deliver,
    /// Answers the PUBLISH with an ACK.
    Ack,
    /// Answers the PUBLISH with a NACK, with the configured reason.
    Nack,
    /// Counts this side's event as delivered.
    CountDelivered,
    /// Counts this side's event as refused: it is not delivered, and not sent again.
    CountRefused,
    /// Sends a PONG.
    Pong,
    /// Sends a PING.
    Ping,
    /// Sends the event that waits, under the next free id.
    Publish,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Respond(code) => return code.fmt(f),
            Self::Record => "record the client",
            Self::Request => "connection request",
            Self::KeepServerId => "keep the server id",
            Self::Deliver => "deliver",
            Self::Ack => "ACK",
            Self::Nack => "NACK",
            Self::CountDelivered => "count as delivered",
            Self::CountRefused => "count as refused",
            Self::Pong => "PONG",
            Self::Ping => "PING",
            Self::Publish => "PUBLISH",
        })
    }
}
