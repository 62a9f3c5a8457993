//! How a server is reached.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::Behaviour;
use crate::deviation::Closing;

/// A connection's octets, over whatever transport.
pub trait Octets: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Octets for S {}

/// A connection's stream. What has to be checked about the server has been when there is one: a client sends its request
/// as soon as it has it.
pub type Stream = Box<dyn Octets>;

/// Something that reaches a server, each time anew.
pub trait Connect: Send + 'static {
    /// Opens a connection. An attempt that is given up is dropped.
    ///
    /// # Errors
    ///
    /// Why there is none. The client tries again later.
    fn connect(&mut self) -> impl Future<Output = io::Result<Stream>> + Send;
}

/// Plain TCP, which proves neither side's identity.
#[derive(Clone, Debug)]
pub struct TcpConnect {
    host: String,
    port: u16,
    resets: bool,
}

impl TcpConnect {
    /// A server at this host, a name or an address (an IPv6 one with or without brackets), and port.
    #[must_use]
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        let host: String = host.into();
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map(str::to_owned);
        Self { host: bare.unwrap_or(host), port, resets: false }
    }

    /// The same, for a client that may end its connections otherwise than the reference.
    #[must_use]
    pub fn for_behaviour(mut self, behaviour: &Behaviour) -> Self {
        self.resets = behaviour.deviation.knobs().closing == Closing::Reset;
        self
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) async fn open(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        // Events are small and wait for nothing. Where it can't be set, they are only slower.
        let _ = stream.set_nodelay(true);
        if self.resets {
            // Where it can't be set, the end is an orderly one.
            let _ = stream.set_zero_linger();
        }
        Ok(stream)
    }
}

impl Connect for TcpConnect {
    async fn connect(&mut self) -> io::Result<Stream> {
        Ok(Box::new(self.open().await?))
    }
}

/// Connects as the function does: a stream in memory, one that is cut on purpose, or an error.
pub fn connect_with<F, S>(open: F) -> impl Connect
where
    F: FnMut() -> io::Result<S> + Send + 'static,
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    struct With<F>(F);

    impl<F, S> Connect for With<F>
    where
        F: FnMut() -> io::Result<S> + Send + 'static,
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        async fn connect(&mut self) -> io::Result<Stream> {
            Ok(Box::new((self.0)()?))
        }
    }

    With(open)
}
