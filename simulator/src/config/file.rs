//! The form of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer, de};
use sinkcheck_spec::machine;
use sinkcheck_spec::wire::{InstanceId, MessageId, Octets, Reason, TooLong};

use super::{Address, ConfigError, Quarantine};

/// What the reference server is set up with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// The server's own id; 2.
    pub server_instance_id: InstanceId,
    /// The application versions that it serves; all but 0.0.0.
    pub application_versions: ApplicationVersions,
    /// The keepalive interval, such as `60s`, which it is; longer than 0.
    #[serde(deserialize_with = "duration")]
    pub keepalive_interval: Duration,
    /// What its application does with events, and how it sends its own.
    pub events: EventsConfig,
    /// The clients that it knows, by name.
    pub clients: BTreeMap<String, ClientConfig>,
    /// Where it listens.
    pub listeners: Vec<ListenerConfig>,
    /// Its certificate and whom it trusts; needed where a listener is `tls`.
    pub tls: Option<TlsConfig>,
}

/// Which application versions the server serves.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApplicationVersions {
    /// The only ones that are served; none given: all but the unsupported.
    pub supported: Option<BTreeSet<String>>,
    /// Those that are not served; 0.0.0.
    pub unsupported: BTreeSet<String>,
}

/// What the server's application does with events, and how it sends its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EventsConfig {
    /// The event_type_ids that are answered with a NACK; 99.
    pub rejected: BTreeSet<u64>,
    /// What the NACK says; 0x0404, "no such type".
    pub rejection: ReasonConfig,
    /// The message id of the first PUBLISH on each connection, 0 to 4095; 0.
    pub first_message_id: MessageId,
}

/// A reason, for a NACK or a quarantine. Both parts may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonConfig {
    /// The part for programs: text, or `{ hex: "…" }`.
    pub machine_message: Octets,
    /// The part for people.
    pub human_message: String,
}

/// A client that the server knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientConfig {
    /// The client_instance_id that is recorded for it; none if it has never been accepted.
    pub client_instance_id: Option<InstanceId>,
    /// Whether it is quarantined, and why.
    pub quarantined: Quarantine,
    /// The certificate by which it is known over TLS: a PEM file, whose first certificate counts.
    pub certificate: Option<PathBuf>,
}

/// A place where the server listens.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenerConfig {
    /// `tcp://HOST:PORT` or `tls://HOST:PORT`.
    pub address: Address,
    /// Which client speaks there: needed for `tcp`, which proves no identity, and not allowed for `tls`, which does.
    #[serde(default)]
    pub client: Option<String>,
}

/// The server's certificate and whom it trusts. All are PEM files.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The server's certificate, and those between it and the authority, if any.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
    /// The authorities that issue the clients' certificates.
    pub ca: PathBuf,
}

impl ServerConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Form`] if the text is no YAML, or has other fields or values than a configuration. The rest is
    /// checked when a server starts.
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        serde_path_to_error::deserialize(serde_yaml::Deserializer::from_str(text)).map_err(ConfigError::form)
    }

    /// Reads a configuration file. Its folder is the base of its paths.
    ///
    /// # Errors
    ///
    /// [`ConfigError::File`], which says what is wrong with the file, or that it can't be read.
    pub fn read(path: &Path) -> Result<(Self, PathBuf), ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::unreadable(path, source))?;
        let config = Self::from_yaml(&text).map_err(|error| error.in_file(path))?;
        Ok((config, path.parent().unwrap_or(Path::new("")).to_owned()))
    }

    /// The part of it that the state machines need.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Field`] for a field that they can't work with.
    pub fn machine(&self) -> Result<machine::ServerConfig, ConfigError> {
        let rejection_reason =
            self.events.rejection.clone().into_reason().map_err(|e| ConfigError::field("events.rejection", e))?;
        if self.keepalive_interval.is_zero() {
            return Err(ConfigError::field("keepalive_interval", "is 0"));
        }
        Ok(machine::ServerConfig {
            server_instance_id: self.server_instance_id,
            application_versions: machine::ApplicationVersions {
                supported: self.application_versions.supported.clone(),
                unsupported: self.application_versions.unsupported.clone(),
            },
            keepalive_interval: self.keepalive_interval,
            rejected_event_types: self.events.rejected.clone(),
            rejection_reason,
            first_message_id: self.events.first_message_id,
            timers: machine::Timers::default(),
        })
    }
}

impl ReasonConfig {
    pub(super) fn into_reason<const MAX_LEN: usize>(self) -> Result<Reason<'static, MAX_LEN>, TooLong> {
        Reason::new(self.machine_message.0, self.human_message)
    }
}

impl Default for ServerConfig {
    /// The defaults of the fields, with neither clients nor listeners.
    fn default() -> Self {
        let machine = machine::ServerConfig::default();
        Self {
            server_instance_id: machine.server_instance_id,
            application_versions: ApplicationVersions::default(),
            keepalive_interval: machine.keepalive_interval,
            events: EventsConfig::default(),
            clients: BTreeMap::new(),
            listeners: Vec::new(),
            tls: None,
        }
    }
}

impl Default for ApplicationVersions {
    fn default() -> Self {
        let machine::ApplicationVersions { supported, unsupported } = machine::ApplicationVersions::default();
        Self { supported, unsupported }
    }
}

impl Default for EventsConfig {
    fn default() -> Self {
        let machine = machine::ServerConfig::default();
        let rejection = ReasonConfig {
            machine_message: machine.rejection_reason.machine_message().into(),
            human_message: machine.rejection_reason.human_message().to_owned(),
        };
        Self { rejected: machine.rejected_event_types, rejection, first_message_id: machine.first_message_id }
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(|why| de::Error::custom(format_args!("{text:?} is no duration: {why}")))
}
