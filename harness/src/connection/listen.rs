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

use super::incoming::{Arrivals, Arrived, Incoming};

/// How long a client may take for its TLS handshake.
const TLS_PATIENCE: Duration = Duration::from_secs(10);

/// How long no connection is accepted when the system has no room for one.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket that listens until it is dropped.
#[derive(Debug)]
pub struct Listening {
    /// Where.
    pub address: SocketAddr,
    connected: watch::Receiver<bool>,
    task: JoinHandle<()>,
}

impl Listening {
    /// Listens at a host and port, 0 for any.
    ///
    /// # Errors
    /// The system says no: the port is in use, or the address isn't this machine's.
    pub async fn start(host: &str, port: u16, tls: Option<Arc<rustls::ServerConfig>>) -> io::Result<(Self, Incoming)> {
        let listener = TcpListener::bind((host, port)).await?;
        let address = listener.local_addr()?;
        let (arrivals, incoming) = Incoming::channel();
        let (is_connected, connected) = watch::channel(false);
        let task = tokio::spawn(accept(listener, tls.map(TlsAcceptor::from), arrivals, is_connected));
        Ok((Self { address, connected, task }, incoming))
    }

    /// Whether anything has connected.
    pub fn connected(&self) -> watch::Receiver<bool> {
        self.connected.clone()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    arrivals: Arrivals,
    is_connected: watch::Sender<bool>,
) {
    loop {
        // Nothing is accepted that nobody could take; the client's connection waits in the system.
        let Ok(place) = arrivals.clone().reserve_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                is_connected.send_replace(true);
                let (at, tls) = (Instant::now(), tls.clone());
                // A client that is long about its TLS handshake must not keep the next one waiting.
                tokio::spawn(async move {
                    if let Ok(arrived) = arrived(stream, tls, at).await {
                        place.send(arrived);
                    }
                });
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

async fn arrived(stream: TcpStream, tls: Option<TlsAcceptor>, at: Instant) -> io::Result<Arrived> {
    let stream = stream.into_std()?;
    let socket = Some(stream.try_clone()?);
    let stream = TcpStream::from_std(stream)?;
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        return Ok(Arrived { stream: Ok(Box::new(stream)), socket, at, certificate: None });
    };
    Ok(match tokio::time::timeout(TLS_PATIENCE, tls.accept(stream)).await {
        Ok(Ok(stream)) => {
            let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
            let certificate = shown.map(|certificate| certificate.to_vec());
            Arrived { stream: Ok(Box::new(stream)), socket, at, certificate }
        }
        Ok(Err(error)) => Arrived { stream: Err(error.to_string()), socket, at, certificate: None },
        Err(_) => {
            let why = format!("not done within {} s", TLS_PATIENCE.as_secs());
            Arrived { stream: Err(why), socket, at, certificate: None }
        }
    })
}
