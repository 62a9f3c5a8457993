//! The reference client.
//!
//! A [`Client`] connects through a [`Connect`], speaks as one [`sinkcheck_spec::machine::ClientMachine`] a connection,
//! and connects again when a connection is lost or rejected, after the waits of [`sinkcheck_spec::machine::Backoff`].
//!
//! ```no_run
//! use sinkcheck_simulator::client::{Behaviour, Client, ClientConfig, TcpConnect};
//!
//! # async fn run() {
//! let server = TcpConnect::new("127.0.0.1", 4000);
//! let client = Client::start(ClientConfig::default(), Behaviour::default(), server);
//! let events = client.control().delivered();
//! client.stop().await;
//! # }
//! ```
//!
//! The layers, from the outside in:
//!
//! - `running`: one connection after the other, and the waits between them;
//! - `connect`, `tls`: how a server is reached;
//! - `session`: the machine of one connection among what outlives it;
//! - `kept`: what outlives a connection, behind a lock that is never held across a wait, and what outlives the process
//!   as well: [`state`];
//! - `control`: what an adapter or a command may ask of it.

mod behaviour;
mod config;
mod connect;
mod control;
mod kept;
mod report;
mod running;
mod session;
pub mod state;
mod tls;

pub use behaviour::Behaviour;
pub use config::ClientConfig;
pub use connect::{Connect, Octets, Stream, TcpConnect, connect_with};
pub use control::ClientControl;
pub use kept::{ClientError, Sink};
pub use report::{ClientEvent, Disconnection, Observer};
pub use running::{Client, Equipment, RunningClient};
pub use tls::{ClientTls, OverTls, TlsConnect, connect_over_tls};
