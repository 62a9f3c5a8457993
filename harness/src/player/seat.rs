//! As whom a case speaks, and how the target is reached.

use std::time::Duration;

use sinkcheck_cases::language::Fixture;
use sinkcheck_spec::wire::InstanceId;

use crate::connection::{Connection, DialError, History, Incoming, Reach, Transcript};
use crate::target::Process;

/// An identity as a case speaks as it.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Its name in the target file: `known`, `known/2` …
    pub name: String,
    /// What kind of identity it is.
    pub fixture: Fixture,
    /// How the target is reached as it, for this case.
    pub reached: Reached,
    /// The client_instance_id on the server's record, or the one to introduce it with; of a client under test, its own.
    pub client: InstanceId,
}

/// How a target is reached.
#[derive(Debug, Clone)]
pub enum Reached {
    /// A server, by connecting to it.
    Server(Reach),
    /// A client, by waiting for it.
    Client {
        /// Its connections.
        incoming: Incoming,
        /// What is known of it from earlier connections.
        history: History,
        /// The program that it runs in, if the harness launched one.
        process: Process,
        /// The seat's client_instance_id is what the client was told to have, or what the target file says that it has.
        is_told: bool,
    },
}

impl Seat {
    /// Connects to a server under test.
    ///
    /// # Errors
    /// The server can't be reached, or it is a client that is under test.
    pub async fn open(
        &self,
        name: &str,
        patience: Duration,
        keepalive: Option<Duration>,
        transcript: Transcript,
    ) -> Result<Connection, DialError> {
        match &self.reached {
            Reached::Server(reach) => Connection::open(name, reach, patience, keepalive, transcript).await,
            Reached::Client { .. } => Err(DialError::ByItself),
        }
    }

    /// Whether the client_instance_id is known beforehand, and not what a client under test makes it.
    pub(super) fn is_told(&self) -> bool {
        !matches!(self.reached, Reached::Client { is_told: false, .. })
    }

    /// Where the target is, for messages.
    pub fn place(&self) -> String {
        match &self.reached {
            Reached::Server(reach) => reach.to_string(),
            Reached::Client { .. } => "a client that connects by itself".to_owned(),
        }
    }
}
