use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Role;

/// One thing that was seen on a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TranscriptEntry {
    /// When the harness saw it, in milliseconds since the case began.
    pub ms: f64,
    /// The connection's name in the scenario.
    pub connection: String,
    /// The peer that did it.
    pub from: Role,
    /// Octets, or something else that happened.
    #[serde(flatten)]
    pub carried: Carried,
    /// What the octets mean, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The ids of the rules that this entry broke: the place to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breaks: Vec<String>,
}

/// What an entry of a transcript holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Carried {
    /// Octets of the stream, length octets included, as lower-case hex without spaces.
    Hex(String),
    /// Something else, such as `connected`, `closed` or `reset`.
    Event(String),
}

impl TranscriptEntry {
    /// `octets` that `from` sent, `ms` milliseconds after the case began.
    pub fn octets(ms: f64, connection: impl Into<String>, from: Role, octets: &[u8]) -> Self {
        Self::new(ms, connection, from, Carried::Hex(hex::encode(octets)))
    }

    /// Something other than octets that `from` did, `ms` milliseconds after the case began.
    pub fn event(ms: f64, connection: impl Into<String>, from: Role, event: impl Into<String>) -> Self {
        Self::new(ms, connection, from, Carried::Event(event.into()))
    }

    /// The same entry, with what its octets mean.
    #[must_use]
    pub fn meaning(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// The same entry, as one that broke `rule`.
    #[must_use]
    pub fn breaking(mut self, rule: impl Into<String>) -> Self {
        self.breaks.push(rule.into());
        self
    }

    fn new(ms: f64, connection: impl Into<String>, from: Role, carried: Carried) -> Self {
        Self { ms, connection: connection.into(), from, carried, message: None, breaks: Vec::new() }
    }
}
