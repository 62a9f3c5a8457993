//! How the harness speaks TLS, as each client or as a server: certificates that are read, and those that it makes up.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{ClientConfig, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme};

use super::TlsConfig;

/// What a client shows of itself.
pub(crate) enum Shows {
    Nothing,
    Certificate { certificate: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static> },
}

/// Why TLS can't be set up; names the file.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {why}")]
pub(crate) struct TlsError {
    file: String,
    why: String,
}

impl TlsError {
    fn new(file: &Path, why: impl std::fmt::Display) -> Self {
        Self { file: file.display().to_string(), why: why.to_string() }
    }
}

/// The authorities of a PEM file.
pub(crate) fn roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::new(file, format!("not an authority's certificate: {error}")))?;
    }
    Ok(roots)
}

/// The certificates of a PEM file, of which there is at least one.
pub(crate) fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = std::fs::read(file).map_err(|error| TlsError::new(file, format!("can't be read: {error}")))?;
    let list: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let list = list.map_err(|error| TlsError::new(file, format!("not a certificate in PEM: {error}")))?;
    if list.is_empty() {
        return Err(TlsError::new(file, "no certificate in PEM is in it"));
    }
    Ok(list)
}

/// The private key of a PEM file.
pub(crate) fn key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let text = std::fs::read(file).map_err(|error| TlsError::new(file, format!("can't be read: {error}")))?;
    PrivateKeyDer::from_pem_slice(&text).map_err(|error| TlsError::new(file, format!("not a key in PEM: {error}")))
}

/// A certificate that no server can trust: it is signed by itself, made up now.
pub(crate) fn untrusted() -> Result<Shows, rcgen::Error> {
    self_signed(vec!["stranger.invalid".to_owned()])
}

/// A configuration that trusts these authorities and shows this.
pub(crate) fn config(roots: &RootCertStore, shows: Shows) -> Result<TlsConfig, rustls::Error> {
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

/// A certificate for these names that is signed by itself, made up now.
pub(crate) fn self_signed(names: Vec<String>) -> Result<Shows, rcgen::Error> {
    let made = rcgen::generate_simple_self_signed(names)?;
    let key =
        PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    Ok(Shows::Certificate { certificate: vec![made.cert.der().clone()], key })
}

/// A configuration of a server that shows this, asks for the client's certificate and takes any, or none: it only tells clients
/// apart by it.
pub(crate) fn server_config(shows: Shows) -> Result<Arc<rustls::ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    verifying(shows, Arc::new(AnyClient(provider)))
}

/// A configuration of a server that shows this and takes only clients with a certificate of these authorities.
pub(crate) fn server_config_trusting(
    shows: Shows,
    clients: RootCertStore,
) -> Result<Arc<rustls::ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(clients), provider).build();
    verifying(shows, verifier.map_err(|error| rustls::Error::General(error.to_string()))?)
}

fn verifying(shows: Shows, verifier: Arc<dyn ClientCertVerifier>) -> Result<Arc<rustls::ServerConfig>, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier);
    let Shows::Certificate { certificate, key } = shows else {
        return Err(rustls::Error::General("a server shows a certificate".to_owned()));
    };
    let mut config = builder.with_single_cert(certificate, key)?;
    // Each connection shows the certificate anew; a resumed one would hide that a client doesn't look at it.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// Takes whatever certificate a client shows, if it holds the key to it.
#[derive(Debug)]
struct AnyClient(Arc<rustls::crypto::CryptoProvider>);

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
