//! What all connections of a server have in common.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use sinkcheck_spec::machine::{self, Input, Table};
use tokio::time::Instant;

use super::Behaviour;
use super::clients::{Clients, Membership};
use crate::deviation::{Deviation, Harm, Knobs, LeftBehind, Origin, Takeover, Tap};

/// What all connections of a server have in common.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Arc<machine::ServerConfig>,
    pub(crate) table: Arc<Table>,
    pub(crate) knobs: Arc<Knobs>,
    /// The start of the machines' time.
    pub(crate) started: Instant,
    deviation: Deviation,
    clients: Arc<Clients>,
    /// The client that came first.
    first: OnceLock<usize>,
    /// It accepts no more connections.
    refuses: AtomicBool,
    /// What a connection has left for the next, be it the same client's or not.
    left_behind: Mutex<LeftBehind>,
}

impl Context {
    /// For a server of these clients that starts now.
    pub(crate) fn new(mut config: machine::ServerConfig, behaviour: Behaviour, clients: Arc<Clients>) -> Self {
        let Behaviour { table, deviation } = behaviour;
        let knobs = Arc::new(deviation.knobs());
        config.first_message_id = knobs.first_message_id.unwrap_or(config.first_message_id);
        config.timers = knobs.timers.unwrap_or(config.timers);
        Self {
            config: Arc::new(config),
            table,
            knobs,
            started: Instant::now(),
            deviation,
            clients,
            first: OnceLock::new(),
            refuses: AtomicBool::new(false),
            left_behind: Mutex::default(),
        }
    }

    /// What stands between this connection and its machine, if anything.
    pub(crate) fn tap(&self, membership: &Membership) -> Option<Box<Tap>> {
        let is_first_client = *self.first.get_or_init(|| membership.client_number()) == membership.client_number();
        self.deviation.tap(&self.knobs, || {
            let recorded_for_others = self.clients.recorded_except(membership.client_number());
            // Before the lock, which this takes itself.
            let connection = membership.earlier_connections();
            let shared = membership.lock();
            let record = shared.as_ref().map(|shared| &shared.record);
            Origin {
                now: self.started.elapsed(),
                interval: self.config.keepalive_interval,
                connection,
                is_first_client,
                recorded_for_others,
                recorded: record.and_then(|record| record.recorded).map(|id| id.0),
                is_quarantined: record.is_some_and(|record| record.quarantined.is_some()),
                server: Some(self.config.server_instance_id.0),
                left_behind: self.left_behind.lock().map(|mut left| std::mem::take(&mut *left)).unwrap_or_default(),
            }
        })
    }

    /// Whether a new connection is given up before anything is said.
    pub(crate) fn refuses(&self, membership: &Membership) -> bool {
        match self.knobs.takeover {
            Takeover::Connected => membership.take_over_unaccepted(),
            Takeover::NewerCloses if membership.has_rival() => return true,
            Takeover::Accepted | Takeover::OlderStays | Takeover::NewerCloses => {}
        }
        self.refuses.load(Ordering::Relaxed)
    }

    /// A connection closes: what that does to others.
    pub(crate) fn closes(&self, because: Input, tap: Option<&Tap>) {
        let harm = self.knobs.harm(because);
        match harm {
            Harm::Nothing => {}
            Harm::FrameGoesOn | Harm::HauntsNext => {
                let left = tap.and_then(|tap| tap.left_behind(harm)).unwrap_or_default();
                if let Ok(mut behind) = self.left_behind.lock() {
                    *behind = left;
                }
            }
            Harm::DropsOthers => {
                let clients = Arc::clone(&self.clients);
                // Elsewhere, because the client of the connection that closes is locked here.
                tokio::spawn(async move { clients.drop_connections() });
            }
            Harm::AcceptsNoMore => self.refuses.store(true, Ordering::Relaxed),
        }
    }
}
