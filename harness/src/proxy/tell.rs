//! What a proxy tells whoever runs it.

use std::fmt;

use crate::observe::Found;

/// Something that keeps a connection from being passed or the session from being kept. None of it ends the proxy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The server can't be reached, so a client's connection was closed.
    Upstream(String),
    /// TLS with a client failed.
    ClientTls(String),
    /// A client showed a certificate that no identity is kept for, or none.
    Unmapped(String),
    /// The system has no room for another connection, so clients wait.
    Full(String),
    /// The record can't be written any further.
    Record(String),
    /// A judge fell so far behind that it was left behind.
    Behind(String),
}

impl Trouble {
    /// Where its kind is counted.
    #[must_use]
    pub fn kind(&self) -> usize {
        match self {
            Self::Upstream(_) => 0,
            Self::ClientTls(_) => 1,
            Self::Unmapped(_) => 2,
            Self::Full(_) => 3,
            Self::Record(_) => 4,
            Self::Behind(_) => 5,
        }
    }

    /// How many kinds there are.
    pub const KINDS: usize = 6;
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(what)
            | Self::ClientTls(what)
            | Self::Unmapped(what)
            | Self::Full(what)
            | Self::Record(what)
            | Self::Behind(what) => f.write_str(what),
        }
    }
}

/// Whoever is told. It is called from tasks, so it never waits.
pub trait Tell: Send + Sync + 'static {
    /// Something was found.
    fn found(&self, found: Found);

    /// Something went wrong that isn't the peers' matter.
    fn trouble(&self, trouble: Trouble);
}
