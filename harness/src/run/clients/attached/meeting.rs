//! Accepting a client outside of any case: to measure it, to make a new client a known one, or to have one that was turned away
//! begin its waits anew.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_reports::document::Reason;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::{InstanceId, Message};
use tokio::time::Instant;

use crate::connection::{Arrived, Connection, History, Transcript};
use crate::player::Calibration;
use crate::run::clients::contact::{PATIENCE, accept, measured};
use crate::target::Target;

/// How it is to go.
pub(super) struct Meeting {
    pub(super) target: Arc<Target>,
    pub(super) history: History,
    /// The harness's id as the server, for a client that has none.
    pub(super) server: InstanceId,
    pub(super) measures: bool,
    /// The connection is kept open when the client is accepted.
    pub(super) stays: bool,
    /// How long the client has at the end to close its end.
    pub(super) window: Duration,
}

/// What came of it.
pub(super) struct Met {
    /// The server's id that the client has now; or why it was not accepted.
    pub(super) server: Result<InstanceId, Reason>,
    /// What was measured, or what is to be said of it, if that was tried.
    pub(super) calibration: Option<Result<Calibration, String>>,
    /// The connection, if it is kept.
    pub(super) connection: Option<Connection>,
}

impl Meeting {
    pub(super) async fn meet(self, arrived: Arrived) -> Met {
        let interval = self.target.keepalive_interval;
        let connection = Connection::take("contact", arrived, interval, Transcript::begin(Role::Client), &self.history);
        let request = match accept(&connection, self.server).await {
            Ok(request) => request,
            Err(why) => return Met { server: Err(why), calibration: None, connection: None },
        };
        let calibration = if self.measures { Some(measured(&connection, &self.target).await) } else { None };
        if calibration.is_none() {
            has_read(&connection).await;
        }
        let server = Ok(request.server_instance_id().unwrap_or(self.server));
        if self.stays {
            // What it publishes meanwhile is no case's.
            connection.inbox().holds_events = false;
            return Met { server, calibration, connection: Some(connection) };
        }
        let window = match &calibration {
            Some(Ok(calibration)) => calibration.window(),
            _ => self.window,
        };
        connection.close(window, PATIENCE).await;
        Met { server, calibration, connection: None }
    }
}

/// A PONG shows that the client has read that it is accepted. One that doesn't answer, the cases will find.
async fn has_read(connection: &Connection) {
    if connection.send(vec![Message::Ping.to_frame()], Duration::ZERO, PATIENCE).await.is_ok() {
        let deadline = Instant::now() + PATIENCE;
        connection.wait(deadline, |inbox| (inbox.pongs > 0 || inbox.closed.is_some()).then_some(())).await;
    }
}
