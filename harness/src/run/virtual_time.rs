//! Keepalive cases at the reference pair, in virtual time.
//!
//! Such a case has a world of its own: a thread whose runtime has a clock that jumps to whatever is due next, and no network. That
//! clock over a socket would give false time-outs, for it jumps while octets are on their way. So nothing but a peer in memory can
//! be brought here, the runtime has no driver for sockets, and the lint `disallowed_methods` keeps the clock from being paused
//! anywhere else.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use tokio::io::duplex;

use super::{judged, timed};
use crate::connection::{MemoryDial, Reach, Stream};
use crate::judge::unplayed;
use crate::player::{Calibration, LagMonitor, Ordeal, Publishing, Reached, Seat, Setting};
use crate::target::{Adapter, Target, builtin};

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
    let failed = |why: String| {
        let mut result = unplayed(scenario);
        result.verdict = CaseVerdict::Error;
        result.reason = Some(Reason::new("harness-fault", why));
        result
    };
    #[expect(clippy::disallowed_methods, reason = "this is the one place: no socket can be made in this runtime")]
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    match runtime {
        Ok(runtime) => runtime.block_on(world(scenario, target, play)).unwrap_or_else(failed),
        Err(error) => failed(format!("no runtime: {error}")),
    }
}

async fn world(scenario: &Scenario, target: &Target, play: Play) -> Result<CaseResult, String> {
    let mut target = target.clone();
    target.keepalive_interval = Some(INTERVAL);
    let setting = |adapter: Adapter, target: Target| Setting {
        server: target.server_instance_id,
        target: Arc::new(target),
        adapter: Some(Arc::new(adapter)),
        // Nothing takes any time here but what waits on purpose.
        calibration: Calibration { slowest: Duration::ZERO, in_order: true },
        lag: Arc::<LagMonitor>::default(),
        publishing: Publishing::ByItself,
        ordeal: Arc::<Ordeal>::default(),
        timeouts: Arc::new(AtomicUsize::new(0)),
        serial: play.serial,
        salt: play.salt,
    };
    let server = builtin::server_in_memory(INTERVAL).await.map_err(|error| error.to_string())?;
    let setting = setting(Adapter::BuiltIn(server.control()), target.clone());
    let server = Arc::new(server);
    let seat = |name: &str| {
        let identity = target.identities.iter().find(|identity| identity.name == name)?;
        let (server, client) = (Arc::clone(&server), name.to_owned());
        let open = move || -> Stream {
            let (ours, theirs) = duplex(PIPE);
            // A client that the server doesn't know is turned away: the end of the stream is dropped.
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
    let other = seat("known/2");
    Ok(judged(scenario, timed(scenario, &setting, main, other).await))
}
