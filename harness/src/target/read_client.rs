//! From a target file to a client under test.

use std::collections::BTreeMap;

use sinkcheck_cases::language::{Certificate, Fixture};
use sinkcheck_spec::wire::InstanceId;

use super::address::{Address, Scheme};
use super::client::{ClientIdentity, ClientReach, ClientTarget, ServerTls};
use super::file::CertificateSection;
use super::read::{Reader, TargetError};
use super::{fixture_of, tls};

const REACH_HINT: &str = "`launch: [ ./client, … ]` starts it for each case; `attach: true` with `listen: tcp://127.0.0.1:4000` waits for it";

impl Reader {
    /// What the file says of a client under test, and where it is, for reports.
    pub(super) fn client_target(&self) -> Result<(ClientTarget, String), TargetError> {
        let file = &self.file;
        // The address of a client under test can only be the one that it connects to.
        let listen = match (&file.listen, &file.address) {
            (Some(text), _) => Some(text.parse::<Address>().map_err(|error| self.at(&["listen"], error))?),
            (None, Some(text)) => Some(text.parse::<Address>().map_err(|error| self.at(&["address"], error))?),
            (None, None) => None,
        };
        let is_tls = match &listen {
            Some(address) => address.scheme == Scheme::Tls,
            None => file.tls.certificate.is_some(),
        };
        let reach = match (&file.launch, file.attach == Some(true), &listen) {
            (Some(_), true, _) => {
                return self.fail(&["attach"], "a client is launched or connects by itself, not both", REACH_HINT);
            }
            (None, false, _) => return self.fail(&[], "nothing says how the client is made to connect", REACH_HINT),
            (None, true, None) => return self.fail(&["attach"], "where is it to connect to?", REACH_HINT),
            (None, true, Some(address)) if address.port.is_none() => {
                return self.fail(&["listen"], "a port is needed, for the client has to know it", REACH_HINT);
            }
            (None, true, Some(address)) => ClientReach::Attached(address.clone()),
            (Some(_), false, listen) => {
                let host = listen.as_ref().map_or_else(|| "127.0.0.1".to_owned(), |address| address.host.clone());
                ClientReach::Launched { host, port: listen.as_ref().and_then(|address| address.port) }
            }
        };
        let shown = match (&reach, &file.launch) {
            (ClientReach::Attached(address), _) => format!("connects to {address}"),
            (_, Some(command)) => format!("launched: {}", command.join(" ")),
            _ => String::new(),
        };
        let target = ClientTarget {
            clients: self.clients(is_tls)?,
            lists_clients: file.clients.is_some(),
            reach,
            application_version: file.application_version.supported.clone(),
            tls: if is_tls { Some(self.server_tls(listen.as_ref())?) } else { None },
        };
        Ok((target, shown))
    }

    fn clients(&self, is_tls: bool) -> Result<Vec<ClientIdentity>, TargetError> {
        let Some(listed) = &self.file.clients else {
            let client = |fixture: Fixture| ClientIdentity {
                name: fixture.name().to_owned(),
                fixture,
                client_instance_id: None,
                certificate: None,
            };
            return Ok(vec![client(Fixture::Known), client(Fixture::New)]);
        };
        let mut clients = Vec::new();
        for (name, section) in listed {
            let path = ["clients", name.as_str()];
            let hint = "fixtures of a client are known and new; further ones known/2, known/3 …";
            let fixture = match fixture_of(name) {
                Some((fixture @ (Fixture::Known | Fixture::New), _)) => fixture,
                _ => return self.fail(&path, format!("a client under test can't be `{name}`"), hint),
            };
            let certificate = match &section.certificate {
                Some(file) if is_tls => tls::certificates(&self.folder.join(file))
                    .map_err(|error| self.at(&["clients", name, "certificate"], error))?
                    .first()
                    .map(|certificate| certificate.to_vec()),
                _ => None,
            };
            clients.push(ClientIdentity {
                name: name.clone(),
                fixture,
                client_instance_id: section.client_instance_id.map(InstanceId),
                certificate,
            });
        }
        if clients.is_empty() {
            return self.fail(&["clients"], "no client can connect", "leave `clients` out, or name `known`");
        }
        clients.sort_by_key(|client| fixture_of(&client.name));
        Ok(clients)
    }

    /// What the harness shows as a server.
    fn server_tls(&self, listen: Option<&Address>) -> Result<ServerTls, TargetError> {
        let tls = &self.file.tls;
        let (Some(certificate), Some(key)) = (&tls.certificate, &tls.key) else {
            return self.fail(
                &["tls"],
                "`tls.certificate` and `tls.key` are missing",
                "what the harness shows as the server, in PEM; the client has to trust it",
            );
        };
        let trusted = CertificateSection { certificate: certificate.clone(), key: key.clone() };
        let mut shows = BTreeMap::new();
        shows.insert(Certificate::Trusted, self.shown(&trusted, &["tls"])?);
        for (kind, key, section) in
            [(Certificate::WrongName, "wrong_name", &tls.wrong_name), (Certificate::Expired, "expired", &tls.expired)]
        {
            if let Some(section) = section {
                shows.insert(kind, self.shown(section, &["tls", key])?);
            }
        }
        let host = listen.map_or("127.0.0.1", |address| address.host.as_str());
        let mut names = vec![host.to_owned(), "localhost".to_owned(), "127.0.0.1".to_owned()];
        names.extend(tls.server_name.clone());
        names.dedup();
        let made_up = tls::self_signed(names)
            .map_err(|error| TargetError::Other(format!("no certificate can be made: {error}")))?;
        let config = tls::server_config(made_up).map_err(|error| TargetError::Other(format!("TLS: {error}")))?;
        shows.insert(Certificate::WrongAuthority, config);
        Ok(ServerTls { shows })
    }

    fn shown(
        &self,
        section: &CertificateSection,
        path: &[&str],
    ) -> Result<std::sync::Arc<rustls::ServerConfig>, TargetError> {
        let at = |key: &'static str| path.iter().copied().chain([key]).collect::<Vec<&str>>();
        let certificate = tls::certificates(&self.folder.join(&section.certificate))
            .map_err(|error| self.at(&at("certificate"), error))?;
        let key = tls::key(&self.folder.join(&section.key)).map_err(|error| self.at(&at("key"), error))?;
        tls::server_config(tls::Shows::Certificate { certificate, key })
            .map_err(|error| self.at(&at("certificate"), format!("{} can't be used: {error}", section.certificate)))
    }
}
