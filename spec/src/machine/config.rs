//! What a server is set up with, for all its connections.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Timers;
use crate::wire::{InstanceId, MessageId, Reason};

/// What a server is set up with. One value serves all connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// The server's own id (S in the handshake's decision table).
    pub server_instance_id: InstanceId,
    /// The application versions that it serves.
    pub application_versions: ApplicationVersions,
    /// The keepalive interval; a connection is dropped after 1.5 of it without octets (`keepalive.silent-peer-dropped`).
    pub keepalive_interval: Duration,
    /// The event_type_ids that its application refuses.
    pub rejected_event_types: BTreeSet<u64>,
    /// What its NACKs say.
    pub rejection_reason: Reason<'static>,
    /// The message id of its first PUBLISH on each connection (`events.first-id` is open).
    pub first_message_id: MessageId,
    /// How many intervals it waits for what.
    pub timers: Timers,
}

impl ServerConfig {
    /// How long a connection may be silent: 1.5 keepalive intervals, unless the timers say otherwise.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Timers::of(self.timers.silence, self.keepalive_interval)
    }
}

impl Default for ServerConfig {
    /// Server 2, which serves every application version but 0.0.0, NACKs events of type 99 with 0x0404, and has the
    /// keepalive interval of deployed peers, 60 s.
    fn default() -> Self {
        Self {
            server_instance_id: InstanceId(2),
            application_versions: ApplicationVersions::default(),
            keepalive_interval: Duration::from_secs(60),
            rejected_event_types: BTreeSet::from([99]),
            rejection_reason: default_rejection(),
            first_message_id: MessageId::ZERO,
            timers: Timers::default(),
        }
    }
}

/// 0x0404, "no such type".
fn default_rejection() -> Reason<'static> {
    const MACHINE: &[u8] = &[0x04, 0x04];
    const HUMAN: &str = "no such type";
    match Reason::new(MACHINE, HUMAN) {
        Ok(reason) => reason,
        Err(_) => unreachable!("a reason of 14 octets fits a frame"),
    }
}

/// Which application versions a server serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationVersions {
    /// The only ones that are served; `None`: all but the unsupported.
    pub supported: Option<BTreeSet<String>>,
    /// Those that are not served, even where `supported` names them.
    pub unsupported: BTreeSet<String>,
}

impl ApplicationVersions {
    /// Whether a client of this version is served. Versions are compared octet by octet: their form is the
    /// application's.
    #[must_use]
    pub fn supports(&self, version: &str) -> bool {
        let listed = self.supported.as_ref().is_none_or(|only| only.contains(version));
        listed && !self.unsupported.contains(version)
    }
}

impl Default for ApplicationVersions {
    /// All but 0.0.0.
    fn default() -> Self {
        Self { supported: None, unsupported: BTreeSet::from(["0.0.0".to_owned()]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_served_if_listed_and_not_excluded() {
        let all = ApplicationVersions::default();
        assert!(all.supports("1.0.0") && all.supports("") && !all.supports("0.0.0"));
        let only = ["1.0.0", "2.0.0"].map(str::to_owned);
        let unsupported = BTreeSet::from(["2.0.0".to_owned()]);
        let some = ApplicationVersions { supported: Some(only.into()), unsupported };
        assert!(some.supports("1.0.0") && !some.supports("2.0.0") && !some.supports("1.0"));
    }

    #[test]
    fn patience_is_one_and_a_half_intervals() {
        let config = ServerConfig::default();
        assert_eq!(config.patience(), Duration::from_secs(90));
        let endless = ServerConfig { keepalive_interval: Duration::MAX, ..config };
        assert_eq!(endless.patience(), Duration::MAX);
    }
}
