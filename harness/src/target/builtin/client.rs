//! The built-in reference client as a target: a client in this process for each case.

use std::time::Duration;

use sinkcheck_cases::language::Fixture;
use sinkcheck_simulator::client::{Behaviour, Client, ClientConfig, ClientError, Connect, RunningClient};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::Backoff;
use sinkcheck_spec::wire::{Event, EventFields, InstanceId, TooLong};

use super::super::file::EventFieldsSection;
use super::super::{ClientIdentity, ClientReach, ClientTarget, Target};

/// Of servers in the field. Cases that wait for it are played in virtual time.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// The reference client. One is started for each case.
pub fn reference_client() -> Target {
    let identity = |fixture: Fixture| ClientIdentity {
        name: fixture.name().to_owned(),
        fixture,
        client_instance_id: None,
        certificate: None,
    };
    let version = "1.0.0".to_owned();
    Target {
        name: "sinkcheck reference client".to_owned(),
        role: Role::Client,
        address: "tcp on loopback, built in".to_owned(),
        capabilities: None,
        server_instance_id: None,
        supported_version: version.clone(),
        unsupported_version: None,
        keepalive_interval: Some(KEEPALIVE),
        identities: Vec::new(),
        client: Some(ClientTarget {
            clients: vec![identity(Fixture::Known), identity(Fixture::New)],
            lists_clients: true,
            reach: ClientReach::BuiltIn,
            application_version: Some(version),
            tls: None,
        }),
        accepted: EventFieldsSection { event_type_id: Some(1), ..EventFieldsSection::default() },
        claims_accepted: true,
        rejected: Some(EventFieldsSection { event_type_id: Some(99), ..EventFieldsSection::default() }),
        launch: None,
        adapter: None,
        described: true,
        remarks: Vec::new(),
    }
}

/// How a reference client is set up for a case.
#[derive(Debug, Clone)]
pub struct ReferenceClient {
    /// Its own id.
    pub client: InstanceId,
    /// The server that it has been accepted by, if any.
    pub server: Option<InstanceId>,
    /// How many events it publishes.
    pub publishes: u32,
    /// Its keepalive interval.
    pub keepalive_interval: Duration,
    /// The waits between its attempts to connect.
    pub backoff: Backoff,
    /// What its waits vary by.
    pub seed: u64,
    /// What it does: the reference's behaviour, or another one.
    pub behaviour: Behaviour,
}

impl ReferenceClient {
    /// Starts it; it connects through this.
    ///
    /// # Errors
    /// It takes no more events.
    pub fn start(self, connector: impl Connect) -> Result<RunningClient, ClientError> {
        let mut config = ClientConfig {
            client_instance_id: self.client,
            server_instance_id: self.server,
            seed: Some(self.seed),
            backoff: self.backoff,
            ..ClientConfig::default()
        };
        config.machine.keepalive_interval = self.keepalive_interval;
        let running = Client::start(config, self.behaviour, connector);
        let control = running.control();
        for number in 0..self.publishes {
            if let Ok(event) = own_event(number.into()) {
                control.publish(event)?;
            }
        }
        Ok(running)
    }
}

/// An event that the reference client makes up.
pub(crate) fn own_event(number: u64) -> Result<Event<'static>, TooLong> {
    Event::new(EventFields {
        event_type_id: 1,
        schema_version: 1,
        key: b"k".into(),
        offset: number + 1,
        timestamp: 1_700_000_000,
        event_data: b"data".into(),
    })
}
