//! Where a launched client ties up for one case: a port that listens for it alone, its program, its adapter.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Certificate, Fixture};
use sinkcheck_reports::document::Reason;
use sinkcheck_simulator::client::{Behaviour, RunningClient, TcpConnect};
use sinkcheck_spec::machine::Backoff;
use sinkcheck_spec::oracle::ClientHistory;
use sinkcheck_spec::wire::InstanceId;
use tokio::time::Instant;

use super::{CLIENT_ID, NEW_CLIENT_ID};
use crate::connection::{History, Incoming, Listening, Look};
use crate::player::{Reached, Seat};
use crate::target::builtin::ReferenceClient;
use crate::target::{
    Adapter, AdapterKind, ClientReach, ClientTarget, Launched, Placeholders, Process, ProcessAdapter, Target, free_port,
};

/// What a client is launched as.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub(super) fixture: Fixture,
    pub(super) certificate: Certificate,
    /// How many events it is to publish.
    pub(super) publishes: u32,
    /// The adapter is asked something.
    pub(super) asks: bool,
    /// The harness's id as the server.
    pub(super) server: InstanceId,
}

/// What runs for one case.
pub(super) struct Berth {
    listening: Listening,
    incoming: Incoming,
    process: Process,
    /// The reference client, where that is under test.
    reference: Option<RunningClient>,
    adapter: Option<Arc<Adapter>>,
    name: String,
    fixture: Fixture,
    /// The target file says which id the client has.
    is_declared: bool,
    /// The id that the client was told to have.
    pub(super) client: InstanceId,
}

impl Berth {
    /// Listens, and launches a client.
    pub(super) async fn start(target: &Target, client: &ClientTarget, wanted: Wanted) -> Result<Self, Reason> {
        let fault = |what: &str, why: String| Reason::new("could-not-start", format!("{what}: {why}"));
        let host = match &client.reach {
            ClientReach::Launched { host, .. } => host.as_str(),
            ClientReach::BuiltIn | ClientReach::Attached(_) => "127.0.0.1",
        };
        let port = match client.reach {
            ClientReach::Launched { port, .. } => port.unwrap_or_default(),
            _ => 0,
        };
        let tls = match &client.tls {
            Some(tls) => Some(
                tls.shown(wanted.certificate)
                    .ok_or_else(|| Reason::new("target-lacks", "the certificate that the case shows".to_owned()))?,
            ),
            None => None,
        };
        let (listening, incoming) = Listening::start(host, port, tls, Look::Never)
            .await
            .map_err(|error| fault("can't listen", error.to_string()))?;
        let identity = client.with_fixture(wanted.fixture).or(client.clients.first());
        let default = if wanted.fixture == Fixture::New { NEW_CLIENT_ID } else { CLIENT_ID };
        let id = identity.and_then(|identity| identity.client_instance_id).unwrap_or(default);
        let name = identity.map_or_else(|| wanted.fixture.name().to_owned(), |identity| identity.name.clone());
        let mut berth = Self {
            listening,
            incoming,
            process: Process::default(),
            reference: None,
            adapter: None,
            name,
            fixture: wanted.fixture,
            is_declared: identity.is_some_and(|identity| identity.client_instance_id.is_some()),
            client: id,
        };
        if client.reach == ClientReach::BuiltIn {
            let set_up = ReferenceClient {
                client: id,
                server: (wanted.fixture != Fixture::New).then_some(wanted.server),
                publishes: wanted.publishes,
                keepalive_interval: KEEPALIVE,
                backoff: Backoff::new(WAITS),
                // The same waits in each run, so that runs are alike.
                seed: 0,
                behaviour: Behaviour::default(),
            };
            let running = set_up
                .start(TcpConnect::new(host, berth.listening.address.port()))
                .map_err(|error| fault("the reference client", error.to_string()))?;
            berth.adapter = Some(Arc::new(Adapter::BuiltInClient(running.control())));
            berth.reference = Some(running);
            return Ok(berth);
        }
        let with = Placeholders {
            host: host.to_owned(),
            port: Some(berth.listening.address.port()),
            fixture: berth.name.clone(),
            client_instance_id: id.to_string(),
            server_instance_id: match wanted.fixture {
                Fixture::New => String::new(),
                _ => wanted.server.to_string(),
            },
            publish: wanted.publishes,
            control_port: free_port("127.0.0.1").map_err(|error| fault("no free port", error.to_string()))?,
        };
        if let Some(launch) = &target.launch {
            let launched = Launched::start(&launch.command, &launch.folder, &with)
                .map_err(|error| fault("launch", error.to_string()))?;
            berth.process = Process::of(launched);
        }
        if let Some(AdapterKind::Command { command, folder }) = target.adapter.as_ref().filter(|_| wanted.asks) {
            let adapter =
                ProcessAdapter::start(command, folder, &with).map_err(|error| fault("adapter", error.to_string()))?;
            berth.adapter = Some(Arc::new(Adapter::Process(Box::new(adapter))));
        }
        Ok(berth)
    }

    pub(super) fn adapter(&self) -> Option<Arc<Adapter>> {
        self.adapter.clone()
    }

    /// The client as a case meets it.
    pub(super) fn seat(&self, history: ClientHistory, is_told: bool) -> Seat {
        Seat {
            name: self.name.clone(),
            fixture: self.fixture,
            client: self.client,
            reached: Reached::Client {
                incoming: self.incoming.clone(),
                history: History::new(history),
                process: self.process.clone(),
                is_told: is_told || self.is_declared,
            },
        }
    }

    /// How the program ended, if it did.
    pub(super) fn ended(&self) -> Option<String> {
        self.process.ended().map(|status| status.to_string())
    }

    /// How the program ended, if it did or does within this time.
    pub(super) async fn ended_within(&self, time: Duration) -> Option<String> {
        self.process.ended_within(time).await.map(|status| status.to_string())
    }

    /// Ends when the client has connected for the first time, has ended, or is long about it.
    pub(super) fn settled(&self) -> impl Future<Output = ()> + Send + use<> {
        let (process, mut connected) = (self.process.clone(), self.listening.connected());
        async move {
            let deadline = Instant::now() + START;
            while process.ended().is_none() && Instant::now() < deadline {
                if tokio::time::timeout(LOOK, connected.wait_for(|connected| *connected)).await.is_ok() {
                    return;
                }
            }
        }
    }

    pub(super) fn incoming(&self) -> &Incoming {
        &self.incoming
    }

    /// Ends what was started; what the client printed.
    pub(super) async fn finish(self) -> Option<String> {
        if let Some(adapter) = self.adapter.and_then(Arc::into_inner) {
            adapter.stop().await;
        }
        if let Some(reference) = self.reference {
            reference.stop().await;
        }
        let output = self.process.stop().await;
        self.listening.close().await;
        Some(output).filter(|output| !output.is_empty())
    }
}

/// The reference client's interval, of which no case in real time sees anything.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// What the reference client waits in real time. What clients in the field wait, it does in virtual time.
const WAITS: [Duration; 4] =
    [Duration::from_millis(20), Duration::from_millis(40), Duration::from_millis(80), Duration::from_millis(160)];

/// How often it is looked whether a launched client still runs.
const LOOK: Duration = Duration::from_millis(50);

/// How long a launched client has until it connects for the first time.
pub(super) const START: Duration = Duration::from_secs(20);
