//! One connection to the peer: octets go out and come in, the oracle hears of every frame, and the transcript keeps them.
//!
//! A reader task takes in what comes as soon as it comes, so that a peer that answers while we write never blocks on us. A writer
//! task sends, answers PINGs, and ACKs events that nobody asked for, but never within a frame that the case is sending. The
//! player looks at the [`Inbox`] and waits for it to change; it never sleeps for something that the peer does.

mod ahead;
mod dial;
mod inbox;
mod incoming;
mod listen;
mod reader;
mod transcript;
mod watch;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use dial::{Dial, DialError, MemoryDial, Octets, Reach, Stream};
pub use inbox::{Answer, Closed, Inbox, Request};
pub use incoming::{Arrivals, Arrived, Incoming};
pub use listen::{Listening, Look, Shown};
pub use transcript::Transcript;
pub use watch::{Doubt, History, Watch};

use writer::Order;

/// How long we are silent at the most where the target's interval is not known: shorter than half of any interval in use.
const UNKNOWN: Duration = Duration::from_millis(200);

/// An open or closed connection.
#[derive(Debug)]
pub struct Connection {
    shared: Arc<Shared>,
    orders: mpsc::UnboundedSender<Order>,
    tasks: [JoinHandle<()>; 2],
    socket: Option<std::net::TcpStream>,
}

#[derive(Debug)]
struct Shared {
    name: String,
    inbox: Mutex<Inbox>,
    changed: Notify,
    transcript: Transcript,
    /// How long we may be silent once accepted.
    keepalive: Duration,
}

impl Shared {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // A poisoned lock means that a check of ours panicked; what it guards is still whole, each change being one step.
        self.inbox.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Why octets could not be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// The peer closed or reset the connection.
    Closed,
    /// The peer doesn't read what we send.
    Stuck,
}

impl Connection {
    /// Opens a connection. Where the target's keepalive interval is known, an accepted connection is kept alive by PONGs. A TLS
    /// handshake that the peer ends is no error here: the connection is closed then, as the peer
    /// meant it.
    ///
    /// # Errors
    /// The peer can't be reached.
    pub async fn open(
        name: &str,
        reach: &Reach,
        patience: Duration,
        keepalive: Option<Duration>,
        transcript: Transcript,
    ) -> Result<Self, DialError> {
        let watch = Watch::server();
        match tokio::time::timeout(patience, reach.open()).await {
            Err(_) => Err(DialError::TimedOut(patience)),
            Ok(Ok(opened)) => {
                transcript.event(name, true, "connected");
                Ok(Self::start(name, Some(opened.stream), opened.socket, keepalive, transcript, watch))
            }
            Ok(Err(DialError::Tls(why))) => {
                transcript.event(name, true, "connected");
                let connection = Self::start(name, None, None, None, transcript, watch);
                connection.ended_in_tls(&why);
                Ok(connection)
            }
            Ok(Err(error)) => Err(error),
        }
    }

    /// Takes a connection that a client under test opened.
    pub fn take(
        name: &str,
        arrived: Arrived,
        keepalive: Option<Duration>,
        transcript: Transcript,
        history: &History,
    ) -> Self {
        transcript.event(name, false, "connected");
        let watch = Watch::client(history);
        match arrived.stream {
            Ok(stream) => Self::start(name, Some(stream), arrived.socket, keepalive, transcript, watch),
            Err(why) => {
                let connection = Self::start(name, None, None, None, transcript, watch);
                connection.ended_in_tls(&why);
                connection
            }
        }
    }

    fn ended_in_tls(&self, why: &str) {
        let how = format!("in the TLS handshake: {why}");
        self.shared.transcript.event(&self.shared.name, false, &format!("closed {how}"));
        self.inbox().closed = Some(Closed { at: Instant::now(), how });
    }

    fn start(
        name: &str,
        stream: Option<Stream>,
        socket: Option<std::net::TcpStream>,
        keepalive: Option<Duration>,
        transcript: Transcript,
        watch: Watch,
    ) -> Self {
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            inbox: Mutex::new(Inbox::new(watch)),
            changed: Notify::new(),
            transcript,
            keepalive: keepalive.map_or(UNKNOWN, |interval| interval / 2),
        });
        let (orders, taken) = mpsc::unbounded_channel();
        let tasks = match stream {
            Some(stream) => {
                let (read, write) = tokio::io::split(stream);
                [
                    tokio::spawn(reader::run(Arc::clone(&shared), read, orders.clone())),
                    tokio::spawn(writer::run(Arc::clone(&shared), write, taken)),
                ]
            }
            None => [tokio::spawn(async {}), tokio::spawn(async {})],
        };
        Self { shared, orders, tasks, socket }
    }

    /// What came so far.
    pub fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.shared.inbox()
    }

    /// Waits until `decide` has an answer, looking again whenever something came, or until the deadline.
    pub async fn wait<T>(&self, deadline: Instant, mut decide: impl FnMut(&mut Inbox) -> Option<T>) -> Option<T> {
        loop {
            let changed = self.shared.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if let Some(decided) = decide(&mut self.inbox()) {
                return Some(decided);
            }
            if tokio::time::timeout_at(deadline, changed).await.is_err() {
                // Something may have come together with the deadline.
                return decide(&mut self.inbox());
            }
        }
    }

    /// The same, for as long as something comes within each `patience` that isn't only to keep the line alive, and `most` times that at
    /// the longest: a peer that has much to say comes to the rest later.
    pub async fn wait_while_it_speaks<T>(
        &self,
        patience: Duration,
        most: u32,
        mut decide: impl FnMut(&mut Inbox) -> Option<T>,
    ) -> Option<T> {
        let latest = Instant::now() + patience * most;
        loop {
            let said = self.inbox().awaited;
            let deadline = (Instant::now() + patience).min(latest);
            if let Some(decided) = self.wait(deadline, &mut decide).await {
                return Some(decided);
            }
            if self.inbox().awaited == said || Instant::now() >= latest {
                return None;
            }
        }
    }

    /// Sends octets in these segments, `gap` apart, and waits until they have been handed to the network.
    ///
    /// # Errors
    /// The connection is closed, or the peer reads so slowly that `patience` was not enough.
    pub async fn send(&self, segments: Vec<Vec<u8>>, gap: Duration, patience: Duration) -> Result<(), SendError> {
        let (done, sent) = oneshot::channel();
        if self.orders.send(Order::Send { segments, gap, done }).is_err() {
            return Err(SendError::Closed);
        }
        match tokio::time::timeout(patience, sent).await {
            Ok(Ok(true)) => Ok(()),
            Ok(_) => Err(SendError::Closed),
            Err(_) => Err(SendError::Stuck),
        }
    }

    /// From now on nothing is sent but what the case sends: no PONG, no ACK.
    pub fn mute(&self) {
        self.inbox().mute = true;
    }

    /// Sends the end of our direction (FIN, after close_notify where there is TLS) and leaves the other one open.
    pub async fn finish(&self, patience: Duration) {
        let (done, ended) = oneshot::channel();
        if self.orders.send(Order::Finish { done }).is_ok() {
            // A peer that has gone already needs no end.
            let _ = tokio::time::timeout(patience, ended).await;
        }
    }

    /// Ends the connection in an orderly way: the end of our direction, then up to `linger` for the peer's.
    pub async fn close(&self, linger: Duration, patience: Duration) {
        self.finish(patience).await;
        self.wait(Instant::now() + linger, |inbox| inbox.closed.is_some().then_some(())).await;
        self.abandon();
    }

    /// Ends the connection with a reset.
    pub fn reset(&mut self) {
        if let Some(socket) = &self.socket {
            // Without it the connection ends with FIN, which is a close as well.
            let _ = socket2::SockRef::from(socket).set_linger(Some(Duration::ZERO));
        }
        self.shared.transcript.event(&self.shared.name, true, "reset");
        self.abandon();
        self.socket = None;
    }

    /// Whether the case itself ended the connection.
    pub fn is_abandoned(&self) -> bool {
        self.inbox().abandoned
    }

    fn abandon(&self) {
        self.inbox().abandoned = true;
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
