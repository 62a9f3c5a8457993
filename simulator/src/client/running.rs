//! Starting and stopping, and what a client does between its connections.

use std::fmt;
use std::mem;
use std::sync::Arc;

use sinkcheck_spec::machine::{Backoff, ClientMachine};
use tokio::select;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::kept::Kept;
use super::session::{Seen, Session};
use super::state::Store;
use super::{
    Behaviour, ClientConfig, ClientControl, ClientError, ClientEvent, Connect, Disconnection, Observer, Sink, Stream,
};
use crate::connection::{End, drive};
use crate::deviation::Knobs;

/// Starts reference clients.
#[derive(Clone, Copy, Debug)]
pub struct Client;

/// What a client may have besides its configuration.
#[derive(Default)]
pub struct Equipment {
    /// Keeps what a client keeps beyond the process. Its ids count, not the configuration's; its events are sent first.
    pub store: Option<Store>,
    /// Takes the events that the client's application takes.
    pub sink: Option<Sink>,
    /// Hears what the client tells.
    pub observer: Option<Observer>,
}

impl fmt::Debug for Equipment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Equipment").field("store", &self.store).finish_non_exhaustive()
    }
}

/// A client that connects to its server, again and again. It stops when it is dropped, too.
#[derive(Debug)]
pub struct RunningClient {
    kept: Arc<Kept>,
    task: JoinHandle<()>,
}

impl Client {
    /// Starts a client on the tokio runtime of the caller. It connects at once.
    pub fn start(config: ClientConfig, behaviour: Behaviour, connector: impl Connect) -> RunningClient {
        Self::start_with(config, behaviour, connector, Equipment::default())
    }

    /// Like [`Client::start`], with more than it has to have.
    pub fn start_with(
        config: ClientConfig,
        behaviour: Behaviour,
        connector: impl Connect,
        equipment: Equipment,
    ) -> RunningClient {
        let Equipment { store, sink, observer } = equipment;
        let mut config = config;
        let knobs = Arc::new(behaviour.deviation.knobs());
        config.machine.first_message_id = knobs.first_message_id.unwrap_or(config.machine.first_message_id);
        config.machine.timers = knobs.timers.unwrap_or(config.machine.timers);
        let kept = Arc::new(Kept::new(&config, &knobs, store, sink));
        let started = Instant::now();
        let life = Life {
            kept: Arc::clone(&kept),
            config,
            behaviour,
            knobs,
            connector,
            observer,
            started,
            is_connected: false,
            waits: 0,
        };
        RunningClient { kept, task: tokio::spawn(life.run()) }
    }
}

impl RunningClient {
    /// What an adapter or a command needs. It may outlive the client.
    #[must_use]
    pub fn control(&self) -> ClientControl {
        ClientControl::new(Arc::clone(&self.kept))
    }

    /// Waits until the client ends by itself, and says why: it can't keep what it has to keep.
    pub async fn failure(&mut self) -> ClientError {
        // A task that panicked has ended as well.
        let _ = (&mut self.task).await;
        let inner = self.kept.lock();
        ClientError::NotKept(inner.failed().unwrap_or("the client ended").to_owned())
    }

    /// Ends its connection and all its attempts. Its state file is free afterwards.
    pub async fn stop(mut self) {
        self.kept.stop();
        self.task.abort();
        if !self.task.is_finished() {
            // Whether it was cancelled or had ended, it is over.
            let _ = (&mut self.task).await;
        }
    }
}

impl Drop for RunningClient {
    fn drop(&mut self) {
        self.kept.stop();
        self.task.abort();
    }
}

/// All that one client's task has.
struct Life<C> {
    kept: Arc<Kept>,
    config: ClientConfig,
    behaviour: Behaviour,
    connector: C,
    observer: Option<Observer>,
    /// The start of the machines' time.
    started: Instant,
    is_connected: bool,
    knobs: Arc<Knobs>,
    /// How often it has waited.
    waits: u32,
}

impl<C: Connect> Life<C> {
    async fn run(mut self) {
        let mut news = self.kept.news();
        let mut backoff = self.config.backoff.clone();
        loop {
            // Marked as heard before it is looked at, so that none is missed.
            news.mark_unchanged();
            let (life, failed) = {
                let inner = self.kept.lock();
                (inner.life, inner.failed().map(str::to_owned))
            };
            if let Some(problem) = failed {
                return self.tell(ClientEvent::Failed(problem));
            }
            select! {
                biased;
                // A new life has nothing but what is kept: neither the connection nor the waits.
                _ = news.changed() => {
                    backoff = self.config.backoff.clone();
                    if mem::take(&mut self.is_connected) {
                        self.tell(ClientEvent::Disconnected(Disconnection::Restarted));
                    }
                }
                () = self.live(life, &mut backoff) => {}
            }
        }
    }

    /// One attempt, and the wait after it.
    async fn live(&mut self, life: u64, backoff: &mut Backoff) {
        self.tell(ClientEvent::Connecting);
        let patience = self.config.machine.patience();
        match timeout(patience, self.connector.connect()).await {
            Ok(Ok(stream)) => {
                let seen = self.converse(stream, life).await;
                if self.kept.lock().failed().is_some() {
                    return;
                }
                if self.is_outdated(life) {
                    // The loop is about to hear of the new life.
                    return std::future::pending().await;
                }
                if seen.accepted {
                    backoff.accepted();
                    if self.knobs.stays_away {
                        return std::future::pending().await;
                    }
                }
            }
            Ok(Err(error)) => self.tell(ClientEvent::NotConnected(error.to_string())),
            Err(_) => self.tell(ClientEvent::NotConnected("no answer".to_owned())),
        }
        let mut wait = backoff.next_wait(self.kept.lock().jitter());
        if let Some(waits) = self.knobs.waits {
            wait = waits(self.waits);
        }
        self.waits += 1;
        self.tell(ClientEvent::Waiting(wait));
        sleep(wait).await;
    }

    /// One connection, until it is over.
    async fn converse(&mut self, stream: Stream, life: u64) -> Seen {
        let mut seen = Seen::default();
        let (machine, tap) = {
            let mut inner = self.kept.lock();
            if inner.life != life {
                return seen;
            }
            let config = Arc::new(self.config.machine.clone());
            let table = Arc::clone(&self.behaviour.table);
            let now = self.started.elapsed();
            let tap = self.behaviour.deviation.tap(&self.knobs, || inner.origin(now, config.keepalive_interval));
            inner.connections += 1;
            (ClientMachine::with_table(config, table, now, &mut inner.record), tap)
        };
        let (kept, started, observer) = (&*self.kept, self.started, &mut self.observer);
        let knobs = &*self.knobs;
        let session = Session { kept, life, machine, started, observer, seen: &mut seen, reason: None, knobs, tap };
        let wake = Arc::clone(&self.kept.wake);
        self.is_connected = true;
        let end = drive(stream, session, wake, started, self.config.machine.patience()).await;
        if self.is_outdated(life) {
            return seen;
        }
        self.is_connected = false;
        let because = match end {
            End::Stalled => Some(Disconnection::Stalled),
            End::Wanted => seen.because,
        };
        if let Some(because) = because {
            self.tell(ClientEvent::Disconnected(because));
        }
        seen
    }

    /// Whether another life has begun.
    fn is_outdated(&self, life: u64) -> bool {
        self.kept.lock().life != life
    }

    fn tell(&mut self, event: ClientEvent) {
        if let Some(observer) = &mut self.observer {
            observer(event);
        }
    }
}
