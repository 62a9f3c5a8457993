//! Listening for a client under test, over TCP or TLS.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::ahead;
use super::dial::Stream;
use super::incoming::{Arrivals, Arrived, Incoming};

/// How long a client may take for its TLS handshake.
const TLS_PATIENCE: Duration = Duration::from_secs(10);

/// How long a client has for its request, where it is looked at, before its connection is handed on without one.
const REQUEST_PATIENCE: Duration = Duration::from_secs(3);

/// How long no connection is accepted when the system has no room for one.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket that listens until it is dropped.
#[derive(Debug)]
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    connected: watch::Receiver<bool>,
    shows: watch::Sender<Shows>,
    task: JoinHandle<()>,
}

/// What clients are shown over TLS.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The certificate, and how it is shown.
    pub config: Arc<rustls::ServerConfig>,
    /// Whether a right client trusts it.
    pub is_trusted: bool,
}

/// What clients are shown now; nothing over TCP.
#[derive(Debug, Clone, Default)]
struct Shows {
    tls: Option<Shown>,
    /// How often that was changed.
    turn: usize,
}

/// Whether it is looked at who a client is before its connection is handed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Whoever comes is the one.
    Never,
    /// The first request is looked at.
    Ahead,
}

impl Listening {
    /// Listens at a host and port, 0 for any.
    ///
    /// # Errors
    /// The system says no: the port is in use, or the address isn't this machine's.
    pub async fn start(host: &str, port: u16, tls: Option<Shown>, look: Look) -> io::Result<(Self, Incoming)> {
        let listener = TcpListener::bind((host, port)).await?;
        let address = listener.local_addr()?;
        let (arrivals, incoming) = Incoming::channel();
        let (shows, shown) = watch::channel(Shows { tls, turn: 0 });
        let (is_connected, connected) = watch::channel(false);
        let task = tokio::spawn(accept(listener, shown, look, arrivals, is_connected));
        Ok((Self { address, connected, shows, task }, incoming))
    }

    /// Stops listening; then the port is free.
    pub async fn close(mut self) {
        self.task.abort();
        // It was told to end, so it doesn't end well.
        let _ = (&mut self.task).await;
    }

    /// Whether anything has connected.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.connected.clone()
    }

    /// From now on clients are shown this. The turn that connections have from then on.
    pub fn show(&self, tls: Option<Shown>) -> usize {
        let turn = self.shows.borrow().turn + 1;
        self.shows.send_replace(Shows { tls, turn });
        turn
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    shown: watch::Receiver<Shows>,
    look: Look,
    arrivals: Arrivals,
    is_connected: watch::Sender<bool>,
) {
    loop {
        // Nothing is accepted that nobody could take; the client's connection waits in the system.
        let Ok(place) = arrivals.clone().reserve_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                is_connected.send_replace(true);
                let (at, shows) = (Instant::now(), shown.borrow().clone());
                // A client that is long about its TLS handshake must not keep the next one waiting.
                tokio::spawn(async move {
                    if let Ok(arrived) = arrived(stream, shows, look, at).await {
                        place.send(arrived);
                    }
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Whether the first octet that comes is none of a TLS handshake.
async fn speaks_plainly(stream: &TcpStream) -> bool {
    const HANDSHAKE_RECORD: u8 = 22;
    let mut first = [0];
    let came = tokio::time::timeout(TLS_PATIENCE, stream.peek(&mut first)).await;
    matches!(came, Ok(Ok(1))) && first != [HANDSHAKE_RECORD]
}

async fn arrived(stream: TcpStream, shows: Shows, look: Look, at: Instant) -> io::Result<Arrived> {
    let stream = stream.into_std()?;
    let socket = Some(stream.try_clone()?);
    let stream = TcpStream::from_std(stream)?;
    stream.set_nodelay(true)?;
    let mut certificate = None;
    let stream: Result<Stream, String> = match shows.tls {
        None => Ok(Box::new(stream)),
        // It is heard all the same: what it says to whom it doesn't trust is what the case is about.
        Some(shown) if !shown.is_trusted && speaks_plainly(&stream).await => Ok(Box::new(stream)),
        Some(shown) => match tokio::time::timeout(TLS_PATIENCE, TlsAcceptor::from(shown.config).accept(stream)).await {
            Ok(Ok(stream)) => {
                let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
                certificate = shown.map(|certificate| certificate.to_vec());
                Ok(Box::new(stream))
            }
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err(format!("not done within {} s", TLS_PATIENCE.as_secs())),
        },
    };
    let (stream, request) = match stream {
        Ok(stream) if look == Look::Ahead => {
            let (stream, request) = ahead::look(stream, REQUEST_PATIENCE).await;
            (Ok(stream), request)
        }
        stream => (stream, None),
    };
    Ok(Arrived { stream, socket, at, certificate, request, turn: shows.turn })
}
