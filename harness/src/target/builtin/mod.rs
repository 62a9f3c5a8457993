//! The reference pair as targets like any other.

mod client;
mod server;

pub(crate) use client::own_event;
pub use client::{ReferenceClient, reference_client};
pub use server::{reference_server, server_in_memory};

use sinkcheck_spec::catalogue::Role;

use super::Target;

/// What is known of a built-in peer that no network leads to.
pub fn in_memory(role: Role) -> Target {
    match role {
        Role::Server => server::server_without_address(),
        Role::Client => {
            let mut target = reference_client();
            "in memory".clone_into(&mut target.address);
            target
        }
    }
}
