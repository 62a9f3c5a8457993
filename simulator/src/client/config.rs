//! What a client is set up with.

use sinkcheck_spec::machine::{self, Backoff};
use sinkcheck_spec::wire::InstanceId;

/// What the reference client is set up with.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// What its connections need: the application version, the keepalive interval, which events are refused and how,
    /// and the message id of the first PUBLISH.
    pub machine: machine::ClientConfig,
    /// Its own id at the start, and after [`super::ClientControl::prepare`]; 1.
    pub client_instance_id: InstanceId,
    /// The id of the server that it knows at the start, and after [`super::ClientControl::prepare`]; none.
    pub server_instance_id: Option<InstanceId>,
    /// The waits between its attempts to connect.
    pub backoff: Backoff,
    /// What its random numbers begin with: the variation of the waits, and a new id when it is wiped. None: other ones
    /// each time.
    pub seed: Option<u64>,
}

impl Default for ClientConfig {
    /// Client 1 with application 1.0.0, which knows no server, refuses events of type 99, and waits as deployed clients
    /// do.
    fn default() -> Self {
        Self {
            machine: machine::ClientConfig::default(),
            client_instance_id: InstanceId(1),
            server_instance_id: None,
            backoff: Backoff::default(),
            seed: None,
        }
    }
}
