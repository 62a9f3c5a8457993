//! What a client is set up with, for all its connections.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use super::{ServerConfig, Timers};
use crate::wire::{ConnectionRequest, InstanceId, MessageId, Reason, TooLong};

/// What a client is set up with. Its ids are not here: they belong to its [`super::ServerRecord`], which changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// The version of its application.
    pub application_version: ApplicationVersion,
    /// The keepalive interval: a PING is sent after one without a message in either direction
    /// (`keepalive.client-pings`), and the connection is dropped after 1.5 without octets from the server
    /// (`keepalive.silent-peer-dropped`).
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

impl ClientConfig {
    /// How long a connection may be idle until a PING is sent: one keepalive interval, unless the timers say otherwise.
    #[must_use]
    pub fn idle(&self) -> Duration {
        Timers::of(self.timers.idle, self.keepalive_interval)
    }

    /// How long a connection may be silent: 1.5 keepalive intervals, unless the timers say otherwise.
    #[must_use]
    pub fn patience(&self) -> Duration {
        Timers::of(self.timers.silence, self.keepalive_interval)
    }
}

impl Default for ClientConfig {
    /// Application 1.0.0; as for the rest, what a server has by default: NACKs for events of type 99, and a keepalive
    /// interval of 60 s.
    fn default() -> Self {
        let server = ServerConfig::default();
        Self {
            application_version: ApplicationVersion("1.0.0".to_owned()),
            keepalive_interval: server.keepalive_interval,
            rejected_event_types: server.rejected_event_types,
            rejection_reason: server.rejection_reason,
            first_message_id: server.first_message_id,
            timers: server.timers,
        }
    }
}

/// An application version that a connection request has room for, in whatever form the application gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationVersion(String);

impl ApplicationVersion {
    /// This version.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if a request with it and two ids would not fit a frame.
    pub fn new(version: impl Into<String>) -> Result<Self, TooLong> {
        let version = version.into();
        ConnectionRequest::new(version.as_str(), InstanceId(0), Some(InstanceId(0)))?;
        Ok(Self(version))
    }

    /// The version as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ApplicationVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_leaves_room_for_both_ids() {
        // 65535 octets, less the first, the length of the chunk and the ids.
        let longest = 65_535 - 1 - 3 - 8;
        assert!(ApplicationVersion::new("v".repeat(longest)).is_ok());
        assert!(ApplicationVersion::new("v".repeat(longest + 1)).is_err());
        for text in ["", "1.0.0"] {
            assert_eq!(ApplicationVersion::new(text).map(|version| version.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn patience_is_one_and_a_half_intervals() {
        assert_eq!(ClientConfig::default().patience(), Duration::from_secs(90));
        let endless = ClientConfig { keepalive_interval: Duration::MAX, ..ClientConfig::default() };
        assert_eq!(endless.patience(), Duration::MAX);
    }
}
