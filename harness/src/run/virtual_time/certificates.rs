//! What TLS is spoken with where there is no network: an authority, and what it and nobody else issued, made up once in a process.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sinkcheck_cases::language::{Certificate, Fixture};
use sinkcheck_simulator::Credentials;

use crate::target::tls::{self, Shows};

/// The name that a client under test looks for.
pub(super) const SERVER_NAME: &str = "sink.test";

/// Everybody's certificates.
pub(super) struct Certificates {
    /// Of a server under test.
    pub(super) server: Credentials,
    /// Of a client under test.
    pub(super) client: Credentials,
    /// As whom a server is met that its certificate must keep out.
    strangers: BTreeMap<Fixture, Arc<rustls::ClientConfig>>,
    /// What a client is shown.
    shown: BTreeMap<Certificate, Arc<rustls::ServerConfig>>,
}

static MADE: LazyLock<Result<Certificates, String>> =
    LazyLock::new(|| Certificates::make().map_err(|error| format!("no certificates can be made: {error}")));

impl Certificates {
    /// Those of this process.
    ///
    /// # Errors
    /// They can't be made.
    pub(super) fn made() -> Result<&'static Self, String> {
        MADE.as_ref().map_err(Clone::clone)
    }

    /// How a server is met as one of those that its certificate must keep out; none for any other.
    pub(super) fn stranger(&self, fixture: Fixture) -> Option<Arc<rustls::ClientConfig>> {
        self.strangers.get(&fixture).cloned()
    }

    /// What a client is shown; there is one for each kind.
    pub(super) fn shown(&self, kind: Certificate) -> Option<Arc<rustls::ServerConfig>> {
        self.shown.get(&kind).cloned()
    }

    fn make() -> Result<Self, Box<dyn std::error::Error>> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let root = params.self_signed(&key)?.der().clone();
        let authority = Issuer::new(params, key);
        let mut authorities = RootCertStore::empty();
        authorities.add(root)?;
        let issue = |name: &str, has_expired: bool| -> Result<_, rcgen::Error> {
            let mut params = CertificateParams::new(vec![name.to_owned()])?;
            if has_expired {
                params.not_after = date_time_ymd(2020, 1, 1);
            }
            let key = KeyPair::generate()?;
            let certificate: CertificateDer<'static> = params.signed_by(&key, &authority)?.der().clone();
            let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
            Ok((vec![certificate], key))
        };
        let credentials = |name: &str| -> Result<_, rcgen::Error> {
            let (certificate, key) = issue(name, false)?;
            Ok(Credentials { certificate, key, authorities: authorities.clone() })
        };
        let shows = |name: &str, has_expired: bool| -> Result<_, rcgen::Error> {
            let (certificate, key) = issue(name, has_expired)?;
            Ok(Shows::Certificate { certificate, key })
        };
        let strangers = [
            (Fixture::Anonymous, Shows::Nothing),
            (Fixture::Untrusted, tls::untrusted()?),
            (Fixture::Unknown, shows("stranger.test", false)?),
        ];
        let shown = [
            (Certificate::Trusted, shows(SERVER_NAME, false)?),
            (Certificate::WrongName, shows("elsewhere.test", false)?),
            (Certificate::WrongAuthority, tls::self_signed(vec![SERVER_NAME.to_owned()])?),
            (Certificate::Expired, shows(SERVER_NAME, true)?),
        ];
        let strangers = strangers.map(|(fixture, shows)| Ok((fixture, tls::config(&authorities, shows)?)));
        let shown = shown.map(|(kind, shows)| Ok((kind, tls::server_config(shows)?)));
        Ok(Self {
            server: credentials(SERVER_NAME)?,
            client: credentials("client.test")?,
            strangers: strangers.into_iter().collect::<Result<_, rustls::Error>>()?,
            shown: shown.into_iter().collect::<Result<_, rustls::Error>>()?,
        })
    }
}
