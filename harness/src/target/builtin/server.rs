//! The built-in reference server as a target: a server on loopback, in this process, with a port for each client.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use sinkcheck_cases::language::Fixture;
use sinkcheck_simulator::config::{ClientConfig, ListenerConfig, Quarantine};
use sinkcheck_simulator::{RunningServer, Server, ServerConfig, StartError};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::InstanceId;

use super::super::address::{Address, Scheme};
use super::super::file::EventFieldsSection;
use super::super::{AdapterKind, Identity, Target, fixture_of};
use crate::connection::Dial;

/// So many cases can be played side by side.
const KNOWN: usize = 24;
const NEW: usize = 8;

/// Short, so that the cases that wait for it take a second; long, so that a busy machine meets it.
const KEEPALIVE: Duration = Duration::from_millis(500);

const CLIENT: InstanceId = InstanceId(1);

/// Starts the reference server; the target lives as long as the server.
///
/// # Errors
/// The server can't be started.
pub async fn reference_server() -> Result<(RunningServer, Target), StartError> {
    let mut config = ServerConfig { keepalive_interval: KEEPALIVE, ..ServerConfig::default() };
    config.clients = clients();
    config.listeners = config
        .clients
        .keys()
        .map(|name| ListenerConfig {
            address: sinkcheck_simulator::config::Address {
                scheme: sinkcheck_simulator::Scheme::Tcp,
                host: "127.0.0.1".to_owned(),
                port: 0,
            },
            client: Some(name.clone()),
        })
        .collect();
    let server_instance_id = config.server_instance_id;
    let server = Server::start(config, Path::new(".")).await?;
    let mut identities: Vec<Identity> = server
        .listeners()
        .iter()
        .filter_map(|listening| {
            let name = listening.client.clone()?;
            let (fixture, _) = fixture_of(&name)?;
            let address = Address {
                scheme: Scheme::Tcp,
                host: listening.address.ip().to_string(),
                port: Some(listening.address.port()),
            };
            Some(Identity {
                name,
                fixture,
                dial: Dial { address, tls: None },
                client_instance_id: introduced_as(fixture),
            })
        })
        .collect();
    identities.sort_by_key(|identity| fixture_of(&identity.name));
    let mut target = described(server_instance_id, identities);
    "tcp on loopback, built in".clone_into(&mut target.address);
    target.adapter = Some(AdapterKind::BuiltIn(server.control()));
    Ok((server, target))
}

/// A reference server that listens nowhere.
pub(super) fn server_without_address() -> Target {
    let identities = clients().into_keys().filter_map(|name| {
        let (fixture, _) = fixture_of(&name)?;
        let address = Address { scheme: Scheme::Tcp, host: "memory".to_owned(), port: None };
        Some(Identity { name, fixture, dial: Dial { address, tls: None }, client_instance_id: introduced_as(fixture) })
    });
    let mut identities: Vec<Identity> = identities.collect();
    identities.sort_by_key(|identity| fixture_of(&identity.name));
    described(ServerConfig::default().server_instance_id, identities)
}

fn introduced_as(fixture: Fixture) -> InstanceId {
    if fixture == Fixture::New { InstanceId(1001) } else { CLIENT }
}

fn described(server_instance_id: InstanceId, identities: Vec<Identity>) -> Target {
    Target {
        name: "sinkcheck reference server".to_owned(),
        role: Role::Server,
        address: "in memory".to_owned(),
        capabilities: None,
        server_instance_id: Some(server_instance_id),
        supported_version: "1.0.0".to_owned(),
        unsupported_version: Some("0.0.0".to_owned()),
        keepalive_interval: Some(KEEPALIVE),
        identities,
        client: None,
        accepted: EventFieldsSection { event_type_id: Some(1), ..EventFieldsSection::default() },
        claims_accepted: true,
        rejected: Some(EventFieldsSection { event_type_id: Some(99), ..EventFieldsSection::default() }),
        launch: None,
        adapter: None,
        described: true,
        remarks: Vec::new(),
    }
}

/// A server that knows the same clients and listens nowhere.
pub fn server_in_memory(keepalive_interval: Duration) -> ServerConfig {
    ServerConfig { keepalive_interval, clients: clients(), ..ServerConfig::default() }
}

fn clients() -> BTreeMap<String, ClientConfig> {
    let mut clients = BTreeMap::new();
    let numbered = |kind: &str, number: usize| if number == 1 { kind.to_owned() } else { format!("{kind}/{number}") };
    for number in 1..=KNOWN {
        let known = ClientConfig { client_instance_id: Some(CLIENT), ..ClientConfig::default() };
        clients.insert(numbered("known", number), known);
    }
    for number in 1..=NEW {
        clients.insert(numbered("new", number), ClientConfig::default());
    }
    for number in 1..=2 {
        let quarantined = Quarantine(sinkcheck_spec::wire::Reason::new(vec![1, 1, 1], "blocked").ok());
        let client = ClientConfig { client_instance_id: Some(CLIENT), quarantined, ..ClientConfig::default() };
        clients.insert(numbered("quarantined", number), client);
    }
    clients
}
