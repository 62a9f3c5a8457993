//! Certificates and keys from PEM files.

use std::fmt::Display;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::ConfigError;

/// All certificates in a file; at least one. `field` is what names the file.
pub(crate) fn certificates(field: &str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ConfigError> {
    let wrong = |problem: &dyn Display| ConfigError::named_file(field, path, problem);
    let found = CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|error| wrong(&error))?;
    if found.is_empty() {
        return Err(wrong(&"holds no certificate"));
    }
    Ok(found)
}

/// The authorities in a file; at least one.
pub(crate) fn authorities(field: &str, path: &Path) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(field, path)? {
        roots.add(certificate).map_err(|error| ConfigError::named_file(field, path, error))?;
    }
    Ok(roots)
}

/// The first private key in a file.
pub(crate) fn key(field: &str, path: &Path) -> Result<PrivateKeyDer<'static>, ConfigError> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| ConfigError::named_file(field, path, error))
}
