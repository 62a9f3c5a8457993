use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseResult, RuleResult, ScenarioText, Shard, Summary};

/// The number of the form that this version writes, and the newest that it reads.
pub const SCHEMA: u32 = 1;

/// What a run of the suite against one target found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// The number of this document's form. Fields may be added without a new number.
    pub schema: u32,
    /// The suite that was run.
    pub suite: Suite,
    /// The implementation under test.
    pub target: Target,
    /// The words after `sinkcheck` that play this suite at this target again, without those that select cases or say where the
    /// result goes. Empty where the run was not begun by a command line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Whether the target conforms, as far as this run can tell.
    pub verdict: Verdict,
    /// How many cases got each verdict. Adds up to the number of `cases`.
    pub summary: Summary,
    /// Which part of the run this is, if it is but a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<Shard>,
    /// Remarks about the run as a whole, in the order in which they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The rules that apply to the target's role, in the catalogue's order.
    pub rules: Vec<RuleResult>,
    /// The cases that were planned, in the order in which they were planned.
    pub cases: Vec<CaseResult>,
    /// The texts of the scenarios that `location` of the cases points into, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<ScenarioText>,
}

/// The suite that was run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// The version of the suite, as `sinkcheck --version` prints it.
    pub version: String,
    /// The version of the Sink protocol that the suite speaks.
    pub protocol_version: u8,
    /// How many cases the suite has, those that were not selected included.
    pub cases: usize,
    /// How many rules its catalogue has, those of the other role included.
    pub rules: usize,
}

/// The implementation under test.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// What its target file calls it.
    pub name: String,
    /// Which of the two peers it is, or both.
    pub role: TargetRole,
    /// Where it was reached, as a URL, or how (`in memory`).
    pub address: String,
    /// What it claims to support.
    #[serde(default)]
    pub capabilities: Vec<String>,
}

/// One of the two peers of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The peer that connects.
    Client,
    /// The peer that listens.
    #[default]
    Server,
}

impl Role {
    /// The peer at the other end.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Server => "server",
        })
    }
}

/// Whom a document speaks of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TargetRole {
    /// A client.
    Client,
    /// A server.
    #[default]
    Server,
    /// Clients and a server, heard while they speak to each other.
    Both,
}

impl From<Role> for TargetRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Client => Self::Client,
            Role::Server => Self::Server,
        }
    }
}

impl fmt::Display for TargetRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Both => "clients and server",
        })
    }
}

/// Whether a target conforms, as far as a run can tell. [`crate::fold::overall`] derives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No MUST rule was broken and every case of a MUST rule that applies came to a result.
    Conforms,
    /// A MUST rule was broken, be it a known failure.
    DoesNotConform,
    /// No MUST rule was broken, but the run can't say that all of those that it tried hold.
    Inconclusive,
}
