//! TLS with certificates on both sides.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use tokio_rustls::TlsAcceptor;

use crate::config::{ConfigError, TlsConfig};
use crate::deviation::Trust;
use crate::deviation::trust::AnyClient;
use crate::pem::{authorities, certificates, key};

/// Reads the certificates, and requires one of each client.
pub(crate) fn acceptor(tls: &TlsConfig, base: &Path, trust: Trust) -> Result<TlsAcceptor, ConfigError> {
    // Explicit, because what the process has by default depends on everything else that is linked into it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let ca = base.join(&tls.ca);
    let roots = authorities("tls.ca", &ca)?;
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let clients = if trust == Trust::WithoutCertificate { clients.allow_unauthenticated() } else { clients };
    let mut clients = clients.build().map_err(|error| ConfigError::named_file("tls.ca", &ca, error))?;
    if trust == Trust::AnyAuthority {
        clients = Arc::new(AnyClient(clients));
    }
    let chain = certificates("tls.certificate", &base.join(&tls.certificate))?;
    let key_file = base.join(&tls.key);
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::field("tls", error))?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key("tls.key", &key_file)?)
        .map_err(|error| ConfigError::named_file("tls.key", &key_file, error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
