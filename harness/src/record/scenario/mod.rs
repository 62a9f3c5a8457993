//! A recorded session becomes a scenario.
//!
//! `recording` takes one connection out of a record, `server` and `client` turn what passed on it into steps for a case about that
//! role, and `text` writes them down. What the other role did is sent again, what the role under test did is expected. Ids are
//! named and not fixed; what can't be turned into a step is said.

mod client;
mod recording;
mod server;
mod steps;
mod text;

pub use recording::{Collector, Entry, Recording, Unusable};
pub use text::{NotWritten, Written, write};
