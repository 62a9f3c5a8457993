//! A client under test: who may connect, how it is made to, and what the harness shows it as a server.

use std::collections::BTreeMap;
use std::sync::Arc;

use sinkcheck_cases::language::{Certificate, Fixture};
use sinkcheck_spec::wire::InstanceId;

use super::Address;
use crate::connection::Shown;

/// What is known of a client under test beyond what any target has.
#[derive(Debug, Clone)]
pub struct ClientTarget {
    /// Who may connect, sorted by name.
    pub clients: Vec<ClientIdentity>,
    /// Whether the target file lists them, so that what it says of them is meant.
    pub lists_clients: bool,
    /// How it is made to connect.
    pub reach: ClientReach,
    /// Its application version, if the target file gives it.
    pub application_version: Option<String>,
    /// What the harness shows it, over TLS; nothing over TCP.
    pub tls: Option<ServerTls>,
}

/// How a client under test is made to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientReach {
    /// A program is launched for each case, and told where to connect to.
    Launched {
        /// Where the harness listens.
        host: String,
        /// At which port; a free one for each case if it isn't given. With it, cases are played one after the other.
        port: Option<u16>,
    },
    /// It connects when it likes, to this place.
    Attached(Address),
    /// The reference client, in this process.
    BuiltIn,
}

/// One client that may connect.
#[derive(Debug, Clone)]
pub struct ClientIdentity {
    /// Its name in the target file: `known`, `new`, `known/2` …
    pub name: String,
    /// What kind of identity it is.
    pub fixture: Fixture,
    /// Its own id, if the target file gives it.
    pub client_instance_id: Option<InstanceId>,
    /// Its certificate in DER, to tell it from others by.
    pub certificate: Option<Vec<u8>>,
}

/// How the harness speaks TLS as a server: one configuration for each certificate that it can show.
#[derive(Debug, Clone)]
pub struct ServerTls {
    /// By what they show.
    pub shows: BTreeMap<Certificate, Arc<rustls::ServerConfig>>,
}

impl ServerTls {
    /// How this is shown, if it is there.
    pub fn shown(&self, certificate: Certificate) -> Option<Shown> {
        let config = self.shows.get(&certificate).cloned()?;
        Some(Shown { config, is_trusted: certificate == Certificate::Trusted })
    }
}

impl ClientTarget {
    /// The client that a case of this fixture is played with.
    pub fn with_fixture(&self, fixture: Fixture) -> Option<&ClientIdentity> {
        self.clients.iter().find(|client| client.fixture == fixture)
    }
}
