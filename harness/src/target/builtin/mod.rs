//! The reference pair as targets like any other.

mod client;
mod server;

pub(crate) use client::own_event;
pub use client::{ReferenceClient, reference_client};
pub use server::{reference_server, server_in_memory};
