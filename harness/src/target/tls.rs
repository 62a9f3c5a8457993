//! How the harness speaks TLS as each client: certificates that are read, and those that it makes up.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::TlsConfig;

/// What a client shows of itself.
pub(super) enum Shows {
    Nothing,
    Certificate { certificate: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static> },
}

/// Why TLS can't be set up; names the file.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {why}")]
pub(super) struct TlsError {
    file: String,
    why: String,
}

impl TlsError {
    fn new(file: &Path, why: impl std::fmt::Display) -> Self {
        Self { file: file.display().to_string(), why: why.to_string() }
    }
}

/// The authorities of a PEM file.
pub(super) fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::new(file, format!("not an authority's certificate: {error}")))?;
    }
    Ok(roots)
}

/// The certificates of a PEM file, of which there is at least one.
pub(super) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = std::fs::read(file).map_err(|error| TlsError::new(file, format!("can't be read: {error}")))?;
    let list: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let list = list.map_err(|error| TlsError::new(file, format!("not a certificate in PEM: {error}")))?;
    if list.is_empty() {
        return Err(TlsError::new(file, "no certificate in PEM is in it"));
    }
    Ok(list)
}

/// The private key of a PEM file.
pub(super) fn key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = std::fs::read(file).map_err(|error| TlsError::new(file, format!("can't be read: {error}")))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| TlsError::new(file, format!("not a key in PEM: {error}")))
}

/// A certificate that no server can trust: it is signed by itself, made up now.
pub(super) fn untrusted() -> Result<Shows, rcgen::Error> {
    let made = rcgen::generate_simple_self_signed(vec!["stranger.invalid".to_owned()])?;
    let key =
        PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    Ok(Shows::Certificate { certificate: vec![made.cert.der().clone()], key })
}

/// A configuration that trusts these authorities and shows this.
pub(super) fn config(roots: &RootCertStore, shows: Shows) -> Result<TlsConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots.clone());
    let mut config = match shows {
        Shows::Nothing => builder.with_no_client_auth(),
        Shows::Certificate { certificate, key } => builder.with_client_auth_cert(certificate, key)?,
    };
    // Each connection proves its identity anew; a resumed one would hide that a server doesn't ask.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(Arc::new(config))
}
