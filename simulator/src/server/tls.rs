//! TLS with certificates on both sides.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::config::{ConfigError, TlsConfig};

/// Reads the certificates, and requires one of each client.
pub(crate) fn acceptor(tls: &TlsConfig, base: &Path) -> Result<TlsAcceptor, ConfigError> {
    // Explicit, because what the process has by default depends on everything else that is linked into it.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = RootCertStore::empty();
    let ca = base.join(&tls.ca);
    for certificate in certificates("tls.ca", &ca)? {
        roots.add(certificate).map_err(|error| ConfigError::named_file("tls.ca", &ca, error))?;
    }
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .build()
        .map_err(|error| ConfigError::named_file("tls.ca", &ca, error))?;
    let chain = certificates("tls.certificate", &base.join(&tls.certificate))?;
    let key_file = base.join(&tls.key);
    let key = PrivateKeyDer::from_pem_file(&key_file)
        .map_err(|error| ConfigError::named_file("tls.key", &key_file, error))?;
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConfigError::field("tls", error))?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .map_err(|error| ConfigError::named_file("tls.key", &key_file, error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// All certificates in a file; at least one.
pub(crate) fn certificates(field: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let wrong = |problem: &dyn std::fmt::Display| ConfigError::named_file(field, path, problem);
    let found = CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| wrong(&error))?;
    if found.is_empty() {
        return Err(wrong(&"holds no certificate"));
    }
    Ok(found)
}
