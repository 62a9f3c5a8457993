//! From what a person gave to a [`Target`]: an address alone, or a target file.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::ServerName;
use sinkcheck_cases::language::Fixture;
use sinkcheck_cases::yaml::{self, Diagnostic, Path as YamlPath, Source};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::InstanceId;

use super::address::{Address, Scheme};
use super::file::{ClientSection, EventFieldsSection, TargetFile};
use super::{AdapterKind, Identity, Launch, Target, TlsConfig, fixture_of, tls};
use crate::connection::Dial;

/// The id that is used where the target file gives none; the one that the deployed clients' captures use.
const DEFAULT_CLIENT: u32 = 1;

/// The application version that is used where the target file gives none.
const DEFAULT_VERSION: &str = "1.0.0";

/// The event type that is used where the target file gives none.
const DEFAULT_EVENT_TYPE: u64 = 1;

/// Why a target can't be made of what was given.
#[derive(Debug)]
pub enum TargetError {
    /// A mistake in the target file.
    File(Box<Diagnostic>),
    /// A mistake that has no place in a file.
    Other(String),
}

impl From<Box<Diagnostic>> for TargetError {
    fn from(diagnostic: Box<Diagnostic>) -> Self {
        Self::File(diagnostic)
    }
}

/// A target of which only the address is known.
///
/// # Errors
/// TLS, which takes certificates, and so a target file.
pub fn from_address(address: Address) -> Result<Target, TargetError> {
    if address.scheme == Scheme::Tls {
        return Err(TargetError::Other(format!(
            "{address}: TLS takes certificates, and an address alone has none; write a target file (`sinkcheck init DIR` makes one to start from)"
        )));
    }
    if address.port.is_none() {
        let (scheme, host) = (address.scheme, &address.host);
        return Err(TargetError::Other(format!(
            "{scheme}://{host}: which port? 0 is for a target that a target file launches"
        )));
    }
    let identity = Identity {
        name: "known".to_owned(),
        fixture: Fixture::Known,
        dial: Dial { address: address.clone(), tls: None },
        client_instance_id: InstanceId(DEFAULT_CLIENT),
    };
    Ok(Target {
        name: address.to_string(),
        role: Role::Server,
        address: address.to_string(),
        capabilities: None,
        server_instance_id: None,
        supported_version: DEFAULT_VERSION.to_owned(),
        unsupported_version: None,
        keepalive_interval: None,
        identities: vec![identity],
        client: None,
        accepted: EventFieldsSection { event_type_id: Some(DEFAULT_EVENT_TYPE), ..EventFieldsSection::default() },
        claims_accepted: false,
        rejected: None,
        launch: None,
        adapter: None,
        described: false,
        remarks: Vec::new(),
    })
}

/// Reads a target file.
///
/// # Errors
/// The file can't be read, or what it says can't be meant.
pub fn from_file(path: &Path, role: Role) -> Result<Target, TargetError> {
    let shown = path.display().to_string();
    let text = yaml::text_of(path)?;
    let (file, source) = yaml::read::<TargetFile>(&shown, &text)?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    Reader { file, source, folder }.target(role)
}

const PROGRAM_HINT: &str =
    "a program with a / in it is looked for from the target file's folder, another one on the PATH";

/// Whether a command's program is there, as far as that can be told before its placeholders are filled in.
fn program_in(program: &str, folder: &Path) -> Result<(), String> {
    if program.is_empty() {
        return Err("the program's name is empty".to_owned());
    }
    if program.contains('{') {
        return Ok(());
    }
    if program.contains('/') {
        let path = folder.join(program);
        return match path.metadata() {
            Ok(found) if found.is_dir() => Err(format!("{} is a folder, not a program", path.display())),
            Ok(found) if found.permissions().mode() & 0o111 == 0 => {
                Err(format!("{} can't be executed: its permissions don't allow it", path.display()))
            }
            Ok(_) => Ok(()),
            Err(error) => Err(format!("there is no program {}: {error}", path.display())),
        };
    }
    let is_there = |folder: PathBuf| folder.join(program).is_file();
    match std::env::var_os("PATH") {
        Some(list) if !std::env::split_paths(&list).any(is_there) => {
            Err(format!("there is no program `{program}` on the PATH"))
        }
        _ => Ok(()),
    }
}

/// A target file that is being made sense of.
pub(super) struct Reader {
    pub(super) file: TargetFile,
    pub(super) source: Source,
    pub(super) folder: PathBuf,
}

impl Reader {
    pub(super) fn fail<T>(&self, path: &[&str], message: impl Into<String>, hint: &str) -> Result<T, TargetError> {
        let path = path.iter().fold(YamlPath::top(), |path, key| path.key(*key));
        Err(Box::new(self.source.error(&path, message).hint(hint)).into())
    }

    fn target(self, role: Role) -> Result<Target, TargetError> {
        if let Some(written) = self.file.role
            && written != role
        {
            return self.fail(
                &["role"],
                format!("the target is a {written}, not a {role}"),
                &format!("certify {written} --target …"),
            );
        }
        let remarks = self.remarks(role);
        for (key, command) in [("launch", &self.file.launch), ("adapter", &self.file.adapter)] {
            if command.as_ref().is_some_and(Vec::is_empty) {
                return self.fail(
                    &[key],
                    "the command is empty",
                    "a program and its arguments: [ ./program, --port, \"{port}\" ]",
                );
            }
            if let Some(program) = command.as_ref().and_then(|command| command.first()) {
                program_in(program, &self.folder).map_err(|why| {
                    let path = YamlPath::top().key(key).index(0);
                    Box::new(self.source.error(&path, why).hint(PROGRAM_HINT))
                })?;
            }
        }
        let interval = self.interval()?;
        let (identities, client, address) = match role {
            Role::Server => {
                let (identities, address) = self.server()?;
                (identities, None, address)
            }
            Role::Client => {
                let (client, address) = self.client_target()?;
                (Vec::new(), Some(client), address)
            }
        };
        let file = self.file;
        let accepted = file.events.accepted.clone().unwrap_or_default();
        Ok(Target {
            name: file.name.unwrap_or_else(|| address.clone()),
            role,
            address,
            capabilities: file.capabilities,
            server_instance_id: file.server_instance_id.map(InstanceId),
            supported_version: file.application_version.supported.unwrap_or_else(|| DEFAULT_VERSION.to_owned()),
            unsupported_version: file.application_version.unsupported,
            keepalive_interval: interval,
            identities,
            client,
            claims_accepted: file.events.accepted.is_some(),
            accepted: EventFieldsSection {
                event_type_id: accepted.event_type_id.or(Some(DEFAULT_EVENT_TYPE)),
                ..accepted
            },
            rejected: file.events.rejected,
            launch: file.launch.map(|command| Launch {
                command,
                folder: self.folder.clone(),
                per_case: file.launch_per_case == Some(true),
            }),
            adapter: file.adapter.map(|command| AdapterKind::Command { command, folder: self.folder }),
            described: true,
            remarks,
        })
    }

    /// Who a server under test can be spoken to as, and where it is, for reports.
    fn server(&self) -> Result<(Vec<Identity>, String), TargetError> {
        let address = self.address(self.file.address.as_deref(), &["address"])?;
        let roots = match &self.file.tls.ca {
            Some(file) => Some(tls::roots(&self.folder.join(file)).map_err(|error| self.at(&["tls", "ca"], error))?),
            None => None,
        };
        let default = BTreeMap::from([("known".to_owned(), ClientSection::default())]);
        let clients = self.file.clients.as_ref().unwrap_or(&default);
        let mut identities = Vec::new();
        for (name, section) in clients {
            identities.extend(self.identity(name, section, address.as_ref(), roots.as_ref())?);
        }
        if identities.is_empty() {
            return self.fail(
                &["clients"],
                "no client can be spoken as",
                "give the target at least the fixture `known`",
            );
        }
        self.strangers(&mut identities, roots.as_ref())?;
        // known before known/2, known/2 before known/10.
        identities.sort_by_key(|identity| fixture_of(&identity.name));
        let shown = identities.first().map(|identity| identity.dial.address.to_string()).unwrap_or_default();
        let address = address.map_or(shown, |address| address.to_string());
        Ok((identities, address))
    }

    pub(super) fn at(&self, path: &[&str], error: impl std::fmt::Display) -> TargetError {
        let path = path.iter().fold(YamlPath::top(), |path, key| path.key(*key));
        TargetError::File(Box::new(self.source.error(&path, error.to_string())))
    }

    fn address(&self, text: Option<&str>, path: &[&str]) -> Result<Option<Address>, TargetError> {
        let launched = self.file.launch.is_some();
        let address: Address = match text {
            Some(text) => text.parse().map_err(|error: super::AddressError| self.at(path, error))?,
            None if launched => Address { scheme: Scheme::Tcp, host: "127.0.0.1".to_owned(), port: None },
            None => return Ok(None),
        };
        if address.port.is_none() && !launched {
            return self.fail(
                path,
                format!("{address}: a port is needed"),
                "{port} is only for a target that is launched",
            );
        }
        Ok(Some(address))
    }

    fn interval(&self) -> Result<Option<Duration>, TargetError> {
        let Some(text) = &self.file.keepalive_interval else { return Ok(None) };
        match humantime::parse_duration(text) {
            Ok(interval) if interval >= Duration::from_millis(50) && interval <= Duration::from_secs(3600) => {
                Ok(Some(interval))
            }
            Ok(_) => self.fail(&["keepalive_interval"], "not between 50ms and 1h", "write a duration such as 60s"),
            Err(_) => {
                let message = format!("`{text}` is no duration");
                let hint = match text.parse::<f64>() {
                    Ok(_) => format!("a unit is missing: write {text}s"),
                    Err(_) => "write a number and a unit, such as 60s or 500ms".to_owned(),
                };
                self.fail(&["keepalive_interval"], message, &hint)
            }
        }
    }

    fn identity(
        &self,
        name: &str,
        section: &ClientSection,
        address: Option<&Address>,
        roots: Option<&RootCertStore>,
    ) -> Result<Option<Identity>, TargetError> {
        let Some((fixture, number)) = fixture_of(name) else {
            let path = YamlPath::top().key("clients").key(name);
            let error = self.source.error_at_key(&path, format!("there is no fixture `{name}`"));
            let hint = "fixtures are known, new, quarantined and unknown; further identities known/2, known/3 …";
            return Err(Box::new(error.hint(hint)).into());
        };
        let own = match &section.address {
            Some(text) => self.address(Some(text), &["clients", name, "address"])?,
            None => None,
        };
        // On plain TCP a shared address is one identity, whatever the file calls it: the listener decides who is speaking.
        let shared = own.is_none() && address.is_some_and(|address| address.scheme == Scheme::Tcp);
        let fresh = self.file.launch.is_some() && self.file.launch_per_case == Some(true);
        if shared && !fresh && name != "known" {
            let hint = "give this client an address of its own, or launch the server for each case";
            return self.fail(
                &["clients", name],
                "plain TCP proves no identity: this client can't be told from another",
                hint,
            );
        }
        let Some(address) = own.as_ref().or(address) else {
            return self.fail(
                &["clients", name],
                "no address",
                "give the target an `address`, or this client one of its own",
            );
        };
        let tls = match address.scheme {
            Scheme::Tcp => None,
            Scheme::Tls => Some((self.config(name, section, roots)?, self.server_name(address)?)),
        };
        Ok(Some(Identity {
            name: name.to_owned(),
            fixture,
            dial: Dial { address: address.clone(), tls },
            client_instance_id: InstanceId(section.client_instance_id.unwrap_or(match fixture {
                Fixture::Known => DEFAULT_CLIENT,
                _ => DEFAULT_CLIENT + 1000 + number,
            })),
        }))
    }

    fn config(
        &self,
        name: &str,
        section: &ClientSection,
        roots: Option<&RootCertStore>,
    ) -> Result<TlsConfig, TargetError> {
        let Some(roots) = roots else {
            return self.fail(
                &["tls"],
                "`tls.ca` is missing",
                "the authority that signed the server's certificate, in PEM",
            );
        };
        let (Some(certificate), Some(key)) = (&section.certificate, &section.key) else {
            return self.fail(&["clients", name], "over TLS a client needs `certificate` and `key`", "both in PEM");
        };
        let chain = tls::certificates(&self.folder.join(certificate))
            .map_err(|error| self.at(&["clients", name, "certificate"], error))?;
        let private = tls::key(&self.folder.join(key)).map_err(|error| self.at(&["clients", name, "key"], error))?;
        tls::config(roots, tls::Shows::Certificate { certificate: chain, key: private }).map_err(|error| {
            let (at, why) = match error {
                rustls::Error::InconsistentKeys(_) => {
                    ("key", format!("this key isn't the one of the certificate {certificate}"))
                }
                other => ("certificate", format!("{certificate} can't be used: {other}")),
            };
            self.at(&["clients", name, at], why)
        })
    }

    fn server_name(&self, address: &Address) -> Result<ServerName<'static>, TargetError> {
        let name = self.file.tls.server_name.clone().unwrap_or_else(|| address.host.clone());
        ServerName::try_from(name).map_err(|error| self.at(&["tls", "server_name"], error))
    }

    /// Over TLS two more clients can be spoken as, whatever the file says: one without a certificate, one that nobody trusts.
    fn strangers(&self, identities: &mut Vec<Identity>, roots: Option<&RootCertStore>) -> Result<(), TargetError> {
        let tls =
            identities.iter().find_map(|identity| Some((identity.dial.address.clone(), identity.dial.tls.clone()?.1)));
        let (Some((address, name)), Some(roots)) = (tls, roots) else { return Ok(()) };
        let untrusted =
            tls::untrusted().map_err(|error| TargetError::Other(format!("no certificate can be made: {error}")))?;
        for (fixture, shows) in [(Fixture::Anonymous, tls::Shows::Nothing), (Fixture::Untrusted, untrusted)] {
            let config = tls::config(roots, shows).map_err(|error| TargetError::Other(format!("TLS: {error}")))?;
            identities.push(Identity {
                name: fixture.name().to_owned(),
                fixture,
                dial: Dial { address: address.clone(), tls: Some((config, name.clone())) },
                client_instance_id: InstanceId(DEFAULT_CLIENT + 2000),
            });
        }
        Ok(())
    }
}
