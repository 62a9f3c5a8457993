//! Connections that a client under test opens, when it likes.

use std::fmt;
use std::io;
use std::sync::Arc;

use sinkcheck_spec::wire::ConnectionRequest;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

use super::dial::Stream;

/// So many connections may wait to be taken; a client that opens more waits for its turn.
const WAITING: usize = 64;

/// A connection that a client opened.
pub struct Arrived {
    /// Its octets; none where TLS failed.
    pub(super) stream: Result<Stream, String>,
    /// The same socket, to be reset.
    pub(super) socket: Option<std::net::TcpStream>,
    /// When it was opened.
    pub at: Instant,
    /// The certificate that the client showed, in DER.
    pub certificate: Option<Vec<u8>>,
    /// Its first request, where that was looked at and is one.
    pub request: Option<ConnectionRequest<'static>>,
    /// How often it had been changed what clients are shown over TLS.
    pub turn: usize,
}

impl fmt::Debug for Arrived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arrived({:?}, {})", self.at, if self.stream.is_ok() { "open" } else { "TLS failed" })
    }
}

impl Arrived {
    /// A connection without a network.
    pub fn in_memory(stream: Stream) -> Self {
        Self { stream: Ok(stream), socket: None, at: Instant::now(), certificate: None, request: None, turn: 0 }
    }

    /// One over TLS without a network, which was opened at this time; in words why, where TLS failed.
    pub fn over_tls_in_memory(stream: Result<Stream, String>, at: Instant) -> Self {
        Self { stream, socket: None, at, certificate: None, request: None, turn: 0 }
    }

    /// Whether the client has not ended it yet, as far as can be told without reading.
    pub fn is_open(&self) -> bool {
        match (&self.stream, &self.socket) {
            (Err(_), _) => false,
            (Ok(_), None) => true,
            // The socket doesn't block: nothing to read is an error, and the end is not.
            (Ok(_), Some(socket)) => match socket.peek(&mut [0]) {
                Ok(count) => count > 0,
                Err(error) => error.kind() == io::ErrorKind::WouldBlock,
            },
        }
    }

    /// What was said of TLS, where it failed.
    pub fn tls_failure(&self) -> Option<&str> {
        self.stream.as_ref().err().map(String::as_str)
    }
}

/// The connections that wait to be taken, the oldest first.
#[derive(Debug, Clone)]
pub struct Incoming(Arc<Mutex<mpsc::Receiver<Arrived>>>);

/// Where they come from.
pub type Arrivals = mpsc::Sender<Arrived>;

impl Incoming {
    /// An empty queue and its other end.
    pub fn channel() -> (Arrivals, Self) {
        let (arrivals, waiting) = mpsc::channel(WAITING);
        (arrivals, Self(Arc::new(Mutex::new(waiting))))
    }

    /// The next connection. `None` if none came by then, or none can come any more.
    pub async fn next(&self, deadline: Instant) -> Option<Arrived> {
        let mut waiting = self.0.lock().await;
        tokio::time::timeout_at(deadline, waiting.recv()).await.ok().flatten()
    }

    /// What waits and was not taken, where nobody waits for it any more.
    pub fn left(&self) -> Vec<Arrived> {
        let Ok(mut waiting) = self.0.try_lock() else { return Vec::new() };
        std::iter::from_fn(|| waiting.try_recv().ok()).collect()
    }
}
