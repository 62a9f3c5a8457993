//! The reference Sink server and client: the machines of [`sinkcheck_spec::machine`] driven over TCP, TLS and memory.
//!
//! ```no_run
//! use std::path::Path;
//! use sinkcheck_simulator::{Server, ServerConfig};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let config = ServerConfig::from_yaml(
//!     "clients: { known: { client_instance_id: 1 } }
//! listeners: [ { address: 'tcp://127.0.0.1:0', client: known } ]",
//! )?;
//! let server = Server::start(config, Path::new(".")).await?;
//! for listening in server.listeners() {
//!     // tcp://127.0.0.1:49152
//!     let _ = listening.to_string();
//! }
//! server.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! This crate knows neither cases nor reports. Plain TCP proves no identity, so there the listener says which client is
//! speaking; over TLS the certificate does.

pub mod client;
pub mod config;
mod connection;
pub mod control;
mod credentials;
pub mod deviation;
mod mutants;
mod pem;
pub mod server;
mod variants;

pub use client::{Client, ClientConfig, ClientControl, ClientEvent, RunningClient};
pub use config::{ConfigError, ServerConfig};
pub use control::{Control, ControlError};
pub use credentials::Credentials;
pub use deviation::{Deviation, Testimony, Witness};
pub use mutants::{Mutant, Need, mutants};
pub use server::{Behaviour, Listening, RunningServer, Scheme, Server, StartError, UnknownClient};
pub use variants::{Variant, variants};
