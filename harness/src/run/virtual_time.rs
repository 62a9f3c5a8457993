//! Keepalive cases at the reference pair, in virtual time.
//!
//! Such a case has a world of its own: a thread whose runtime has a clock that jumps to whatever is due next, and no network. That
//! clock over a socket would give false time-outs, for it jumps while octets are on their way. So nothing but a peer in memory can
//! be brought here, the runtime has no driver for sockets, and the lint `disallowed_methods` keeps the clock from being paused
//! anywhere else.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use sinkcheck_cases::language::{Fixture, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_simulator::client::connect_with;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::Backoff;
use sinkcheck_spec::oracle::{ClientHistory, Start};
use sinkcheck_spec::wire::InstanceId;
use tokio::io::duplex;

use super::clients::{CLIENT_ID, NEW_CLIENT_ID, SERVER_ID};
use super::{judged, timed};
use crate::connection::{Arrived, History, Incoming, MemoryDial, Reach, Stream};
use crate::judge::unplayed;
use crate::player::{Calibration, LagMonitor, Ordeal, Played, Publishing, Reached, Seat, Setting};
use crate::target::builtin::{self, ReferenceClient};
use crate::target::{Adapter, Process, Target};

/// The interval of clients and servers in the field.
const INTERVAL: Duration = Duration::from_secs(60);

/// So many octets may be on their way.
const PIPE: usize = 1 << 16;

/// What tells the plays of a run apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Play {
    pub(super) serial: u64,
    pub(super) salt: u64,
}

/// Plays a case at the reference implementation of the role that is under test. Blocks, for milliseconds.
pub(super) fn play_in_virtual_time(scenario: &Scenario, target: &Target, play: Play) -> CaseResult {
    let begun = std::time::Instant::now();
    let failed = |why: String| {
        let mut result = unplayed(scenario);
        result.verdict = CaseVerdict::Error;
        result.reason = Some(Reason::new("harness-fault", why));
        result
    };
    #[expect(clippy::disallowed_methods, reason = "this is the one place: no socket can be made in this runtime")]
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let played = match runtime {
        Ok(runtime) => runtime.block_on(async {
            match target.role {
                Role::Server => with_server(scenario, target, play).await,
                Role::Client => with_client(scenario, target, play).await,
            }
        }),
        Err(error) => Err(format!("no runtime: {error}")),
    };
    let mut result = played.map_or_else(failed, |played| judged(scenario, played));
    // How long it took here, and not there.
    result.duration_ms = begun.elapsed().as_secs_f64() * 1e3;
    result
}

fn setting(target: &Target, server: Option<InstanceId>, adapter: Adapter, play: Play) -> Setting {
    let mut target = target.clone();
    target.keepalive_interval = Some(INTERVAL);
    Setting {
        server,
        target: Arc::new(target),
        adapter: Some(Arc::new(adapter)),
        // Nothing takes any time here but what waits on purpose.
        calibration: Calibration { slowest: Duration::ZERO, in_order: true },
        lag: Arc::<LagMonitor>::default(),
        publishing: Publishing::ByItself,
        ordeal: Arc::<Ordeal>::default(),
        absences: Arc::default(),
        timeouts: Arc::new(AtomicUsize::new(0)),
        serial: play.serial,
        salt: play.salt,
    }
}

async fn with_server(scenario: &Scenario, target: &Target, play: Play) -> Result<Option<Played>, String> {
    let server = builtin::server_in_memory(INTERVAL).await.map_err(|error| error.to_string())?;
    let setting = setting(target, target.server_instance_id, Adapter::BuiltIn(server.control()), play);
    let server = Arc::new(server);
    let seat = |name: &str| {
        let identity = target.identities.iter().find(|identity| identity.name == name)?;
        let (server, client) = (Arc::clone(&server), name.to_owned());
        let open = move || -> Stream {
            let (ours, theirs) = duplex(PIPE);
            // A client that the server doesn't know is turned away: its end of the stream is dropped.
            let _ = server.serve_stream(theirs, &client);
            Box::new(ours)
        };
        Some(Seat {
            name: identity.name.clone(),
            fixture: identity.fixture,
            client: identity.client_instance_id,
            reached: Reached::Server(Reach::Memory(MemoryDial::new(open))),
        })
    };
    let main = seat(scenario.client.name()).ok_or_else(|| format!("no `{}` client", scenario.client.name()))?;
    Ok(timed(scenario, &setting, main, seat("known/2")).await)
}

async fn with_client(scenario: &Scenario, target: &Target, play: Play) -> Result<Option<Played>, String> {
    let (arrivals, incoming) = Incoming::channel();
    let connect = connect_with(move || {
        let (ours, theirs) = duplex(PIPE);
        // A client whose connections nobody takes is refused.
        match arrivals.try_send(Arrived::in_memory(Box::new(theirs))) {
            Ok(()) => Ok(ours),
            Err(_) => Err(std::io::ErrorKind::ConnectionRefused.into()),
        }
    });
    let is_new = scenario.client == Fixture::New;
    let client = if is_new { NEW_CLIENT_ID } else { CLIENT_ID };
    let set_up = ReferenceClient {
        client,
        server: (!is_new).then_some(SERVER_ID),
        publishes: scenario.publishes,
        keepalive_interval: INTERVAL,
        backoff: Backoff::default(),
    };
    let running = set_up.start(connect).map_err(|error| error.to_string())?;
    let setting = setting(target, Some(SERVER_ID), Adapter::BuiltInClient(running.control()), play);
    let start = if is_new { Start::New } else { Start::Known(SERVER_ID) };
    let seat = Seat {
        name: scenario.client.name().to_owned(),
        fixture: scenario.client,
        client,
        reached: Reached::Client {
            incoming,
            history: History::new(ClientHistory::new(start)),
            process: Process::default(),
            is_told: true,
        },
    };
    let played = timed(scenario, &setting, seat, None).await;
    running.stop().await;
    Ok(played)
}
