//! Octets on their way to the peer.

use std::io;

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::Instant;

/// Octets that wait until the peer takes them. Whoever fills it asks for its length first; it has no bound of its own.
#[derive(Debug)]
pub(crate) struct Outgoing {
    octets: Vec<u8>,
    /// Everything before this index is written.
    written: usize,
    /// The stream may hold octets that it was given.
    unflushed: bool,
    /// When the peer last took something, or the first octet came to wait.
    progress: Instant,
    /// The most octets that the stream is given at once.
    segment: usize,
}

impl Outgoing {
    /// The room it keeps while it is empty, in octets.
    const KEPT: usize = 1 << 14;

    pub(crate) fn new() -> Self {
        Self { octets: Vec::new(), written: 0, unflushed: false, progress: Instant::now(), segment: usize::MAX }
    }

    /// From now on the stream is given so many octets at once, and takes those before there are more.
    pub(crate) fn limit_segments(&mut self, octets: usize) {
        self.segment = octets;
    }

    /// How many octets wait.
    pub(crate) fn len(&self) -> usize {
        self.octets.len() - self.written
    }

    /// Whether nothing waits, neither here nor in the stream.
    pub(crate) fn is_done(&self) -> bool {
        self.len() == 0 && !self.unflushed
    }

    /// When the peer last took something; `None` if nothing waits.
    pub(crate) fn waiting_since(&self) -> Option<Instant> {
        (!self.is_done()).then_some(self.progress)
    }

    pub(crate) fn push(&mut self, octets: &[u8]) {
        if self.is_done() {
            self.progress = Instant::now();
        }
        // Moving what is left only when at least as much was written bounds the moving by the octets pushed.
        if self.written >= self.len() {
            self.octets.drain(..self.written);
            self.written = 0;
        }
        self.octets.extend_from_slice(octets);
    }

    /// Gives the stream some of what waits, or flushes it. Nothing is lost where this is dropped before it ends.
    pub(crate) async fn advance<W: AsyncWrite + Unpin>(&mut self, stream: &mut W) -> io::Result<()> {
        let waiting = self.octets.get(self.written..).unwrap_or_default();
        if waiting.is_empty() {
            stream.flush().await?;
            self.unflushed = false;
        } else {
            let segment = waiting.get(..self.segment).unwrap_or(waiting);
            let count = stream.write(segment).await?;
            if count == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.written += count;
            self.unflushed = true;
        }
        self.progress = Instant::now();
        if self.len() == 0 {
            self.octets.clear();
            self.octets.shrink_to(Self::KEPT);
            self.written = 0;
        }
        Ok(())
    }

    /// Gives the stream all of it.
    pub(crate) async fn finish<W: AsyncWrite + Unpin>(&mut self, stream: &mut W) -> io::Result<()> {
        while !self.is_done() {
            self.advance(stream).await?;
        }
        Ok(())
    }
}
