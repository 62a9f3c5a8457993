//! The reference server.
//!
//! A [`Server`] listens where its configuration says. Each connection is a task that drives one
//! [`sinkcheck_spec::machine::ServerMachine`]; what the connections of one client share (its record, and which of them
//! is the one that counts) is in `clients`. The layers, from the outside in:
//!
//! - `listen`: sockets, and one accept loop each, which no error ends;
//! - `tls`: from a certificate to the client it belongs to;
//! - `connection`: the machine among what its client's connections share; octets, timers and an orderly end are those of
//!   either role's connections;
//! - `clients`: everything behind a lock that is never held across a wait.

mod behaviour;
pub(crate) mod clients;
mod connection;
mod context;
mod error;
mod listen;
mod running;
mod tls;

pub use behaviour::Behaviour;
pub use error::{StartError, UnknownClient};
pub use listen::Listening;
pub use running::{RunningServer, Server};

pub use crate::config::Scheme;
