//! The model: in which states may the two peers be, after what has passed?
//!
//! An observer doesn't see when a peer reads, nor which of the choices that the text leaves open it has taken. So each peer is a
//! set of hypotheses. A frame that passes *towards* a peer moves each hypothesis on to all the states that reading it may lead to. A
//! frame that comes *from* a peer keeps the hypotheses in which it was allowed to send it, and if there is none, no order of reading
//! and no freedom explains the frame.
//!
//! What a peer may do grows with what it reads, with two exceptions: a rejection takes a client's right to publish away, and content
//! that is malformed takes nothing away but should have ended the connection, which is not for this model to judge. So every frame can
//! be read as soon as it has passed: what reading it later would allow, reading it at once allows as well, since a client
//! that publishes has read an acceptance, and of two responses it must go by the first. Only an answer to nothing that is in flight may
//! have another effect if it is read later; such answers are kept until the peer shows that it has read them.
//!
//! The model knows only what a MUST forbids in a single frame, and says no more than yes or no. Which rule is broken is said by the
//! checks beside it ([`super::ServerOracle`], [`super::ClientOracle`]); the two are written apart, and the
//! [observer](super::Observer) compares them. It has no opinion on PONGs behind the first request: they may come at any time,
//! and that one is a second answer shows only in how they come.

mod client;
mod events;
mod hypotheses;
mod ids;
mod peers;
mod server;
mod symbol;

pub(super) use peers::Model;
pub(super) use symbol::{Answer, Meaning, Symbol};

/// What the model says of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Some order of reading explains it; or the peer has sent what none explains before, and isn't followed any more.
    Explained,
    /// None does.
    Unexplained,
    /// There are too many to tell.
    TooMany,
}
