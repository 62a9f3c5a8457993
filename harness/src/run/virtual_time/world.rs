use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_spec::wire::InstanceId;
use tokio::runtime::Runtime;

use super::super::judged;
use super::Peer;
use super::guard::Guard;
use crate::judge::unplayed;
use crate::player::{Calibration, LagMonitor, Ordeal, Played, Publishing, Setting};
use crate::target::{Adapter, Target, builtin};

/// The interval of clients and servers in the field.
pub(super) const INTERVAL: Duration = Duration::from_secs(60);

/// So many octets may be on their way.
pub(super) const PIPE: usize = 1 << 16;

/// What tells the plays of a run apart.
#[derive(Debug, Clone, Copy)]
pub struct Play {
    /// Which play of the run it is.
    pub serial: u64,
    /// Makes events of this run differ from those of another one.
    pub salt: u64,
}

/// How a peer in this process is met: for each case anew, with no time passing but what is waited for on purpose.
#[derive(Debug, Clone)]
pub struct World {
    pub(super) peer: Peer,
    pub(super) target: Arc<Target>,
    pub(super) calibration: Calibration,
    keeps_transcripts: bool,
}

impl World {
    /// For a peer as this target describes it.
    pub fn new(peer: Peer, target: Target) -> Self {
        let mut target = target;
        target.keepalive_interval = Some(INTERVAL);
        target.adapter = None;
        // Nothing takes any time here but what waits on purpose.
        let calibration = Calibration { slowest: Duration::ZERO, in_order: true };
        Self { peer, target: Arc::new(target), calibration, keeps_transcripts: true }
    }

    /// For a peer of which nothing is known but that it is built in: how fast it answers, and in what order, is measured first, as
    /// at any target. What was exchanged is not kept.
    ///
    /// # Errors
    /// No runtime can be made.
    pub fn measured(peer: Peer) -> Result<Self, String> {
        let target = builtin::in_memory(peer.role());
        let mut world = Self { keeps_transcripts: false, ..Self::new(peer, target) };
        let measured = runtime()?.block_on(async {
            let guard = Guard::default();
            tokio::select! {
                biased;
                measured = async {
                    match &world.peer {
                        Peer::Server(behaviour) => world.measure_server(behaviour, &guard).await,
                        Peer::Client(behaviour) => world.measure_client(behaviour, &guard).await,
                    }
                } => measured,
                () = guard.too_many() => None,
            }
        });
        world.calibration = measured.unwrap_or_default();
        Ok(world)
    }

    /// What the suite has to know of the peer.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What was measured of the peer.
    pub fn calibration(&self) -> Calibration {
        self.calibration
    }

    /// Plays a case. Blocks, for milliseconds.
    pub fn play(&self, scenario: &Scenario, play: Play) -> CaseResult {
        let begun = std::time::Instant::now();
        let failed = |why: String| {
            let mut result = unplayed(scenario);
            result.verdict = CaseVerdict::Error;
            result.reason = Some(Reason::new("harness-fault", why));
            result
        };
        let played = runtime().and_then(|runtime| runtime.block_on(self.guarded(scenario, play)));
        let mut result = played.map_or_else(failed, |played| judged(scenario, played));
        // How long it took here, and not there.
        result.duration_ms = begun.elapsed().as_secs_f64() * 1e3;
        result
    }

    async fn guarded(&self, scenario: &Scenario, play: Play) -> Result<Option<Played>, String> {
        let guard = Guard::default();
        let played = async {
            match &self.peer {
                Peer::Server(behaviour) => self.with_server(behaviour, scenario, play, &guard).await,
                Peer::Client(behaviour) => self.with_client(behaviour, scenario, play, &guard).await,
            }
        };
        tokio::select! {
            biased;
            played = played => played,
            () = guard.too_many() => Ok(None),
        }
    }

    pub(super) fn setting(&self, server: Option<InstanceId>, adapter: Adapter, play: Play) -> Setting {
        Setting {
            server,
            target: Arc::clone(&self.target),
            adapter: Some(Arc::new(adapter)),
            calibration: self.calibration,
            lag: Arc::<LagMonitor>::default(),
            publishing: Publishing::ByItself,
            ordeal: Arc::<Ordeal>::default(),
            absences: Arc::default(),
            habits: Arc::default(),
            patience: Arc::default(),
            keeps_transcript: self.keeps_transcripts,
            serial: play.serial,
            salt: play.salt,
        }
    }
}

/// A runtime whose clock stands while there is something to do.
pub(super) fn runtime() -> Result<Runtime, String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place: no socket can be made in this runtime")]
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.map_err(|error| format!("no runtime: {error}"))
}
