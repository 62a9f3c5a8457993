//! The way to the server.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::socket::Socket;
use crate::target::Address;

/// How long the server may take to be reached, TLS included.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the server is, and how it is spoken to.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Where it is.
    pub address: Address,
    /// How TLS is spoken to it, where it is.
    pub tls: Option<UpstreamTls>,
}

/// How TLS is spoken to the server. Nobody but a client has its private key, so the server is shown another certificate.
#[derive(Clone, Debug)]
pub struct UpstreamTls {
    /// The name in the server's certificate.
    pub name: ServerName<'static>,
    /// What the server is shown for a client that showed this certificate, in DER.
    pub by_certificate: HashMap<Vec<u8>, Arc<ClientConfig>>,
    /// What it is shown for every other client; such clients are closed if it is absent.
    pub otherwise: Option<Arc<ClientConfig>>,
}

/// Why a client's connection can't be passed on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoWay {
    /// The server can't be reached.
    Unreachable(String),
    /// The client showed a certificate that no identity is kept for, or none.
    Unmapped(&'static str),
}

impl Upstream {
    /// Opens a connection for a client that showed this certificate.
    pub(super) async fn open(&self, certificate: Option<&[u8]>) -> Result<Socket, NoWay> {
        let config = match &self.tls {
            None => None,
            Some(tls) => {
                let own = certificate.and_then(|certificate| tls.by_certificate.get(certificate));
                let config = own.or(tls.otherwise.as_ref()).ok_or(NoWay::Unmapped(match certificate {
                    Some(_) => "a client showed a certificate that --identities has no entry for",
                    None => "a client showed no certificate, so no entry of --identities is for it",
                }))?;
                Some((Arc::clone(config), tls.name.clone()))
            }
        };
        let unreachable = |error: io::Error| NoWay::Unreachable(error.to_string());
        let open = async {
            let port = self.address.port.unwrap_or_default();
            let tcp = TcpStream::connect((self.address.host.as_str(), port)).await.map_err(unreachable)?;
            tcp.set_nodelay(true).map_err(unreachable)?;
            let Some((config, name)) = config else { return Ok(Socket::Plain(tcp)) };
            match TlsConnector::from(config).connect(name, tcp).await {
                Ok(stream) => Ok(Socket::Tls(Box::new(stream.into()))),
                Err(error) => Err(NoWay::Unreachable(format!("TLS: {error}"))),
            }
        };
        match timeout(PATIENCE, open).await {
            Ok(opened) => opened,
            Err(_) => Err(NoWay::Unreachable(format!("no connection within {} s", PATIENCE.as_secs()))),
        }
    }
}
