//! The two roles, and whom a rule binds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the two ends of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The end that listens, and that answers connection requests.
    Server,
    /// The end that connects, and that sends the connection request.
    Client,
}

impl Role {
    /// Both roles, the server first.
    pub const ALL: [Role; 2] = [Role::Server, Role::Client];

    /// The role of the peer.
    #[must_use]
    pub fn other(self) -> Role {
        match self {
            Role::Server => Role::Client,
            Role::Client => Role::Server,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Server => "server",
            Role::Client => "client",
        })
    }
}

/// Whose behaviour a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RuleRole {
    /// Servers only.
    Server,
    /// Clients only.
    Client,
    /// Servers and clients alike.
    Both,
}

impl RuleRole {
    /// Whether a peer in this role is held to the rule.
    #[must_use]
    pub fn binds(self, role: Role) -> bool {
        match self {
            RuleRole::Both => true,
            RuleRole::Server => role == Role::Server,
            RuleRole::Client => role == Role::Client,
        }
    }
}

impl fmt::Display for RuleRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            RuleRole::Server => "server",
            RuleRole::Client => "client",
            RuleRole::Both => "both",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_binds_the_role_that_it_names() {
        let bound = |rule: RuleRole| Role::ALL.map(|role| rule.binds(role));
        assert_eq!(bound(RuleRole::Server), [true, false]);
        assert_eq!(bound(RuleRole::Client), [false, true]);
        assert_eq!(bound(RuleRole::Both), [true, true]);
    }

    #[test]
    fn roles_are_written_in_lower_case() {
        assert_eq!(serde_yaml::from_str::<Role>("client").expect("a role"), Role::Client);
        assert_eq!(RuleRole::Both.to_string(), "both");
        assert_eq!(format!("{:>8}", Role::Server), "  server");
    }
}
