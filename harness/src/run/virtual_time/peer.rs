use sinkcheck_simulator::{client, server};
use sinkcheck_spec::catalogue::Role;

/// A peer in this process: the reference server or client, or one of them that behaves otherwise.
#[derive(Debug, Clone)]
pub enum Peer {
    /// A server.
    Server(server::Behaviour),
    /// A client.
    Client(client::Behaviour),
}

impl Peer {
    /// The reference implementation of a role.
    pub fn reference(role: Role) -> Self {
        match role {
            Role::Server => Self::Server(server::Behaviour::default()),
            Role::Client => Self::Client(client::Behaviour::default()),
        }
    }

    /// The role that it plays.
    pub fn role(&self) -> Role {
        match self {
            Self::Server(_) => Role::Server,
            Self::Client(_) => Role::Client,
        }
    }
}
