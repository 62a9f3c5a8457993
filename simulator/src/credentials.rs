//! What a peer shows of itself over TLS, and whom it trusts.

use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A certificate with its key, and the authorities of the other side.
#[derive(Debug)]
pub struct Credentials {
    /// The certificate, and those between it and the authority, if any.
    pub certificate: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
    /// The authorities that issue the other side's certificates.
    pub authorities: RootCertStore,
}

impl Clone for Credentials {
    fn clone(&self) -> Self {
        Self { certificate: self.certificate.clone(), key: self.key.clone_key(), authorities: self.authorities.clone() }
    }
}
