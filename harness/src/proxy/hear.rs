//! The judge of a connection, and its place in the record.

use std::collections::BTreeSet;
use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sinkcheck_reports::document::Reason;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Settings;
use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::ear::{Ear, Heard, What};
use super::record::Recorder;
use super::tell::{Tell, Trouble};
use crate::observe::{Found, Known, Ledger, Observed};

/// What came within this time of a deadline may be late by our own fault: nobody is blamed for it.
const SLACK: Duration = Duration::from_millis(250);

/// So many pieces are taken at a time.
const PIECES: usize = 32;

/// Where pieces come more often than this they gather for so long before the judge takes them: to be woken for each costs more than to
/// judge it.
const GATHER: Duration = Duration::from_millis(1);

/// A timer that is far away.
const FAR: Duration = Duration::from_secs(24 * 3600);

/// How connections are judged and recorded. Clones share everything.
#[derive(Clone)]
pub struct Watching(Arc<Inner>);

struct Inner {
    settings: Settings,
    started: Instant,
    runtime: Handle,
    recorder: Option<Recorder>,
    tell: Arc<dyn Tell>,
    /// The server behind the proxy, and its clients.
    known: Known,
    ledger: Mutex<Ledger>,
    /// The connections that are being heard.
    open: Mutex<BTreeSet<u64>>,
    finished: Notify,
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl Watching {
    /// Judges run in `runtime`, which should not be the one that passes the traffic. Times count from now.
    #[must_use]
    pub fn new(settings: Settings, runtime: Handle, recorder: Option<Recorder>, tell: Arc<dyn Tell>) -> Self {
        Self(Arc::new(Inner {
            settings: Settings { slack: SLACK, ..settings },
            started: Instant::now(),
            runtime,
            recorder,
            tell,
            known: Known::default(),
            ledger: Mutex::default(),
            open: Mutex::default(),
            finished: Notify::new(),
        }))
    }

    /// Listens to a connection that begins, until its ear is dropped. The identity is the one that both the client has and the server
    /// is shown, if there is one.
    pub(super) fn listen(&self, number: u64, about: String, identity: Option<Arc<str>>) -> Ear {
        let (ear, heard, hurry) = Ear::open(self.0.started);
        lock(&self.0.open).insert(number);
        let opened = self.0.started.elapsed();
        self.0.runtime.spawn(self.clone().hear(number, about, identity, opened, (heard, hurry)));
        ear
    }

    async fn hear(
        self,
        number: u64,
        about: String,
        identity: Option<Arc<str>>,
        opened: Duration,
        (mut heard, hurry): (mpsc::UnboundedReceiver<Heard>, Arc<Notify>),
    ) {
        let Inner { settings, started, recorder, tell, known, .. } = &*self.0;
        let observed = Observed::new(&number.to_string(), *settings, opened).about(about);
        let mut observed = observed.among(Arc::clone(known), identity);
        if let Some(recorder) = recorder {
            recorder.event(opened, number, Role::Client, "connected");
        }
        let (mut found, mut pieces) = (Vec::new(), Vec::new());
        let mut last_taken = *started;
        let mut timer = pin!(sleep_until(*started + FAR));
        loop {
            // Deadlines mostly move away. The timer follows only when it has rung, or when one comes nearer.
            if let Some(deadline) = observed.deadline() {
                let due = *started + deadline.min(started.elapsed() + FAR) + SLACK;
                if due < timer.deadline() || timer.is_elapsed() {
                    timer.as_mut().reset(due);
                }
            }
            let mut gathers = false;
            select! {
                biased;
                count = heard.recv_many(&mut pieces, PIECES) => {
                    if count == 0 {
                        break;
                    }
                    let now = Instant::now();
                    gathers = count < PIECES && now.duration_since(last_taken) < GATHER;
                    last_taken = now;
                    for piece in pieces.drain(..) {
                        self.piece(number, piece, &mut observed, &mut found);
                    }
                }
                () = &mut timer, if observed.deadline().is_some() => {
                    let now = started.elapsed().saturating_sub(SLACK);
                    if observed.deadline().is_some_and(|deadline| deadline <= now) {
                        observed.tick(now, &mut found);
                    }
                }
            }
            for found in found.drain(..) {
                tell.found(found);
            }
            if gathers {
                // Whoever waits for room is not kept waiting, and an end is heard at once.
                select! {
                    biased;
                    () = hurry.notified() => {}
                    () = sleep(GATHER) => {}
                }
            }
        }
        let outcome = observed.finish(started.elapsed());
        lock(&self.0.ledger).add(outcome);
        lock(&self.0.open).remove(&number);
        self.0.finished.notify_waiters();
    }

    fn piece(&self, number: u64, piece: Heard, observed: &mut Observed, found: &mut Vec<Found>) {
        let Inner { recorder, tell, .. } = &*self.0;
        let Heard { at, what, place } = piece;
        match what {
            What::Octets(from, octets) => {
                observed.octets(from, at, &octets, found);
                // Where something always comes the timer has no turn.
                let settled = at.saturating_sub(SLACK);
                if observed.deadline().is_some_and(|deadline| deadline <= settled) {
                    observed.tick(settled, found);
                }
                match recorder {
                    Some(recorder) => recorder.octets(at, number, from, octets, place),
                    None => drop(place),
                }
            }
            What::Ended(from, how) => {
                observed.closed(from, at, how, found);
                if let Some(recorder) = recorder {
                    recorder.event(at, number, from, how.name());
                }
            }
            What::Lost => {
                observed.lost(fell_behind());
                if let Some(recorder) = recorder {
                    // What follows isn't in the record, and whoever judges it has to know.
                    recorder.event(at, number, Role::Server, "lost");
                }
                tell.trouble(Trouble::Behind(format!(
                    "connection {number} brings more than can be judged meanwhile, so it goes on without a judge"
                )));
            }
        }
    }

    /// Waits until everything was heard, and takes what came of it. Judges that take longer than that are left behind.
    pub async fn finish(&self, patience: Duration) -> Ledger {
        let all = async {
            loop {
                let mut finished = pin!(self.0.finished.notified());
                finished.as_mut().enable();
                if lock(&self.0.open).is_empty() {
                    break;
                }
                finished.await;
            }
        };
        // What is left open is dealt with below.
        let _ = timeout(patience, all).await;
        let mut ledger = std::mem::take(&mut *lock(&self.0.ledger));
        let now = self.0.started.elapsed();
        for number in std::mem::take(&mut *lock(&self.0.open)) {
            let mut observed = Observed::new(&number.to_string(), self.0.settings, now);
            observed.lost(fell_behind());
            ledger.add(observed.finish(now));
        }
        ledger
    }
}

fn fell_behind() -> Reason {
    Reason::new("fell-behind", "its traffic came faster than it could be judged, so from then on it was only passed on")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each change is one step, so what a panic left behind is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
