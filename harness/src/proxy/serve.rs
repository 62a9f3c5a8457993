//! Accepts connections and sees each of them to its end.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::net::{TcpListener, TcpSocket, TcpStream, lookup_host};
use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::ear::Ear;
use super::hear::Watching;
use super::socket::Socket;
use super::tell::{Tell, Trouble};
use super::upstream::{NoWay, Upstream};
use super::{limits, pass};
use crate::target::{Address, Scheme};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 4096;

/// How long a client may take for its TLS handshake.
const TLS_PATIENCE: Duration = Duration::from_secs(10);

/// How long no connection is accepted when the system has no room for one.
const PAUSE: Duration = Duration::from_millis(100);

/// Where a proxy listens, where it passes to, and who hears it.
pub struct ProxyConfig {
    /// Where clients connect; without a port, at a free one.
    pub listen: Address,
    /// What clients are shown over TLS, where they are.
    pub listen_tls: Option<Arc<ServerConfig>>,
    /// Where their octets go.
    pub upstream: Upstream,
    /// How the connections are judged; `None`: they are only passed on.
    pub watching: Option<Watching>,
    /// After so many connections no more is accepted, and the proxy ends with the last of them.
    pub most: Option<u64>,
    /// Who is told what goes wrong.
    pub tell: Arc<dyn Tell>,
}

/// A proxy that listens.
pub struct Proxy {
    listener: TcpListener,
    address: SocketAddr,
    scheme: Scheme,
    room: usize,
    shared: Arc<Shared>,
    most: Option<u64>,
}

struct Shared {
    tls: Option<TlsAcceptor>,
    upstream: Upstream,
    watching: Option<Watching>,
    tell: Arc<dyn Tell>,
    numbers: AtomicU64,
    octets: AtomicU64,
}

/// What a proxy has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passed {
    /// How many connections it accepted.
    pub accepted: u64,
    /// How many of them it passed on to the server.
    pub connections: u64,
    /// How many octets it passed on, in both directions.
    pub octets: u64,
}

impl Proxy {
    /// Begins to listen. The limit of open files of this process is raised as far as the system lets it.
    ///
    /// # Errors
    /// The system says no: the port is in use, or the address isn't this machine's.
    pub async fn start(config: ProxyConfig) -> io::Result<Self> {
        let ProxyConfig { listen, listen_tls, upstream, watching, most, tell } = config;
        let listener = bind(&listen).await?;
        let address = listener.local_addr()?;
        let tls = listen_tls.map(TlsAcceptor::from);
        let (numbers, octets) = Default::default();
        let shared = Arc::new(Shared { tls, upstream, watching, tell, numbers, octets });
        Ok(Self { listener, address, scheme: listen.scheme, room: limits::connections(), shared, most })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> Address {
        Address { scheme: self.scheme, host: self.address.ip().to_string(), port: Some(self.address.port()) }
    }

    /// Passes connections on until it is told to stop, or as many as it should have come to their end. No error of one
    /// connection, and none of accepting, ends it.
    pub async fn run(self, mut stop: watch::Receiver<bool>) -> Passed {
        let Self { listener, room: places, shared, most, .. } = self;
        let room = Arc::new(Semaphore::new(places));
        let mut connections = JoinSet::new();
        let mut accepted = 0;
        while most.is_none_or(|most| accepted < most) {
            let place = select! {
                _ = stop.wait_for(|stop| *stop) => break,
                place = place(&room, places, &*shared.tell) => place,
            };
            let stream = select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = listener.accept() => accepted,
            };
            match stream {
                Ok((stream, peer)) => {
                    accepted += 1;
                    let shared = Arc::clone(&shared);
                    connections.spawn(async move {
                        shared.connection(stream, peer).await;
                        drop(place);
                    });
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(error) => {
                    let what = format!("no connection can be accepted for now: {error}; clients wait");
                    shared.tell.trouble(Trouble::Full(what));
                    sleep(PAUSE).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
        drop(listener);
        let all = async { while connections.join_next().await.is_some() {} };
        select! {
            _ = stop.wait_for(|stop| *stop) => {}
            () = all => {}
        }
        connections.shutdown().await;
        Passed {
            accepted,
            connections: shared.numbers.load(Ordering::Relaxed),
            octets: shared.octets.load(Ordering::Relaxed),
        }
    }
}

async fn bind(address: &Address) -> io::Result<TcpListener> {
    let mut failed = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in lookup_host((address.host.as_str(), address.port.unwrap_or_default())).await? {
        let listening = || {
            let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            socket.listen(BACKLOG)
        };
        match listening() {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

/// A place for another connection. Clients wait in the system while there is none.
async fn place(room: &Arc<Semaphore>, places: usize, tell: &dyn Tell) -> Option<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(room).try_acquire_owned() {
        return Some(place);
    }
    tell.trouble(Trouble::Full(format!(
        "the limit of open files allows no more connections than {places}: raise it (ulimit -n); clients wait meanwhile"
    )));
    Arc::clone(room).acquire_owned().await.ok()
}

impl Shared {
    async fn connection(&self, stream: TcpStream, peer: SocketAddr) {
        // Where it can't be set small messages are only slower.
        let _ = stream.set_nodelay(true);
        let (client, certificate) = match &self.tls {
            None => (Socket::Plain(stream), None),
            Some(tls) => {
                let failed = |why: String| {
                    self.tell.trouble(Trouble::ClientTls(format!("TLS with the client {peer} failed: {why}")));
                };
                match timeout(TLS_PATIENCE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
                        let shown = shown.map(|certificate| certificate.to_vec());
                        (Socket::Tls(Box::new(stream.into())), shown)
                    }
                    Ok(Err(error)) => return failed(error.to_string()),
                    Err(_) => return failed(format!("not done within {} s", TLS_PATIENCE.as_secs())),
                }
            }
        };
        let server = match self.upstream.open(certificate.as_deref()).await {
            Ok(server) => server,
            Err(no_way) => {
                let address = &self.upstream.address;
                self.tell.trouble(match no_way {
                    NoWay::Unreachable(why) => Trouble::Upstream(format!(
                        "the server at {address} can't be reached: {why}; the client's connection is closed. Does it listen there?"
                    )),
                    NoWay::Unmapped(why) => Trouble::Unmapped(format!(
                        "{why}, and there is no --upstream-certificate for others; its connection is closed"
                    )),
                });
                return;
            }
        };
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let ear = match &self.watching {
            Some(watching) => {
                let identity = certificate.as_deref().and_then(|shown| self.upstream.identity(shown));
                watching.listen(number, format!("the client is {peer}"), identity)
            }
            None => Ear::deaf(),
        };
        pass::pass(client, server, &ear, &self.octets).await;
    }
}

/// Whether accepting failed for a connection that was gone before it was accepted, so that the next may follow at once.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
