//! Verifiers of certificates that look away, for peers that trust whom they shouldn't.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::Trust;

/// Takes any certificate of a client, or none.
#[derive(Debug)]
pub(crate) struct AnyClient(pub(crate) Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for AnyClient {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        // No hint: whoever has any certificate shows it.
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
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Looks away from one thing that may be wrong with a server's certificate.
#[derive(Debug)]
pub(crate) struct LenientAboutServers {
    pub(crate) strict: Arc<WebPkiServerVerifier>,
    pub(crate) trust: Trust,
}

impl LenientAboutServers {
    fn forgives(&self, error: &Error) -> bool {
        let Error::InvalidCertificate(error) = error else { return false };
        match self.trust {
            Trust::AnyAuthority => true,
            Trust::AnyName => {
                matches!(error, CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })
            }
            Trust::Expired => matches!(error, CertificateError::Expired | CertificateError::ExpiredContext { .. }),
            Trust::Proven
            | Trust::WithoutCertificate
            | Trust::UnknownClients
            | Trust::UnknownWait
            | Trust::UnknownRejected => false,
        }
    }
}

impl ServerCertVerifier for LenientAboutServers {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.strict.verify_server_cert(end_entity, intermediates, name, ocsp, now) {
            Err(error) if self.forgives(&error) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.strict.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.strict.supported_verify_schemes()
    }
}
