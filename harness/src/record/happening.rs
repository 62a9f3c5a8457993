//! What a record tells.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Judged;

/// One thing that happened on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening<'a> {
    /// When, since any time that is the same for the whole record. It never goes back within a connection.
    pub at: Duration,
    /// The connection, numbered from 0 in the order in which the record first speaks of them. A number isn't used again.
    pub connection: u64,
    /// What it is.
    pub what: What<'a>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What<'a> {
    /// The record speaks of the connection for the first time. Comes first, once.
    Opened(Opening),
    /// Octets passed. They may hold a part of a frame, or several.
    Octets {
        /// Who sent them.
        from: Role,
        /// The octets of the stream, lengths included.
        octets: &'a [u8],
    },
    /// A peer ended its direction.
    Ended {
        /// Which one.
        from: Role,
        /// By a reset, and not in an orderly way.
        by_reset: bool,
    },
    /// From here on the record can't tell what passes on the connection, for this reason. What it told before holds.
    Lost(String),
    /// Nothing more is told of this connection.
    Over,
}

/// A connection of which a record begins to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// What it is called in the record, with its turn behind it where a name is used again.
    pub name: String,
    /// Where the client is, if that is known.
    pub client: Option<String>,
    /// Where the server is, if that is known.
    pub server: Option<String>,
    /// The identity that the client has shown, if that is known.
    pub identity: Option<String>,
    /// Whether the record has the connection from its first octet.
    pub from_the_start: bool,
    /// Which of the peers can be judged: in a case the other one may break rules on purpose.
    pub judged: Judged,
}
