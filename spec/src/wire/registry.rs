//! The two registries of four-bit codes. Both are open: a code that is not used survives reading and prints in hex.

use std::fmt;

/// A content's first four bits: which message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageType {
    /// 0, the client's first message.
    ConnectionRequest,
    /// 1, the server's answer to it.
    ConnectionResponse,
    /// 3, an event was taken.
    Ack,
    /// 4, an event.
    Publish,
    /// 5, asks for a PONG.
    Ping,
    /// 6, answers a PING.
    Pong,
    /// 7, an event was refused.
    Nack,
    /// A type that has no message: 2, and 8 to 15.
    Unused(u8),
}

impl MessageType {
    /// The type with this number; only the low four bits of `nibble` count.
    #[must_use]
    pub const fn from_nibble(nibble: u8) -> Self {
        match nibble & 0x0f {
            0 => Self::ConnectionRequest,
            1 => Self::ConnectionResponse,
            3 => Self::Ack,
            4 => Self::Publish,
            5 => Self::Ping,
            6 => Self::Pong,
            7 => Self::Nack,
            unused => Self::Unused(unused),
        }
    }

    /// The number, 0 to 15.
    #[must_use]
    pub const fn nibble(self) -> u8 {
        match self {
            Self::ConnectionRequest => 0,
            Self::ConnectionResponse => 1,
            Self::Ack => 3,
            Self::Publish => 4,
            Self::Ping => 5,
            Self::Pong => 6,
            Self::Nack => 7,
            Self::Unused(number) => number & 0x0f,
        }
    }
}

impl fmt::Display for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ConnectionRequest => "CONNECTION REQUEST",
            Self::ConnectionResponse => "CONNECTION RESPONSE",
            Self::Ack => "ACK",
            Self::Publish => "PUBLISH",
            Self::Ping => "PING",
            Self::Pong => "PONG",
            Self::Nack => "NACK",
            Self::Unused(_) => return write!(f, "type {:#x} (unused)", self.nibble()),
        })
    }
}

/// A connection response's low four bits: what became of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResponseCode {
    /// 0, accepted: both sides know each other.
    Connected,
    /// 1, accepted: the client learns the server's id.
    HelloNewClient,
    /// 2, rejected: one side is not who the other remembers.
    InstanceIdMismatch,
    /// 3, rejected, with a reason.
    Quarantined,
    /// 4, rejected: the server does not speak that protocol version.
    UnsupportedProtocolVersion,
    /// 5, rejected: the server does not serve that application version.
    UnsupportedApplicationVersion,
    /// A code that has no meaning: 6 to 15.
    Unused(u8),
}

impl ResponseCode {
    /// The code with this number; only the low four bits of `nibble` count.
    #[must_use]
    pub const fn from_nibble(nibble: u8) -> Self {
        match nibble & 0x0f {
            0 => Self::Connected,
            1 => Self::HelloNewClient,
            2 => Self::InstanceIdMismatch,
            3 => Self::Quarantined,
            4 => Self::UnsupportedProtocolVersion,
            5 => Self::UnsupportedApplicationVersion,
            unused => Self::Unused(unused),
        }
    }

    /// The number, 0 to 15.
    #[must_use]
    pub const fn nibble(self) -> u8 {
        match self {
            Self::Connected => 0,
            Self::HelloNewClient => 1,
            Self::InstanceIdMismatch => 2,
            Self::Quarantined => 3,
            Self::UnsupportedProtocolVersion => 4,
            Self::UnsupportedApplicationVersion => 5,
            Self::Unused(number) => number & 0x0f,
        }
    }
}

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connected => "connected",
            Self::HelloNewClient => "hello new client",
            Self::InstanceIdMismatch => "instance id mismatch",
            Self::Quarantined => "quarantined",
            Self::UnsupportedProtocolVersion => "unsupported protocol version",
            Self::UnsupportedApplicationVersion => "unsupported application version",
            Self::Unused(_) => return write!(f, "code {:#x} (unused)", self.nibble()),
        })
    }
}
