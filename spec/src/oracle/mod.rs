//! The oracle: given everything seen so far on a connection, which rule does this frame break?
//!
//! It is written from the rules of the catalogue and not from [`crate::machine`], which is one of the things that it checks.
//! [`ServerOracle`] watches a server from the client's end of one connection: it is told of each frame that was sent, before it
//! is sent, and of each frame that came. It blames only what no freedom of the text explains; what depends on things that it
//! can't see (the server's record, what its application accepts) is for the cases to judge.

mod answers;
mod breach;
mod phase;
mod pongs;
mod publishes;
mod server;

pub use breach::Breach;
pub use phase::Phase;
pub use server::ServerOracle;
