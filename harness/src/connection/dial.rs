//! Opening a connection, over TCP or TLS.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::target::Address;

/// A stream of octets, whatever is below it.
pub type Stream = Box<dyn Octets>;

/// What a stream must be able to do.
pub trait Octets: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Octets for T {}

/// How to reach a peer as a certain client.
#[derive(Clone)]
pub struct Dial {
    /// Where it is.
    pub address: Address,
    /// How TLS is spoken, where it is.
    pub tls: Option<(Arc<rustls::ClientConfig>, ServerName<'static>)>,
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dial({})", self.address)
    }
}

/// Why a peer can't be reached.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// The network says no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// No port is known yet.
    #[error("the address has no port")]
    NoPort,
    /// TLS failed.
    #[error("TLS: {0}")]
    Tls(String),
    /// It is not for us to connect.
    #[error("it connects by itself")]
    ByItself,
    /// Nothing answered.
    #[error("no connection within {} ms, TLS included where it is spoken", .0.as_millis())]
    TimedOut(Duration),
}

impl DialError {
    /// Whether nothing listens there. Neither slowness nor load explains that.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused)
    }
}

/// How a case comes by a connection.
#[derive(Clone, Debug)]
pub enum Reach {
    /// It opens one to a server.
    Dial(Dial),
    /// It opens one to a server in this process, without a network.
    Memory(MemoryDial),
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dial(dial) => dial.address.fmt(f),
            Self::Memory(_) => f.write_str("memory"),
        }
    }
}

impl Reach {
    pub(super) async fn open(&self) -> Result<Opened, DialError> {
        match self {
            Self::Dial(dial) => dial.open().await,
            Self::Memory(memory) => Ok(Opened { stream: (memory.0)().await?, socket: None }),
        }
    }
}

/// Opens a connection to a server in this process.
#[derive(Clone)]
pub struct MemoryDial(Arc<dyn Fn() -> Opening + Send + Sync>);

type Opening = Pin<Box<dyn Future<Output = Result<Stream, DialError>> + Send>>;

impl MemoryDial {
    /// By this function, which makes a server serve the other end of the stream that it returns.
    pub fn new(open: impl Fn() -> Stream + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || {
            let stream = open();
            Box::pin(async { Ok(stream) })
        }))
    }

    /// Over TLS on the stream that this function returns.
    pub fn over_tls(
        open: impl Fn() -> Stream + Send + Sync + 'static,
        config: Arc<rustls::ClientConfig>,
        name: ServerName<'static>,
    ) -> Self {
        let connector = TlsConnector::from(config);
        Self(Arc::new(move || {
            let (stream, connector, name) = (open(), connector.clone(), name.clone());
            Box::pin(async move {
                match connector.connect(name, stream).await {
                    Ok(stream) => Ok(Box::new(stream) as Stream),
                    Err(error) => Err(DialError::Tls(error.to_string())),
                }
            })
        }))
    }
}

impl fmt::Debug for MemoryDial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryDial")
    }
}

pub(super) struct Opened {
    pub(super) stream: Stream,
    /// The same socket, to be reset.
    pub(super) socket: Option<std::net::TcpStream>,
}

impl Dial {
    async fn open(&self) -> Result<Opened, DialError> {
        let port = self.address.port.ok_or(DialError::NoPort)?;
        let tcp = TcpStream::connect((self.address.host.as_str(), port)).await?.into_std()?;
        let socket = tcp.try_clone()?;
        let tcp = TcpStream::from_std(tcp)?;
        tcp.set_nodelay(true)?;
        let Some((config, name)) = &self.tls else {
            return Ok(Opened { stream: Box::new(tcp), socket: Some(socket) });
        };
        let connector = TlsConnector::from(Arc::clone(config));
        match connector.connect(name.clone(), tcp).await {
            Ok(stream) => Ok(Opened { stream: Box::new(stream), socket: Some(socket) }),
            Err(error) => Err(DialError::Tls(error.to_string())),
        }
    }
}
