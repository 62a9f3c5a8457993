//! What a case is played with, and how long the target has for what.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sinkcheck_spec::wire::InstanceId;

use super::patience::{FEW, MANY};
use super::{Calibration, Habits, LagMonitor, Ordeal, Patience};
use crate::target::{Adapter, ClientReach, Target};

/// What a case is played with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The target.
    pub target: Arc<Target>,
    /// Its adapter, if it has one.
    pub adapter: Option<Arc<Adapter>>,
    /// How fast and in what order it answers.
    pub calibration: Calibration,
    /// The server's instance id, as far as it is known.
    pub server: Option<InstanceId>,
    /// How late this machine is.
    pub lag: Arc<LagMonitor>,
    /// How a client under test comes to publish.
    pub publishing: Publishing,
    /// What the server has been through; a fresh one for a server that is fresh.
    pub ordeal: Arc<Ordeal>,
    /// How much patience is left in this run.
    pub patience: Arc<Patience>,
    /// How often a client was waited for in vain.
    pub absences: Arc<AtomicUsize>,
    /// What is known of the target's habits.
    pub habits: Arc<Habits>,
    /// Whether what is exchanged is kept, to be shown.
    pub keeps_transcript: bool,
    /// Which play of the run it is.
    pub serial: u64,
    /// Makes events of this run differ from those of another one.
    pub salt: u64,
}

/// How long a client under test has for its first connection.
pub(crate) const FIRST_CONNECTION: Duration = Duration::from_secs(20);

/// How long it has for each further one: a minute, and a tenth, and some more.
const RECONNECT: Duration = Duration::from_secs(70);

/// How a client under test comes to publish the events that a case wants of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Publishing {
    /// It was told how many when it was launched, or does so by itself.
    #[default]
    ByItself,
    /// Its adapter makes it.
    ByAdapter,
}

impl Setting {
    /// How long an answer is waited for that must come.
    pub fn patience(&self) -> Duration {
        self.patience.left(&self.calibration)
    }

    /// How long a client under test has until it connects for the first time: it may have to be started.
    pub fn first_connection(&self) -> Duration {
        FIRST_CONNECTION
    }

    /// How long a client under test has until it connects again. Clients in the field wait for up to a minute. One that nobody
    /// launched has all of that, each time: the run ends when it is gone.
    pub fn reconnect(&self, is_judged: bool) -> Duration {
        let is_attached =
            self.target.client.as_ref().is_some_and(|client| matches!(client.reach, ClientReach::Attached(_)));
        match self.absences.load(Ordering::Relaxed) {
            _ if is_judged || is_attached => RECONNECT,
            ..FEW => RECONNECT,
            FEW..MANY => RECONNECT / 4,
            MANY.. => RECONNECT / 8,
        }
    }
}
