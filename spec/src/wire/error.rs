//! What can be wrong with a content that a peer sent, and with one that we would like to send.

use std::fmt;

use thiserror::Error;

use super::MAX_CONTENT;

/// A content that is no message: what is wrong, in which field, and where.
///
/// Where a content breaks a rule in one place and uses a freedom in another (see [`DecodeErrorKind::is_open`]), the
/// broken rule is the error, whichever comes first: no reading of that freedom makes it a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Error)]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// The field it is wrong in, by its name in the layout; `None` where it is in none.
    pub field: Option<&'static str>,
    /// The octet, counted from 0 at the content's start: where the field begins, except that [`DecodeErrorKind::NotUtf8`]
    /// points at the first octet that is not UTF-8, and [`DecodeErrorKind::TrailingOctets`] at the first one too many.
    pub at: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field {
            Some(field) => write!(f, "{field} at octet {}: {}", self.at, self.kind),
            None => write!(f, "octet {}: {}", self.at, self.kind),
        }
    }
}

/// What makes a content no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// A frame of length 0: there is no type to read.
    #[error("the frame is empty")]
    EmptyFrame,
    /// The first four bits have no message.
    #[error("{0:#x} is not used")]
    UnusedMessageType(u8),
    /// A connection response whose code has no meaning.
    #[error("{0:#x} is not used")]
    UnusedResponseCode(u8),
    /// The content ends within a field.
    #[error("the content ends within it: {} needed, {available} there", Count(*.needed as u64))]
    Truncated {
        /// The octets that the field takes, or for a varint the least that it can take.
        needed: usize,
        /// The octets of it that are there.
        available: usize,
    },
    /// The layout ends before the content does.
    #[error("{} after the end of the message", Count(*.count as u64))]
    TrailingOctets {
        /// How many octets there are too many.
        count: usize,
    },
    /// A chunk's length says more octets than the content has left.
    #[error("a chunk of {} runs past the end: {available} left", Count(*.length))]
    ChunkPastEnd {
        /// What the length says; 2^64-1 stands for anything above it too.
        length: u64,
        /// The octets after the length.
        available: usize,
    },
    /// A connection request whose ids are neither one (4 octets) nor two (8 octets).
    #[error("{} of instance ids: neither 4 nor 8", Count(*.count as u64))]
    InstanceIdOctets {
        /// The octets after the application version.
        count: usize,
    },
    /// A varint of more than 10 octets, whose number would have fitted 64 bits.
    #[error("a varint of more than 10 octets")]
    VarintTooLong,
    /// A varint whose number is above 2^64-1.
    #[error("a number above 2^64-1")]
    NumberTooLarge,
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    NotUtf8,
}

impl DecodeErrorKind {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::EmptyFrame => "empty-frame",
            Self::UnusedMessageType(_) => "unused-message-type",
            Self::UnusedResponseCode(_) => "unused-response-code",
            Self::Truncated { .. } => "truncated",
            Self::TrailingOctets { .. } => "trailing-octets",
            Self::ChunkPastEnd { .. } => "chunk-past-end",
            Self::InstanceIdOctets { .. } => "instance-id-octets",
            Self::VarintTooLong => "varint-too-long",
            Self::NumberTooLarge => "number-too-large",
            Self::NotUtf8 => "not-utf8",
        }
    }

    /// Whether the protocol leaves open what a receiver makes of it. Such a content is not malformed: a peer may take
    /// it for a message or refuse it, and this crate refuses it only because it has no value for it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::VarintTooLong | Self::NumberTooLarge | Self::NotUtf8)
    }
}

/// A number of octets, in the singular or the plural.
struct Count(u64);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} octet{plural}", self.0)
    }
}

/// A message or content that would not fit one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[error("a content of {octets} octets does not fit a frame, which holds {MAX_CONTENT}")]
pub struct TooLong {
    /// The octets that its content would have.
    pub octets: usize,
}

impl TooLong {
    /// Fails if a content of so many octets does not fit a frame.
    pub(super) const fn check(octets: usize) -> Result<(), Self> {
        if octets <= MAX_CONTENT { Ok(()) } else { Err(Self { octets }) }
    }
}
