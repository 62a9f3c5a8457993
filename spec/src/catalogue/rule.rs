//! A rule, its level and its source.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::RuleRole;

/// A sentence of the protocol text that a peer can be held to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The stable name, its section first: `handshake.quarantined-closes`.
    pub id: String,
    /// The id of the section that holds the rule: `handshake`.
    pub section: String,
    /// Whether breaking the rule fails a peer or warns it.
    pub level: Level,
    /// Whose behaviour the rule binds.
    pub role: RuleRole,
    /// What the rule rests on.
    pub source: Source,
    /// The number of the section of `PROTOCOL.md` that states the rule: `5.4`.
    pub protocol: String,
    /// The rule itself, in one sentence with one of the words MUST, MUST NOT, SHOULD and SHOULD NOT.
    pub text: String,
    /// Why the rule holds. A derived rule always has this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// Why no peer can see from outside whether the rule holds, where that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unobservable: Option<String>,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.id, self.text)
    }
}

/// How binding a rule is. A prohibition has the level of its word: MUST NOT is [`Level::Must`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A peer that breaks the rule does not conform.
    Must,
    /// A peer that breaks the rule is warned.
    Should,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Level::Must => "MUST",
            Level::Should => "SHOULD",
        })
    }
}

/// What a rule rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The original description of the protocol says it.
    Stated,
    /// Peers in the field rely on it.
    Deployed,
    /// It follows from a purpose that the description states. [`Rule::reasoning`] has the argument.
    Derived,
    /// It is good practice that nobody has to follow.
    Advised,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Source::Stated => "stated",
            Source::Deployed => "deployed",
            Source::Derived => "derived",
            Source::Advised => "advised",
        })
    }
}
