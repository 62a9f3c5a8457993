//! The sections of the catalogue, and the freedoms beside its rules.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A group of rules and freedoms about one subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// What every id in the section begins with, before the dot: `handshake`.
    pub id: String,
    /// The heading for reports.
    pub title: String,
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.title)
    }
}

/// Something that the protocol leaves open. No peer is failed for what it does there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freedom {
    /// The stable name, its section first: `handshake.ping-before-acceptance`. No rule has the same.
    pub id: String,
    /// The id of the section that holds the freedom: `handshake`.
    pub section: String,
    /// What is left open, in a sentence or two.
    pub text: String,
}

impl fmt::Display for Freedom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.text)
    }
}
