//! A target file as it is written. What it means is a [`super::Target`].

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::Octets;

/// What the tester must know about an implementation. One form for both roles; everything but the address has a default.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetFile {
    /// What to call it in reports.
    pub name: Option<String>,
    /// Which role it plays.
    pub role: Option<Role>,
    /// `tcp://HOST:PORT` or `tls://HOST:PORT`; `{port}` stands for a free port where the target is launched.
    pub address: Option<String>,
    /// How TLS is to be spoken with it.
    #[serde(default)]
    pub tls: TlsSection,
    /// The server's instance id; a first contact finds it out if it isn't given.
    pub server_instance_id: Option<u32>,
    /// Application versions that the server supports and doesn't.
    #[serde(default)]
    pub application_version: VersionSection,
    /// A duration such as `60s`.
    #[serde(default, deserialize_with = "duration_text")]
    pub keepalive_interval: Option<String>,
    /// Fixtures by name: `known`, `new`, `quarantined`, `unknown`, and further identities `known/2`, `known/3` …
    pub clients: Option<BTreeMap<String, ClientSection>>,
    /// What its application accepts, and what it NACKs.
    #[serde(default)]
    pub events: EventSection,
    /// The command of an adapter.
    pub adapter: Option<Vec<String>>,
    /// The command that starts the target.
    pub launch: Option<Vec<String>>,
    /// Whether it is started anew for each case.
    pub launch_per_case: Option<bool>,
    /// A client that connects by itself.
    pub attach: Option<bool>,
    /// Where the harness listens for such a client.
    pub listen: Option<String>,
    /// What it claims to support; all that can be reached if it isn't given.
    pub capabilities: Option<Vec<String>>,
}

/// What was written for a duration. A bare number is read, too, so that whoever makes sense of it can say that a unit is missing.
fn duration_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a duration such as 60s")]
    enum Written {
        Text(String),
        Whole(u64),
        Fraction(f64),
    }
    Ok(Some(match Written::deserialize(deserializer)? {
        Written::Text(text) => text,
        Written::Whole(number) => number.to_string(),
        Written::Fraction(number) => number.to_string(),
    }))
}

/// How TLS is to be spoken.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSection {
    /// The authority that signed the server's certificate (PEM).
    pub ca: Option<String>,
    /// The name that the server's certificate must have; the address's host if it isn't given.
    pub server_name: Option<String>,
    /// For a client under test: the certificate that the harness shows (PEM).
    pub certificate: Option<String>,
    /// Its key (PEM).
    pub key: Option<String>,
    /// For a client under test: a certificate of the same authority, for another name.
    pub wrong_name: Option<CertificateSection>,
    /// For a client under test: a certificate of the same authority, for the right name, that has expired.
    pub expired: Option<CertificateSection>,
}

/// A certificate and its key.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateSection {
    /// In PEM.
    pub certificate: String,
    /// In PEM.
    pub key: String,
}

/// Application versions.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionSection {
    /// One that the server supports.
    pub supported: Option<String>,
    /// One that it doesn't.
    pub unsupported: Option<String>,
}

/// One identity.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSection {
    /// Its certificate (PEM).
    pub certificate: Option<String>,
    /// Its key (PEM).
    pub key: Option<String>,
    /// The client_instance_id that the server has on record.
    pub client_instance_id: Option<u32>,
    /// Its own address, where the server tells clients apart by that.
    pub address: Option<String>,
}

/// What the application does with events.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSection {
    /// Events with these fields are accepted, whatever the other fields are.
    pub accepted: Option<EventFieldsSection>,
    /// Events with these fields are NACKed.
    pub rejected: Option<EventFieldsSection>,
}

/// Some of an event's fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFieldsSection {
    /// See the protocol's event.
    pub event_type_id: Option<u64>,
    /// See the protocol's event.
    pub schema_version: Option<u64>,
    /// See the protocol's event.
    pub key: Option<Octets>,
    /// See the protocol's event.
    pub offset: Option<u64>,
    /// See the protocol's event.
    pub timestamp: Option<u64>,
    /// See the protocol's event.
    pub event_data: Option<Octets>,
}
