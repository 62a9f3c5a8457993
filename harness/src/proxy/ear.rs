//! What is heard of a connection, on its way to the judge.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use sinkcheck_spec::catalogue::Role;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout};

use crate::observe::Ending;

/// So many octets of a connection may wait for its judge.
const ROOM: usize = 256 << 10;

/// What a piece takes beside its octets.
const EACH: usize = 64;

/// How long a judge may hold its connection up in all, beside a fifth of the connection's age.
const GRACE: Duration = Duration::from_secs(1);

/// The part of a connection's age that its judge may hold it up.
const SHARE: u32 = 5;

/// Something that was heard.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) at: Duration,
    pub(super) what: What,
    /// The room that it takes until it was judged and recorded.
    pub(super) place: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
pub(super) enum What {
    Octets(Role, Bytes),
    Ended(Role, Ending),
    /// From here on nothing is heard any more.
    Lost,
}

/// Where the passing tells what it passes.
#[derive(Debug)]
pub(super) struct Ear(Option<Open>);

#[derive(Debug)]
struct Open {
    heard: mpsc::UnboundedSender<Heard>,
    room: Arc<Semaphore>,
    /// Told when the room is taken, for a judge that lets pieces gather.
    hurry: Arc<Notify>,
    /// When the times of the whole session count from.
    started: Instant,
    opened: Instant,
    held_up_us: AtomicU64,
    deaf: AtomicBool,
}

impl Ear {
    /// One that nobody listens to.
    pub(super) fn deaf() -> Self {
        Self(None)
    }

    /// One whose judge takes what it hears from the other end, and hurries when it is told to.
    pub(super) fn open(started: Instant) -> (Self, mpsc::UnboundedReceiver<Heard>, Arc<Notify>) {
        let (heard, taken) = mpsc::unbounded_channel();
        let hurry = Arc::new(Notify::new());
        let open = Open {
            heard,
            room: Arc::new(Semaphore::new(ROOM)),
            hurry: Arc::clone(&hurry),
            started,
            opened: Instant::now(),
            held_up_us: AtomicU64::new(0),
            deaf: AtomicBool::new(false),
        };
        (Self(Some(open)), taken, hurry)
    }

    /// Octets are about to be passed on. Waits where the judge is behind, but no longer than it may hold the connection up.
    pub(super) async fn octets(&self, from: Role, octets: &Bytes) {
        let Some(open) = &self.0 else { return };
        if open.deaf.load(Ordering::Relaxed) {
            return;
        }
        let at = open.started.elapsed();
        match open.place(octets.len()).await {
            Some(place) => open.tell(at, What::Octets(from, octets.clone()), Some(place)),
            None => {
                // The other direction may have found it out first.
                if !open.deaf.swap(true, Ordering::Relaxed) {
                    open.tell(at, What::Lost, None);
                }
            }
        }
    }

    /// A direction has ended.
    pub(super) fn ended(&self, from: Role, how: Ending) {
        let Some(open) = &self.0 else { return };
        if !open.deaf.load(Ordering::Relaxed) {
            open.tell(open.started.elapsed(), What::Ended(from, how), None);
            open.hurry();
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.hurry();
    }
}

impl Open {
    async fn place(&self, octets: usize) -> Option<OwnedSemaphorePermit> {
        let places = u32::try_from((octets + EACH).min(ROOM)).unwrap_or(u32::MAX);
        if let Ok(place) = Arc::clone(&self.room).try_acquire_many_owned(places) {
            return Some(place);
        }
        self.hurry();
        let held_up = Duration::from_micros(self.held_up_us.load(Ordering::Relaxed));
        let allowed = (GRACE + self.opened.elapsed() / SHARE).saturating_sub(held_up);
        let begun = Instant::now();
        let place = timeout(allowed, Arc::clone(&self.room).acquire_many_owned(places)).await;
        let waited = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.held_up_us.fetch_add(waited, Ordering::Relaxed);
        place.ok()?.ok()
    }

    /// The judge is to take now what has gathered.
    fn hurry(&self) {
        self.hurry.notify_one();
    }

    fn tell(&self, at: Duration, what: What, place: Option<OwnedSemaphorePermit>) {
        // A judge that has gone hears nothing, and that is its own matter.
        let _ = self.heard.send(Heard { at, what, place });
    }
}
