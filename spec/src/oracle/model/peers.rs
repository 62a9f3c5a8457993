//! The two peers of one connection.

use super::client::ClientState;
use super::hypotheses::Hypotheses;
use super::server::ServerState;
use super::{Outcome, Symbol};
use crate::catalogue::Role;

/// The states that the two peers of one connection may be in.
#[derive(Debug, Clone)]
pub(in crate::oracle) struct Model {
    server: Hypotheses<ServerState>,
    client: Hypotheses<ClientState>,
}

impl Model {
    /// A connection that is seen from its start, or joined later. Unless `judges_answers`, whether an answer fits its
    /// request is left to others.
    pub(in crate::oracle) fn new(from_the_start: bool, judges_answers: bool) -> Self {
        Self {
            server: Hypotheses::new(ServerState::new(from_the_start, judges_answers)),
            client: Hypotheses::new(ClientState::new(from_the_start)),
        }
    }

    /// A frame passes. What it says of the frame's sender, and whether its receiver can still be followed.
    pub(in crate::oracle) fn passes(&mut self, from: Role, symbol: &Symbol) -> (Outcome, Outcome) {
        match from {
            Role::Client => (self.client.sends(symbol), self.server.reads(symbol)),
            Role::Server => (self.server.sends(symbol), self.client.reads(symbol)),
        }
    }
}
