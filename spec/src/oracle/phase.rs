//! How far a connection is.

/// How far the connection is, as our end sees it. What is still on its way to the peer counts as sent, and what is on its way
/// to us did not come yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// There was no request.
    NoRequest,
    /// There was a request, and no response.
    Asked,
    /// The server accepted.
    Accepted,
    /// The server rejected.
    Rejected,
}
