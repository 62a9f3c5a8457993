//! What the options and the file of identities say about TLS, on either side.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde::Deserialize;
use sinkcheck_cases::yaml;

use super::typed::Proxy;
use crate::cli::exit::Failure;
use crate::proxy::UpstreamTls;
use crate::target::tls::{self, Shows};
use crate::target::{Address, Scheme};

/// The file of --identities.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identities {
    identities: Vec<Identity>,
}

/// What the server is shown for one client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Identity {
    client: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

/// What clients are shown, where they are.
pub(super) fn listening(typed: &Proxy, listen: &Address) -> Result<Option<Arc<ServerConfig>>, Failure> {
    let (certificate, key) = match (listen.scheme, &typed.certificate, &typed.key) {
        (Scheme::Tls, Some(certificate), Some(key)) => (certificate, key),
        (Scheme::Tls, ..) => {
            return Err(Failure::usage(format!(
                "--listen {listen}: with TLS clients are shown a certificate: --certificate FILE --key FILE"
            )));
        }
        (Scheme::Tcp, None, None) if typed.clients_ca.is_none() => return Ok(None),
        (Scheme::Tcp, ..) => {
            return Err(Failure::usage(format!(
                "--listen {listen}: --certificate, --key and --clients-ca are for tls://HOST:PORT"
            )));
        }
    };
    let shows = shows(certificate, key)?;
    let config = match &typed.clients_ca {
        Some(file) => tls::server_config_trusting(shows, roots(file)?),
        None => tls::server_config(shows),
    };
    config.map(Some).map_err(|error| Failure::usage(format!("{}: {error}", certificate.display())))
}

/// What the server is shown, where it is.
pub(super) fn upstream(typed: &Proxy, address: &Address) -> Result<Option<UpstreamTls>, Failure> {
    let has_options = typed.upstream_ca.is_some()
        || typed.upstream_name.is_some()
        || typed.upstream_certificate.is_some()
        || typed.upstream_key.is_some()
        || typed.identities.is_some();
    if address.scheme == Scheme::Tcp {
        return match has_options {
            false => Ok(None),
            true => Err(Failure::usage(format!(
                "--upstream {address}: --upstream-ca, --upstream-name, --upstream-certificate, --upstream-key and --identities are for tls://HOST:PORT"
            ))),
        };
    }
    let Some(authorities) = &typed.upstream_ca else {
        return Err(Failure::usage(format!(
            "--upstream {address}: with TLS the server's certificate is checked: --upstream-ca FILE says whose it may be"
        )));
    };
    let authorities = roots(authorities)?;
    let name = typed.upstream_name.clone().unwrap_or_else(|| address.host.clone());
    let name = ServerName::try_from(name.clone())
        .map_err(|_| Failure::usage(format!("--upstream-name {name}: this is no name of a server")))?;
    let otherwise = match (&typed.upstream_certificate, &typed.upstream_key) {
        (Some(certificate), Some(key)) => Some(config(&authorities, certificate, key)?),
        (None, None) if typed.identities.is_some() => None,
        (None, None) => {
            let config = tls::config(&authorities, Shows::Nothing);
            Some(config.map_err(|error| Failure::ours(format!("TLS: {error}")))?)
        }
        _ => return Err(Failure::usage("--upstream-certificate and --upstream-key go together")),
    };
    let by_certificate = match &typed.identities {
        Some(_) if typed.listen.starts_with("tcp:") => {
            return Err(Failure::usage("--identities: over TCP clients show no certificate; --listen tls://HOST:PORT"));
        }
        Some(file) => identities(file, &authorities)?,
        None => HashMap::new(),
    };
    Ok(Some(UpstreamTls { name, by_certificate, otherwise }))
}

fn identities(file: &Path, authorities: &RootCertStore) -> Result<HashMap<Vec<u8>, Arc<ClientConfig>>, Failure> {
    let mistake = |mistake: Box<yaml::Diagnostic>| Failure::mistakes(&[*mistake], false);
    let text = yaml::text_of(file).map_err(mistake)?;
    let (read, source) = yaml::read::<Identities>(&file.display().to_string(), &text).map_err(mistake)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut list = HashMap::new();
    for (index, Identity { client, certificate, key }) in read.identities.iter().enumerate() {
        let place = yaml::Path::top().key("identities").index(index).key("client");
        let client = tls::certificates(&folder.join(client))
            .map_err(|error| Failure::mistakes(&[source.error(&place, error.to_string())], false))?;
        let config = config(authorities, &folder.join(certificate), &folder.join(key))?;
        if list.insert(client[0].to_vec(), config).is_some() {
            let what = "another entry is for the same client's certificate";
            return Err(Failure::mistakes(&[source.error(&place, what)], false));
        }
    }
    if list.is_empty() {
        let what = "there is no identity in it; write `- { client: …, certificate: …, key: … }`";
        return Err(Failure::mistakes(&[source.error(&yaml::Path::top().key("identities"), what)], false));
    }
    Ok(list)
}

fn config(authorities: &RootCertStore, certificate: &Path, key: &Path) -> Result<Arc<ClientConfig>, Failure> {
    tls::config(authorities, shows(certificate, key)?)
        .map_err(|error| Failure::usage(format!("{}: {error}", certificate.display())))
}

fn shows(certificate: &Path, key: &Path) -> Result<Shows, Failure> {
    let failed = |error: tls::TlsError| Failure::usage(error.to_string());
    Ok(Shows::Certificate {
        certificate: tls::certificates(certificate).map_err(failed)?,
        key: tls::key(key).map_err(failed)?,
    })
}

fn roots(file: &Path) -> Result<RootCertStore, Failure> {
    tls::roots(file).map_err(|error| Failure::usage(error.to_string()))
}
