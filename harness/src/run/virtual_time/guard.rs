//! Bounds of a world in which time stands still: for a peer that does something again and again, and never waits.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, advance};

/// More connections than any case of ours has at any peer that waits between them.
const CONNECTIONS: usize = 4096;
/// Time goes on when there were so many reads or octets without it.
const READS: u32 = 4096;
const OCTETS: usize = 1 << 18;

/// Counts the connections of a world, and makes time pass where its peers never rest: what they say to each other takes time
/// anywhere else, so deadlines pass here, too.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    connections: AtomicUsize,
    too_many: Notify,
    unrest: Mutex<Unrest>,
    is_restless: Notify,
}

#[derive(Debug, Default)]
struct Unrest {
    /// When the last read was.
    at: Option<Instant>,
    reads: u32,
    octets: usize,
    /// How often time was made to pass since it last did by itself.
    steps: u32,
}

impl Guard {
    /// One more.
    pub(super) fn connects(&self) {
        if self.0.connections.fetch_add(1, Ordering::Relaxed) + 1 == CONNECTIONS {
            self.0.too_many.notify_one();
        }
    }

    /// A stream whose reads are counted.
    pub(super) fn watch(&self, stream: DuplexStream) -> Watched {
        Watched { stream, guard: self.clone() }
    }

    /// Ends when there have been too many connections. Until then it makes time pass where it has to.
    pub(super) async fn too_many(&self) {
        let time = async {
            loop {
                self.0.is_restless.notified().await;
                advance(self.step()).await;
            }
        };
        tokio::select! {
            biased;
            () = self.0.too_many.notified() => {}
            () = time => {}
        }
    }

    /// How much time is to pass next.
    fn step(&self) -> Duration {
        let mut unrest = self.unrest();
        let step = step(unrest.steps);
        unrest.steps += 1;
        // What passes by itself makes another time of it.
        unrest.at = Some(Instant::now() + step);
        step
    }

    fn read(&self, octets: usize) {
        let now = Instant::now();
        let mut unrest = self.unrest();
        if unrest.at != Some(now) {
            *unrest = Unrest { at: Some(now), ..Unrest::default() };
        }
        unrest.reads += 1;
        unrest.octets += octets;
        if unrest.reads >= READS || unrest.octets >= OCTETS {
            (unrest.reads, unrest.octets) = (0, 0);
            self.0.is_restless.notify_one();
        }
    }

    fn unrest(&self) -> std::sync::MutexGuard<'_, Unrest> {
        self.0.unrest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// From a millisecond, which matters to nobody, to a second, which is less than anybody's patience; where that is not the end of it, to
/// whatever ends it.
fn step(steps: u32) -> Duration {
    let doublings = match steps {
        0..10 => steps,
        10..60 => 10,
        _ => steps - 50,
    };
    Duration::from_millis(1 << doublings.min(24))
}

/// The suite's end of a connection in memory.
#[derive(Debug)]
pub(super) struct Watched {
    stream: DuplexStream,
    guard: Guard,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buf);
        if read.is_ready() {
            self.guard.read(buf.filled().len() - before);
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, octets)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{sleep, timeout};

    use super::super::world::runtime;
    use super::*;

    /// Octets without end, each as soon as the last was read; `pause` is waited between them.
    async fn restless(guard: &Guard, pause: Duration, limit: Duration) -> bool {
        let (ours, mut theirs) = duplex(1);
        let mut ours = guard.watch(ours);
        let talk = async {
            loop {
                theirs.write_all(b"x").await.expect("a reader");
                ours.read_u8().await.expect("a writer");
                if !pause.is_zero() {
                    sleep(pause).await;
                }
            }
        };
        tokio::select! {
            () = guard.too_many() => false,
            over = timeout(limit, talk) => { let _: Result<(), _> = over; true }
        }
    }

    #[test]
    fn a_limit_passes_where_peers_never_rest() {
        let hour = Duration::from_secs(3600);
        let is_over = runtime().expect("a runtime").block_on(restless(&Guard::default(), Duration::ZERO, hour));
        assert!(is_over);
    }

    #[test]
    fn no_time_is_added_where_they_do() {
        runtime().expect("a runtime").block_on(async {
            let (begun, guard, limit) = (Instant::now(), Guard::default(), Duration::from_secs(40));
            assert!(restless(&guard, Duration::from_millis(1), limit).await);
            assert_eq!(begun.elapsed(), limit);
        });
    }

    #[test]
    fn connections_without_end_end_a_world() {
        let guard = Guard::default();
        (0..CONNECTIONS).for_each(|_| guard.connects());
        runtime().expect("a runtime").block_on(guard.too_many());
    }
}
