//! TLS with certificates on both sides.

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

use crate::Credentials;
use crate::config::{ConfigError, TlsConfig};
use crate::deviation::Trust;
use crate::deviation::trust::AnyClient;
use crate::pem::{authorities, certificates, key};

/// Reads the certificates, and requires one of each client.
pub(crate) fn acceptor(tls: &TlsConfig, base: &Path, trust: Trust) -> Result<TlsAcceptor, ConfigError> {
    let ca = base.join(&tls.ca);
    let authorities = authorities("tls.ca", &ca)?;
    let certificate = certificates("tls.certificate", &base.join(&tls.certificate))?;
    let key_file = base.join(&tls.key);
    let credentials = Credentials { certificate, key: key("tls.key", &key_file)?, authorities };
    acceptor_with(credentials, trust, |field, error| {
        ConfigError::named_file(field, if field == "tls.ca" { &ca } else { &key_file }, error)
    })
}

/// With what was read. `wrong` makes an error of the field that can't be used, and why.
pub(crate) fn acceptor_with(
    credentials: Credentials,
    trust: Trust,
    wrong: impl Fn(&str, &dyn Display) -> ConfigError,
) -> Result<TlsAcceptor, ConfigError> {
    // Explicit, because what the process has by default depends on everything else that is linked into it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = Arc::new(credentials.authorities);
    let clients = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider));
    let clients = if trust == Trust::WithoutCertificate { clients.allow_unauthenticated() } else { clients };
    let mut clients = clients.build().map_err(|error| wrong("tls.ca", &error))?;
    if trust == Trust::AnyAuthority {
        clients = Arc::new(AnyClient(clients));
    }
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::field("tls", error))?
        .with_client_cert_verifier(clients)
        .with_single_cert(credentials.certificate, credentials.key)
        .map_err(|error| wrong("tls.key", &error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
