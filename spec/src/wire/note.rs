//! What a receiver accepts though a careful sender would not send it.

use std::fmt;

/// A place where a content is a message, but not the one that [`super::Message::encode`] writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Note {
    /// A varint, or a chunk's length, in more octets than its number needs.
    LongVarint {
        /// The field, by its name in the layout.
        field: &'static str,
        /// The varint's first octet, counted from the content's start.
        at: usize,
        /// The octets it takes.
        octets: usize,
    },
    /// A PING or PONG whose 12 ignored bits are not all 0.
    NonZeroIgnoredBits,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LongVarint { field, at, octets } => {
                write!(f, "{field} at octet {at}: a varint in {octets} octets, longer than its number needs")
            }
            Self::NonZeroIgnoredBits => f.write_str("the ignored bits are not 0"),
        }
    }
}
