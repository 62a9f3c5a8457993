use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Role;

/// What a run found out about one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RuleResult {
    /// The rule's stable id, such as `handshake.quarantined-closes`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Whether the target keeps it, as far as this run can tell.
    pub verdict: RuleVerdict,
    /// The ids of the cases that cite it or found it broken, each once, in the order of `cases`.
    #[serde(default)]
    pub cases: Vec<String>,
    /// How often it was met, be it kept or broken: the number of the cases that came to a result about it, or of the occasions
    /// where traffic was watched.
    #[serde(default)]
    pub exercised: u64,
    /// The same by side, where traffic between clients and a server was watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sides: Vec<SideCount>,
    /// The section of the catalogue that it belongs to, such as `handshake`.
    #[serde(default)]
    pub section: String,
    /// That section's title.
    #[serde(default)]
    pub section_title: String,
    /// The number of its clause in the protocol text, such as `5.3`; empty if it has none.
    #[serde(default)]
    pub clause: String,
    /// Where it comes from: `stated`, `deployed`, `derived` or `advised`.
    #[serde(default)]
    pub source: String,
    /// Its sentence in the protocol text.
    #[serde(default)]
    pub text: String,
    /// Where it was not exercised: what the run would have needed in order to reach it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// What became of a rule on one side of the traffic that was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SideCount {
    /// The side.
    pub role: Role,
    /// How often it met the rule, be it kept or broken.
    pub exercised: u64,
    /// How often it broke it.
    pub broken: u64,
}

/// How binding a rule is (RFC 2119). A prohibition counts as the demand of its absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Decides the verdict.
    Must,
    /// Warns.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
        })
    }
}

/// Whether the target keeps a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleVerdict {
    /// At least one case showed it and none found it broken.
    Held,
    /// At least one case found it broken.
    Broken,
    /// No case came to a result about it.
    NotExercised,
}
