//! What outlives a client's connections.

use std::fmt;
use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sinkcheck_spec::machine::{EventNumber, Outbox, OutboxFull, Output, ServerRecord};
use sinkcheck_spec::wire::{Event, InstanceId};
use thiserror::Error;
use tokio::sync::{Notify, watch};

use super::ClientConfig;
use super::state::{Identity, Store};
use crate::deviation::{Knobs, LeftBehind, Origin};

/// Takes each event that the client's application takes, before it is ACKed. An error ends the client: it can't say that
/// it has what it hasn't.
pub type Sink = Box<dyn FnMut(&Event<'static>) -> io::Result<()> + Send>;

/// Why a client doesn't do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClientError {
    /// Too many events wait to be delivered already.
    #[error(transparent)]
    OutboxFull(#[from] OutboxFull),
    /// What it keeps, or what its application takes, can't be written. The client has ended, or is about to.
    #[error("{0}")]
    NotKept(String),
    /// It has been stopped.
    #[error("the client is stopped")]
    Stopped,
}

/// What a client's connections, its loop and its controls share.
pub(crate) struct Kept {
    inner: Mutex<Inner>,
    /// Told when there may be an event to send, or the connection is to end.
    pub(crate) wake: Arc<Notify>,
    /// Tells the client's loop that a new life has begun, or that the last one has failed.
    news: watch::Sender<()>,
}

/// What is behind the lock. The lock is never held across a wait.
pub(crate) struct Inner {
    pub(crate) record: ServerRecord,
    /// Which of the client's lives this is: connections of an earlier one touch the record no more.
    pub(crate) life: u64,
    /// How many connections this client has had, over its lives.
    pub(crate) connections: u64,
    /// What the last of them has left for the next.
    pub(crate) left_behind: LeftBehind,
    wiped_keeps_id: bool,
    described: Identity,
    /// How many lines of an events file have been taken.
    lines: u64,
    store: Option<Store>,
    sink: Option<Sink>,
    rng: fastrand::Rng,
    stopped: bool,
    failed: Option<String>,
}

impl Kept {
    pub(crate) fn new(config: &ClientConfig, knobs: &Knobs, store: Option<Store>, sink: Option<Sink>) -> Self {
        let described = Identity { client: config.client_instance_id, server: config.server_instance_id };
        let mut record = ServerRecord::new(described.client, described.server);
        let mut store = store;
        let mut failed = None;
        let mut lines = 0;
        if let Some(store) = &mut store {
            let identity = store.identity();
            lines = store.lines_taken();
            record = ServerRecord::new(identity.client, identity.server);
            for event in store.take_unanswered() {
                // The store holds no more than an outbox does.
                if let Err(error) = record.outbox.push(event) {
                    failed = Some(error.to_string());
                }
            }
        }
        let rng = config.seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        let inner = Inner {
            record,
            life: 0,
            connections: 0,
            left_behind: LeftBehind::default(),
            wiped_keeps_id: knobs.wiped_keeps_id,
            described,
            lines,
            store,
            sink,
            rng,
            stopped: false,
            failed,
        };
        Self { inner: Mutex::new(inner), wake: Arc::default(), news: watch::Sender::new(()) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        // Each change under the lock is complete in itself, so a panic elsewhere spoils nothing.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Learns of each new life, and of a failure.
    pub(crate) fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// Changes what is kept, and begins a new life: connections end, the client connects again at once.
    pub(crate) fn begin_anew(
        &self,
        change: impl FnOnce(&mut Inner) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        let mut inner = self.lock();
        inner.check()?;
        let changed = change(&mut inner);
        inner.life += 1;
        drop(inner);
        self.news.send_replace(());
        self.wake.notify_one();
        changed
    }

    /// Takes events for the server, and wakes whoever is to send them.
    pub(crate) fn publish(&self, events: Vec<(Event<'static>, Option<u64>)>) -> Result<Vec<EventNumber>, ClientError> {
        let published = self.lock().publish(events);
        if matches!(published, Err(ClientError::NotKept(_))) {
            self.news.send_replace(());
        }
        self.wake.notify_one();
        published
    }

    /// Gives the state file free, and takes nothing more.
    pub(crate) fn stop(&self) {
        let mut inner = self.lock();
        inner.stopped = true;
        inner.life += 1;
        // Whatever they hold is given free now, however long controls live.
        drop(mem::take(&mut inner.store));
        drop(mem::take(&mut inner.sink));
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl Inner {
    fn check(&self) -> Result<(), ClientError> {
        match &self.failed {
            _ if self.stopped => Err(ClientError::Stopped),
            Some(problem) => Err(ClientError::NotKept(problem.clone())),
            None => Ok(()),
        }
    }

    /// Why the client can't go on, if it can't.
    pub(crate) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Notes that something couldn't be written: the client ends.
    fn keep(&mut self, what: &str, written: io::Result<()>) -> Result<(), ClientError> {
        written.map_err(|error| {
            let problem = format!("{what}: {error}");
            self.failed = Some(problem.clone());
            ClientError::NotKept(problem)
        })
    }

    fn store(&mut self, write: impl FnOnce(&mut Store) -> io::Result<()>) -> Result<(), ClientError> {
        let Some(store) = &mut self.store else { return Ok(()) };
        let what = store.path().display().to_string();
        let written = write(store);
        self.keep(&what, written)
    }

    /// Takes events for the server, as many as there is room for, oldest first. Each may say how many lines of an events
    /// file have been taken with it.
    fn publish(&mut self, mut events: Vec<(Event<'static>, Option<u64>)>) -> Result<Vec<EventNumber>, ClientError> {
        self.check()?;
        events.truncate(Outbox::CAPACITY.saturating_sub(self.record.outbox.unanswered()));
        // Written before they count as taken.
        let first = self.record.outbox.next_number().0;
        let numbered = (first..).map(EventNumber).zip(&events).map(|(number, (event, lines))| (number, event, *lines));
        self.store(|store| store.queued(numbered))?;
        let mut numbers = Vec::with_capacity(events.len());
        for (event, lines) in events {
            numbers.push(self.record.outbox.push(event)?);
            self.lines = lines.unwrap_or(self.lines);
        }
        Ok(numbers)
    }

    /// How many lines of an events file have been taken.
    pub(crate) fn lines_taken(&self) -> u64 {
        self.lines
    }

    /// Keeps what the machine's output says has changed, before anything follows from it.
    pub(crate) fn note(&mut self, output: &Output) -> Result<(), ClientError> {
        match output {
            Output::ServerIdChanged(id) => self.store(|store| store.server_id(*id)),
            Output::EventDelivered(number) | Output::EventRefused { number, .. } => {
                self.store(|store| store.answered(*number))?;
                self.compact_if_due()
            }
            Output::Deliver(event) => {
                let Some(sink) = &mut self.sink else { return Ok(()) };
                let written = sink(event);
                self.keep("an event that was delivered", written)
            }
            _ => Ok(()),
        }
    }

    fn compact_if_due(&mut self) -> Result<(), ClientError> {
        let Some(mut store) = self.store.take_if(|store| store.is_compaction_due()) else { return Ok(()) };
        let what = store.path().display().to_string();
        let written = store.compact(self.record.outbox.iter());
        self.store = Some(store);
        self.keep(&what, written)
    }

    /// Puts the client into this state: no events, nothing delivered.
    pub(crate) fn become_client(&mut self, identity: Identity) -> Result<(), ClientError> {
        self.store(|store| store.begin(identity))?;
        self.record = ServerRecord::new(identity.client, identity.server);
        self.lines = 0;
        self.connections = 0;
        Ok(())
    }

    /// The state that the client began in, as its configuration describes it.
    pub(crate) fn described(&self) -> Identity {
        self.described
    }

    /// An id that is not the client's.
    pub(crate) fn another_id(&mut self) -> InstanceId {
        let own = self.record.client_instance_id;
        if self.wiped_keeps_id {
            return own;
        }
        // One of 2^32 is the same, so this ends.
        std::iter::repeat_with(|| InstanceId(self.rng.u32(..))).find(|&id| id != own).unwrap_or(own)
    }

    /// Whose connection begins now.
    pub(crate) fn origin(&mut self, now: Duration, interval: Duration) -> Origin {
        Origin {
            now,
            interval,
            connection: self.connections,
            is_first_client: true,
            recorded: None,
            recorded_for_others: Vec::new(),
            is_quarantined: false,
            server: self.record.server_instance_id.map(|id| id.0),
            left_behind: mem::take(&mut self.left_behind),
        }
    }

    /// Any number, to vary a wait with.
    pub(crate) fn jitter(&mut self) -> u32 {
        self.rng.u32(..)
    }
}
