//! Where a connection stands.

use std::fmt;

/// Where one connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A server waits for the connection request.
    AwaitingRequest,
    /// A client waits for the answer to its connection request.
    AwaitingResponse,
    /// Client and server agreed to talk: events flow.
    Accepted,
    /// This side has closed, or is about to. Entering it is what closes; nothing leaves it.
    Closed,
}

impl State {
    /// A server's states, the first being the one it starts in.
    pub const OF_SERVER: &'static [Self] = &[Self::AwaitingRequest, Self::Accepted, Self::Closed];

    /// A client's states, the first being the one it starts in.
    pub const OF_CLIENT: &'static [Self] = &[Self::AwaitingResponse, Self::Accepted, Self::Closed];

    /// Its name as an identifier, as in a diagram.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AwaitingRequest => "AwaitingRequest",
            Self::AwaitingResponse => "AwaitingResponse",
            Self::Accepted => "Accepted",
            Self::Closed => "Closed",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwaitingRequest => "awaiting the request",
            Self::AwaitingResponse => "awaiting the response",
            Self::Accepted => "accepted",
            Self::Closed => "closed",
        })
    }
}
