//! A connection as a state machine that knows no clock, socket, file or randomness.
//!
//! **How to drive one.** Give [`ServerMachine`] what happens (octets that arrived, the end of the stream, the time when
//! its [deadline](ServerMachine::deadline) passes, a takeover), each with the [`ClientRecord`] of the identity that the
//! transport proved. After each call take its outputs with [`ServerMachine::poll`] until there is none, then call
//! [`ServerMachine::publish_next`] while there is room for more octets, and take those outputs too. Send what is to be
//! sent, in order; once [`Output::Close`] came, close when everything is sent. A time is a [`std::time::Duration`] since
//! any start, the same for all calls.
//!
//! [`ClientMachine`] is driven alike, with the client's [`ServerRecord`]. Its request is among its outputs at once. Between
//! connections the client waits as [`Backoff`] says.
//!
//! What a machine does on what is in one [`Table`]. [`mutations()`] lists those that differ from it in one place. [`decide()`] says how the
//! server finds a request, [`server_diagram`]
//! and [`client_diagram`] draw the tables.
//!
//! ```
//! use std::{sync::Arc, time::Duration};
//! use sinkcheck_spec::machine::{ClientRecord, Output, ServerConfig, ServerMachine};
//! use sinkcheck_spec::wire::{ConnectionRequest, InstanceId, Message};
//!
//! let mut client = ClientRecord::default();
//! let mut connection = ServerMachine::new(Arc::new(ServerConfig::default()), Duration::ZERO);
//! let request = ConnectionRequest::new("1.0.0", InstanceId(1), None)?;
//! connection.receive(Duration::from_secs(1), &Message::from(request).to_frame(), &mut client);
//!
//! // Hello new client, with the server's id, 2.
//! assert_eq!(connection.poll(), Some(Output::Send(vec![0, 5, 0x11, 0, 0, 0, 2])));
//! assert_eq!(connection.poll(), Some(Output::Accepted));
//! assert_eq!(client.recorded, Some(InstanceId(1)));
//! assert_eq!(connection.deadline(), Some(Duration::from_secs(91)));
//! # Ok::<(), sinkcheck_spec::wire::TooLong>(())
//! ```

mod backoff;
mod client;
mod client_config;
mod config;
mod conversation;
mod decide;
mod diagram;
mod effect;
mod in_flight;
mod input;
mod log;
mod mutation;
mod outbox;
mod output;
mod places;
mod record;
mod reply;
mod server;
mod state;
mod table;
mod timers;

pub use backoff::Backoff;
pub use client::ClientMachine;
pub use client_config::{ApplicationVersion, ClientConfig};
pub use config::{ApplicationVersions, ServerConfig};
pub use decide::{Finding, decide};
pub use diagram::{client_diagram, server_diagram};
pub use effect::Effect;
pub use input::Input;
pub use log::Log;
pub use mutation::{Change, Mutation, mutations};
pub use outbox::{EventNumber, Outbox, OutboxFull, Refused};
pub use output::Output;
pub use places::Places;
pub use record::{ClientRecord, ServerRecord};
pub use reply::Reply;
pub use server::ServerMachine;
pub use state::State;
pub use table::{Row, Table, Transition};
pub use timers::Timers;
