//! What an adapter asks of the reference server: to put a client back, to publish, to tell what was delivered. Of
//! reference clients it asks the same, and to restart and to wipe them.

mod answering;
mod lines;
mod question;

use std::sync::Arc;

use sinkcheck_spec::machine::{EventNumber, OutboxFull};
use sinkcheck_spec::wire::Event;
use thiserror::Error;

pub use answering::{Answering, ClientControls, Described};
pub use lines::{MAX_LINE, serve_lines};
pub use question::answer;

use crate::client::ClientError;
use crate::server::UnknownClient;
use crate::server::clients::Clients;

/// A handle on what a server keeps about its clients. It may outlive the server.
#[derive(Clone, Debug)]
pub struct Control {
    clients: Arc<Clients>,
}

/// What can't be done.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ControlError {
    /// There is no such client.
    #[error(transparent)]
    UnknownClient(#[from] UnknownClient),
    /// The client doesn't do it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A state is described by a server's id alone.
    #[error("server_instance_id: needs a client_instance_id beside it")]
    NoClientId,
    /// It is not for this side: nothing can be restarted or wiped where no client is run.
    #[error("is not supported here")]
    Unsupported,
    /// Too many events wait for the client.
    #[error(transparent)]
    OutboxFull(#[from] OutboxFull),
}

impl Control {
    pub(crate) fn new(clients: Arc<Clients>) -> Self {
        Self { clients }
    }

    /// Puts the client back into its configured state: its connections end, and what was delivered, what waits to be
    /// sent and which client_instance_id was recorded is forgotten.
    ///
    /// # Errors
    ///
    /// [`ControlError::UnknownClient`].
    pub fn prepare(&self, client: &str) -> Result<(), ControlError> {
        self.clients.named(client)?.prepare();
        Ok(())
    }

    /// Queues an event for the client. It is sent once the client is connected and accepted.
    ///
    /// # Errors
    ///
    /// [`ControlError::UnknownClient`], or [`ControlError::OutboxFull`].
    pub fn publish(&self, client: &str, event: Event<'static>) -> Result<EventNumber, ControlError> {
        let mut shared = self.clients.named(client)?.lock();
        let number = shared.record.outbox.push(event)?;
        shared.wake_current();
        Ok(number)
    }

    /// The events that the server's application took from the client, oldest first; those that it NACKed are not among
    /// them.
    ///
    /// # Errors
    ///
    /// [`ControlError::UnknownClient`].
    pub fn delivered(&self, client: &str) -> Result<Vec<Event<'static>>, ControlError> {
        Ok(self.clients.named(client)?.lock().record.delivered.iter().cloned().collect())
    }

    /// How many of the server's events for the client are unanswered, sent or not.
    ///
    /// # Errors
    ///
    /// [`ControlError::UnknownClient`].
    pub fn unanswered(&self, client: &str) -> Result<usize, ControlError> {
        Ok(self.clients.named(client)?.lock().record.outbox.unanswered())
    }

    /// How many of the server's events the client took.
    ///
    /// # Errors
    ///
    /// [`ControlError::UnknownClient`].
    pub fn events_delivered(&self, client: &str) -> Result<u64, ControlError> {
        Ok(self.clients.named(client)?.lock().record.outbox.delivered())
    }
}
