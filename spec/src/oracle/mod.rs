//! The oracle: given everything seen so far on a connection, which rule does this frame break?
//!
//! It is written from the rules of the catalogue and not from [`crate::machine`], which is one of the things that it checks.
//! [`ServerOracle`] watches a server from the client's end of one connection, and [`ClientOracle`] a client from the server's
//! end. Each is told of every frame that was sent, before it is sent, and of every frame that came. It blames only what no
//! freedom of the text explains; what depends on things that it can't see (the server's record, what an application accepts) is
//! for the cases to judge. [`Observer`] watches both peers of one connection from wherever it stands. [`ClientHistory`] goes on where a connection ends: it follows a client from one request to the next.

mod acquaintances;
mod answers;
mod breach;
mod client;
mod history;
mod ids;
mod model;
pub mod observer;
mod phase;
mod pongs;
mod publishes;
mod reading;
mod responses;
mod server;

pub use acquaintances::{Acquaintances, Introduction};
pub use breach::Breach;
pub use client::ClientOracle;
pub use history::{ClientHistory, Start};
pub use observer::{Count, Finding, FindingKind, Judged, Observer, Settings, Tally};
pub use phase::Phase;
pub use server::ServerOracle;
