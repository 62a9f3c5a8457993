//! Sockets that accept connections, whatever goes wrong with one of them.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::ClientRecord;
use sinkcheck_spec::wire::QuarantineReason;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::StartError;
use super::clients::{Client, Clients};
use super::connection::serve;
use super::context::Context;
use crate::config::{ListenerConfig, Scheme};
use crate::connection::{close, ignore};
use crate::deviation::{Closing, Trust};

/// The connections that a server has at most, over all listeners; more are closed when they are accepted.
pub(crate) const MAX_CONNECTIONS: usize = 4096;

/// How long a listener waits when the system has no room for another connection. Trying on at once would only take away
/// the time that the others need to end.
const PAUSE: Duration = Duration::from_millis(100);

/// Where a server listens. It prints as an address, `tcp://127.0.0.1:4000`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The socket's address, with the port that the system chose where 0 was asked for.
    pub address: SocketAddr,
    /// What the octets travel over.
    pub scheme: Scheme,
    /// Which client speaks there; `None` where its certificate says so.
    pub client: Option<String>,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.address)
    }
}

/// How a listener learns whose connection it has.
#[derive(Clone)]
pub(crate) enum Identify {
    /// It is always this client's.
    As(Arc<Client>),
    /// By the certificate.
    ByCertificate(TlsAcceptor),
}

/// What a listener needs for its connections.
#[derive(Clone)]
pub(crate) struct Reception {
    pub(crate) identify: Identify,
    pub(crate) clients: Arc<Clients>,
    pub(crate) context: Arc<Context>,
    pub(crate) room: Arc<Semaphore>,
}

/// Something that accepts connections.
pub(crate) trait Accept: Send {
    fn accept(&mut self) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

impl Accept for TcpListener {
    async fn accept(&mut self) -> io::Result<TcpStream> {
        TcpListener::accept(self).await.map(|(stream, _)| stream)
    }
}

/// Binds a listener's socket.
pub(crate) async fn bind(listener: &ListenerConfig) -> Result<(TcpListener, Listening), StartError> {
    let address = &listener.address;
    let failed = |source| StartError::Listen { address: address.clone(), source };
    let host = address.host.trim_start_matches('[').trim_end_matches(']');
    let socket = TcpListener::bind((host, address.port)).await.map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    Ok((socket, Listening { address: bound, scheme: address.scheme, client: listener.client.clone() }))
}

/// Accepts and serves connections until it is stopped or its stopper is gone. No error of one connection, and none of
/// accepting, ends it (isolation.accepts-after-bad-input, accepts-after-sudden-end).
pub(crate) async fn accept_loop(mut listener: impl Accept, reception: Reception, mut stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        select! {
            _ = stop.changed() => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok(stream) => {
                    if let Ok(permit) = Arc::clone(&reception.room).try_acquire_owned() {
                        let reception = reception.clone();
                        connections.spawn(async move {
                            reception.receive(stream).await;
                            drop(permit);
                        });
                    }
                }
                Err(error) if concerns_one_connection(&error) => {}
                Err(_) => sleep(PAUSE).await,
            },
        }
    }
    connections.shutdown().await;
}

impl Reception {
    async fn receive(&self, stream: TcpStream) {
        // Answers are small and wait for nothing. Where it can't be set, they are only slower.
        let _ = stream.set_nodelay(true);
        if self.context.knobs.closing == Closing::Reset {
            // Where it can't be set, the end is an orderly one.
            let _ = stream.set_zero_linger();
        }
        match &self.identify {
            Identify::As(client) => serve(stream, client.join(), &self.context).await,
            Identify::ByCertificate(acceptor) => receive_over_tls(stream, acceptor, &self.clients, &self.context).await,
        }
    }
}

/// Serves whomever the certificate proves that it is.
pub(super) async fn receive_over_tls<S: AsyncRead + AsyncWrite + Send + Unpin>(
    stream: S,
    acceptor: &TlsAcceptor,
    clients: &Clients,
    context: &Context,
) {
    let handshake = timeout(context.config.patience(), acceptor.accept(stream));
    let Ok(Ok(stream)) = handshake.await else { return };
    let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let client = certificate.and_then(|certificate| clients.with_certificate(certificate));
    let trust = context.knobs.trust;
    let client = client.or_else(|| taken_for_a_client(trust, clients, certificate.is_some())).cloned();
    match client {
        Some(client) => serve(stream, client.join(), context).await,
        None if trust == Trust::UnknownWait => ignore(stream).await,
        None if trust == Trust::UnknownRejected => {
            let record = ClientRecord::new(None, QuarantineReason::new(&[][..], "unknown").ok());
            serve(stream, Arc::new(Client::new(record, None)).join(), context).await;
        }
        None => close(stream).await,
    }
}

/// Whom a peer is taken for that no client's certificate proves to be one: nobody, unless the server trusts too much.
fn taken_for_a_client(trust: Trust, clients: &Clients, has_certificate: bool) -> Option<&Arc<Client>> {
    let is_taken = match trust {
        Trust::WithoutCertificate => !has_certificate,
        Trust::AnyAuthority | Trust::UnknownClients => has_certificate,
        Trust::Proven | Trust::UnknownWait | Trust::UnknownRejected | Trust::AnyName | Trust::Expired => false,
    };
    is_taken.then(|| clients.anybody()).flatten()
}

/// Whether accepting failed for a connection that was gone before it was accepted, so that the next may follow at once.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use sinkcheck_spec::machine;
    use tokio::io::AsyncReadExt as _;
    use tokio::time::Instant;

    use super::*;
    use crate::server::Behaviour;

    /// Fails in these ways first, each time as soon as it is asked.
    struct Failing(VecDeque<io::Error>, TcpListener);

    impl Accept for Failing {
        async fn accept(&mut self) -> io::Result<TcpStream> {
            match self.0.pop_front() {
                Some(error) => Err(error),
                None => Accept::accept(&mut self.1).await,
            }
        }
    }

    fn reception(connections: usize) -> Reception {
        let client = Client::new(ClientRecord::default(), None);
        let clients = Arc::new(Clients::new([("known".to_owned(), client)]));
        let client = Arc::clone(clients.named("known").expect("a known client"));
        let context = Context::new(machine::ServerConfig::default(), Behaviour::default(), Arc::clone(&clients));
        let room = Arc::new(Semaphore::new(connections));
        Reception { identify: Identify::As(client), clients, context: Arc::new(context), room }
    }

    /// Serves with room for so many connections after these errors, and tells where.
    async fn serve_after(errors: Vec<io::Error>, connections: usize) -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(accept_loop(Failing(errors.into(), listener), reception(connections), stopped));
        (address, stop)
    }

    /// Asks for another protocol version, and reads the rejection to the end.
    async fn is_served(stream: &mut TcpStream) -> bool {
        use tokio::io::AsyncWriteExt as _;
        let sent = stream.write_all(&[0, 1, 0x0f]).await;
        let mut answer = Vec::new();
        sent.is_ok() && stream.read_to_end(&mut answer).await.is_ok() && answer == [0, 1, 0x14]
    }

    #[tokio::test]
    async fn no_error_of_accepting_ends_a_listener() {
        let too_many_files = || io::Error::from_raw_os_error(24);
        let aborted = || io::Error::from(io::ErrorKind::ConnectionAborted);
        let errors = vec![aborted(), too_many_files(), aborted(), too_many_files(), io::Error::other("anything")];
        let started = Instant::now();
        let (address, _stop) = serve_after(errors, 1).await;
        let mut stream = TcpStream::connect(address).await.expect("it listens");
        assert!(is_served(&mut stream).await);
        assert!(started.elapsed() >= 3 * PAUSE, "it waits where the next try would fail for the same reason");
    }

    #[tokio::test]
    async fn connections_beyond_the_room_are_closed_and_make_way_for_later_ones() {
        let (address, _stop) = serve_after(vec![], 1).await;
        let mut first = TcpStream::connect(address).await.expect("it listens");
        let mut second = TcpStream::connect(address).await.expect("it listens");
        // The end, or a reset: the server never read.
        assert!(matches!(second.read(&mut [0]).await, Ok(0) | Err(_)));
        assert!(is_served(&mut first).await);
        drop(first);
        // The place is free once the first one's task has ended, which nothing outside shows.
        loop {
            let mut third = TcpStream::connect(address).await.expect("it listens");
            if is_served(&mut third).await {
                break;
            }
        }
    }

    #[tokio::test]
    async fn a_listener_ends_with_its_stopper() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (stop, stopped) = watch::channel(false);
        let listening = tokio::spawn(accept_loop(listener, reception(1), stopped));
        drop(stop);
        listening.await.expect("no panic");
    }
}
