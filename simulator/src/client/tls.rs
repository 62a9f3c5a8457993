//! TLS with certificates on both sides.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::ServerName;
use serde::Deserialize;
use tokio_rustls::TlsConnector;

use super::Behaviour;
use super::connect::{Connect, Stream, TcpConnect};
use crate::Credentials;
use crate::config::ConfigError;
use crate::deviation::Trust;
use crate::deviation::trust::LenientAboutServers;
use crate::pem::{authorities, certificates, key};

/// A client's certificate and whom it trusts. All files are PEM files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientTls {
    /// The client's certificate, and those between it and the authority, if any.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities that issue the server's certificate.
    pub ca: PathBuf,
    /// The name or address that the server's certificate has to be for; the host that is connected to, unless given.
    #[serde(default)]
    pub server_name: Option<String>,
}

/// TLS over TCP. The handshake checks the server's certificate and its name before there is a stream at all, so nothing
/// is said to a server that isn't trusted (`identity.server-certificate-checked`, `identity.server-name-checked`).
#[derive(Clone)]
pub struct TlsConnect {
    tcp: TcpConnect,
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl TlsConnect {
    /// A server at this host and port. Paths are relative to the folder `base`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a file that can't be used, and a name that is none.
    pub fn new(host: impl Into<String>, port: u16, tls: &ClientTls, base: &Path) -> Result<Self, ConfigError> {
        Self::trusting(host, port, tls, base, &Behaviour::default())
    }

    /// Like [`TlsConnect::new`], for a client that may trust other servers than the reference.
    ///
    /// # Errors
    ///
    /// As [`TlsConnect::new`].
    pub fn trusting(
        host: impl Into<String>,
        port: u16,
        tls: &ClientTls,
        base: &Path,
        behaviour: &Behaviour,
    ) -> Result<Self, ConfigError> {
        let tcp = TcpConnect::new(host, port).for_behaviour(behaviour);
        let name = tls.server_name.clone().unwrap_or_else(|| tcp.host().to_owned());
        let problem = format!("{name:?} is neither a host's name nor an address");
        let name = ServerName::try_from(name).map_err(|_| ConfigError::field("tls.server_name", problem))?;
        let certificate = certificates("tls.certificate", &base.join(&tls.certificate))?;
        let key_file = base.join(&tls.key);
        let authorities = authorities("tls.ca", &base.join(&tls.ca))?;
        let credentials = Credentials { certificate, key: key("tls.key", &key_file)?, authorities };
        let connector =
            connector(credentials, behaviour, |error| ConfigError::named_file("tls.key", &key_file, error))?;
        Ok(Self { tcp, name, connector })
    }
}

/// `wrong_key` makes an error of why the key can't be used.
fn connector(
    credentials: Credentials,
    behaviour: &Behaviour,
    wrong_key: impl Fn(&dyn Display) -> ConfigError,
) -> Result<TlsConnector, ConfigError> {
    // Explicit, because what the process has by default depends on everything else that is linked into it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = credentials.authorities;
    let config = rustls::ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::field("tls", error))?;
    let config = match behaviour.deviation.knobs().trust {
        Trust::Proven => config.with_root_certificates(roots),
        trust => {
            let strict = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
            let strict = strict.map_err(|error| ConfigError::field("tls.ca", error))?;
            config.dangerous().with_custom_certificate_verifier(Arc::new(LenientAboutServers { strict, trust }))
        }
    };
    let config =
        config.with_client_auth_cert(credentials.certificate, credentials.key).map_err(|error| wrong_key(&error))?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// TLS over whatever opens a stream, with a server whose certificate has to be for this name.
///
/// # Errors
///
/// [`ConfigError`] for credentials that can't be used, and a name that is none.
pub fn connect_over_tls<C: Connect>(
    below: C,
    server_name: String,
    credentials: Credentials,
    behaviour: &Behaviour,
) -> Result<OverTls<C>, ConfigError> {
    let problem = format!("{server_name:?} is neither a host's name nor an address");
    let name = ServerName::try_from(server_name).map_err(|_| ConfigError::field("tls.server_name", problem))?;
    let connector = connector(credentials, behaviour, |error| ConfigError::field("tls.key", error))?;
    Ok(OverTls { below, name, connector })
}

/// TLS over whatever opens a stream: [`connect_over_tls`].
pub struct OverTls<C> {
    below: C,
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl<C: Connect> Connect for OverTls<C> {
    async fn connect(&mut self) -> io::Result<Stream> {
        let stream = self.below.connect().await?;
        Ok(Box::new(self.connector.connect(self.name.clone(), stream).await?))
    }
}

impl Connect for TlsConnect {
    async fn connect(&mut self) -> io::Result<Stream> {
        let stream = self.tcp.open().await?;
        Ok(Box::new(self.connector.connect(self.name.clone(), stream).await?))
    }
}
