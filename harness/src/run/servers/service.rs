//! What runs beside the cases: a launched target, its adapter; once for all cases, or for each.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_reports::document::Reason;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::InstanceId;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::greeting::{PATIENCE, broke_something, introduce};
use super::lost::{COULD_NOT_CONNECT, FIXTURE_LOST, NO_HANDSHAKE};
use super::seats::{Restore, Taken};
use crate::connection::{Reach, Transcript};
use crate::player::{Reached, Seat, Setting};
use crate::target::{Adapter, AdapterKind, Address, Launch, Launched, Placeholders, ProcessAdapter, Target, free_port};

/// How long a launched target has until it accepts connections.
const START: Duration = Duration::from_secs(20);

/// How often a launched target is tried until it does.
const KNOCK: Duration = Duration::from_millis(10);

/// How long each such try may take.
const KNOCK_PATIENCE: Duration = Duration::from_secs(1);

/// What runs for the whole of a run.
pub(super) struct Service {
    target: Arc<Target>,
    adapter: Option<Arc<Adapter>>,
    launched: Option<Launched>,
    port: Option<u16>,
}

/// What a case needs to know of it.
#[derive(Debug, Clone)]
pub(super) struct ForCase {
    target: Arc<Target>,
    /// The port that was found for a target that is launched once.
    port: Option<u16>,
}

/// What runs for one case.
pub(super) struct Ready {
    launched: Option<Launched>,
    adapter: Option<Arc<Adapter>>,
    port: Option<u16>,
}

impl Service {
    /// Starts what is started once.
    pub(super) async fn start(target: Arc<Target>) -> Result<Self, Reason> {
        let mut service = Self { adapter: None, launched: None, port: None, target: Arc::clone(&target) };
        let per_case = target.launch.as_ref().is_some_and(|launch| launch.per_case);
        if let Some(launch) = target.launch.as_ref().filter(|_| !per_case) {
            let with = placeholders(&target, None, None)?;
            service.port = with.port;
            service.launched = Some(launched(launch, &with, &addresses(&target, with.port)).await?);
            service.adapter = adapter(&target, &with)?.map(Arc::new);
        } else if !per_case {
            let with = placeholders(&target, None, None)?;
            service.adapter = adapter(&target, &with)?.map(Arc::new);
        }
        Ok(service)
    }

    pub(super) fn adapter(&self) -> Option<Arc<Adapter>> {
        self.adapter.clone()
    }

    pub(super) fn for_case(&self) -> ForCase {
        ForCase { target: Arc::clone(&self.target), port: self.port }
    }

    /// Ends everything that was started.
    pub(super) async fn stop(&mut self) {
        if let Some(adapter) = self.adapter.take().and_then(Arc::into_inner) {
            adapter.stop().await;
        }
        if let Some(launched) = self.launched.take() {
            launched.stop().await;
        }
    }
}

impl ForCase {
    /// Starts what a case needs and puts its identities back.
    pub(super) async fn prepare(&self, taken: &[Taken], setting: &mut Setting) -> Result<Ready, Reason> {
        let server = setting.server;
        let ready = self.launch(taken, server, &mut setting.adapter).await?;
        for (one, seat) in taken.iter().zip(ready.seats(taken)) {
            let name = &one.identity.name;
            let lost = |why: String| Reason::new(FIXTURE_LOST, format!("`{name}` could not be put back: {why}"));
            match (one.restore, &setting.adapter) {
                (None, _) => {}
                (Some(Restore::Prepare), Some(adapter)) => {
                    adapter.prepare(name).await.map_err(|error| lost(error.to_string()))?;
                }
                (Some(_), _) => verify(&seat, server, &self.target).await?,
            }
        }
        Ok(ready)
    }

    /// Starts the target, where that is done for each case.
    pub(super) async fn launch(
        &self,
        taken: &[Taken],
        server: Option<InstanceId>,
        adapter_of_case: &mut Option<Arc<Adapter>>,
    ) -> Result<Ready, Reason> {
        let Some(launch) = self.target.launch.as_ref().filter(|launch| launch.per_case) else {
            return Ok(Ready { launched: None, adapter: None, port: self.port });
        };
        let with = placeholders(&self.target, taken.first(), server)?;
        let started = launched(launch, &with, &addresses(&self.target, with.port)).await?;
        let own = adapter(&self.target, &with)?.map(Arc::new);
        adapter_of_case.clone_from(&own);
        Ok(Ready { launched: Some(started), adapter: own, port: with.port })
    }
}

impl Ready {
    /// The identities as this case reaches the target.
    pub(super) fn seats(&self, taken: &[Taken]) -> Vec<Seat> {
        let seat = |one: &Taken| {
            let mut dial = one.identity.dial.clone();
            dial.address.port = dial.address.port.or(self.port);
            let (name, fixture) = (one.identity.name.clone(), one.identity.fixture);
            Seat { name, fixture, reached: Reached::Server(Reach::Dial(dial)), client: one.client }
        };
        taken.iter().map(seat).collect()
    }

    /// Ends what was started for the case; what the target printed.
    pub(super) async fn finish(&mut self) -> Option<String> {
        if let Some(adapter) = self.adapter.take().and_then(Arc::into_inner) {
            adapter.stop().await;
        }
        let launched = self.launched.take()?;
        Some(launched.stop().await).filter(|output| !output.is_empty())
    }
}

fn fault(what: &str, why: impl std::fmt::Display) -> Reason {
    Reason::new("could-not-start", format!("{what}: {why}"))
}

fn placeholders(target: &Target, taken: Option<&Taken>, server: Option<InstanceId>) -> Result<Placeholders, Reason> {
    let address = taken.map(|one| &one.identity).or(target.identities.first()).map(|identity| &identity.dial.address);
    let host = address.map_or_else(|| "127.0.0.1".to_owned(), |address| address.host.clone());
    let free = || free_port("127.0.0.1").map_err(|error| fault("no free port", error));
    let port = match address.and_then(|address| address.port) {
        Some(port) => Some(port),
        None => Some(free()?),
    };
    let has_record = taken.is_some_and(|one| one.identity.fixture != sinkcheck_cases::language::Fixture::New);
    Ok(Placeholders {
        host,
        port,
        fixture: taken.map(|one| one.identity.name.clone()).unwrap_or_default(),
        client_instance_id: taken.filter(|_| has_record).map(|one| one.client.to_string()).unwrap_or_default(),
        server_instance_id: target.server_instance_id.or(server).map(|id| id.to_string()).unwrap_or_default(),
        publish: 0,
        control_port: free()?,
    })
}

/// Every address of a target, each once.
fn addresses(target: &Target, port: Option<u16>) -> Vec<Address> {
    let mut list: Vec<Address> = Vec::new();
    for identity in &target.identities {
        let mut address = identity.dial.address.clone();
        address.port = address.port.or(port);
        if !list.contains(&address) {
            list.push(address);
        }
    }
    list
}

async fn launched(launch: &Launch, with: &Placeholders, addresses: &[Address]) -> Result<Launched, Reason> {
    for address in addresses {
        if takes_connections(address).await {
            let why =
                format!("{address} takes connections before the target is launched: something else listens there");
            return Err(fault("launch", why));
        }
    }
    let mut launched =
        Launched::start(&launch.command, &launch.folder, with).map_err(|error| fault("launch", error))?;
    let deadline = Instant::now() + START;
    for address in addresses {
        while !takes_connections(address).await {
            let (what, why) = if let Some(status) = launched.ended() {
                ("the launched target ended at once", status.to_string())
            } else if Instant::now() > deadline {
                (
                    "the launched target is not there",
                    format!("{address} took no connection within {} s", START.as_secs()),
                )
            } else {
                tokio::time::sleep(KNOCK).await;
                continue;
            };
            let output = launched.stop().await;
            return Err(fault(what, format!("{why}; {}", printed(output.trim()))));
        }
    }
    Ok(launched)
}

/// The end of what a program printed. Every case that is not played for it says so.
fn printed(output: &str) -> String {
    const SHOWN: usize = 1000;
    match output.char_indices().rev().nth(SHOWN) {
        _ if output.is_empty() => "it printed nothing".to_owned(),
        Some((at, _)) => format!("the last that it printed: …{}", &output[at..]),
        None => format!("it printed: {output}"),
    }
}

async fn takes_connections(address: &Address) -> bool {
    let connecting = TcpStream::connect((address.host.as_str(), address.port.unwrap_or_default()));
    tokio::time::timeout(KNOCK_PATIENCE, connecting).await.is_ok_and(|connected| connected.is_ok())
}

fn adapter(target: &Target, with: &Placeholders) -> Result<Option<Adapter>, Reason> {
    match &target.adapter {
        None => Ok(None),
        Some(AdapterKind::BuiltIn(control)) => Ok(Some(Adapter::BuiltIn(control.clone()))),
        Some(AdapterKind::Command { command, folder }) => {
            let folder: &Path = folder;
            ProcessAdapter::start(command, folder, with)
                .map(|process| Some(Adapter::Process(Box::new(process))))
                .map_err(|error| fault("adapter", error))
        }
    }
}

/// Whether the server still has on record what it had.
async fn verify(seat: &Seat, server: Option<InstanceId>, target: &Target) -> Result<(), Reason> {
    let (name, address) = (&seat.name, seat.place());
    let connection = seat
        .open("verify", PATIENCE, None, Transcript::begin(Role::Server))
        .await
        .map_err(|error| Reason::new(COULD_NOT_CONNECT, format!("{address}: {error}")))?;
    let response = match introduce(&connection, seat, server, target).await {
        Ok(response) => response,
        // What breaks a rule here breaks it in the case too, whose it is to tell.
        Err(_) if broke_something(&connection) => return Ok(()),
        Err(why) => {
            let why = format!("`{name}`, who was accepted before, got no response: {why}");
            return Err(Reason::new(NO_HANDSHAKE, why));
        }
    };
    connection.close(Duration::from_millis(200), PATIENCE).await;
    if response.is_acceptance() {
        return Ok(());
    }
    Err(Reason::new(FIXTURE_LOST, format!("`{name}`, who was accepted before, is now answered {response}")))
}
