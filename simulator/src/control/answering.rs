//! What can be asked, of a server and of clients alike.

use std::collections::BTreeMap;

use sinkcheck_spec::wire::{Event, InstanceId};

use super::{Control, ControlError};
use crate::client::ClientControl;
use crate::server::UnknownClient;

/// Whoever answers an adapter's questions. Each names a client: one that the server knows, or one that is run.
pub trait Answering: Clone + Send + Sync + 'static {
    /// Puts the client back into its configured state, or a client that is run into a described one.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    fn prepare(&self, client: &str, described: Option<Described>) -> Result<(), ControlError>;

    /// Queues an event: the server's for the client, or the client's for the server.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    fn publish(&self, client: &str, event: Event<'static>) -> Result<(), ControlError>;

    /// The events that the application took: the server's from the client, or the client's from the server.
    ///
    /// # Errors
    ///
    /// [`ControlError`].
    fn delivered(&self, client: &str) -> Result<Vec<Event<'static>>, ControlError>;

    /// Starts the client anew, with all that it keeps.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] where no client is run.
    fn restart(&self, _client: &str) -> Result<(), ControlError> {
        Err(ControlError::Unsupported)
    }

    /// Wipes the client: it is another one from then on, of this id if one is given.
    ///
    /// # Errors
    ///
    /// [`ControlError::Unsupported`] where no client is run.
    fn wipe(&self, _client: &str, _id: Option<InstanceId>) -> Result<(), ControlError> {
        Err(ControlError::Unsupported)
    }
}

/// A state that a client is to be put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its own id.
    pub client_instance_id: InstanceId,
    /// The id of the server that it knows; `None` for a new client.
    pub server_instance_id: Option<InstanceId>,
}

impl Answering for Control {
    fn prepare(&self, client: &str, described: Option<Described>) -> Result<(), ControlError> {
        match described {
            None => Self::prepare(self, client),
            // A server's clients are as it is configured.
            Some(_) => Err(ControlError::Unsupported),
        }
    }

    fn publish(&self, client: &str, event: Event<'static>) -> Result<(), ControlError> {
        Self::publish(self, client, event).map(|_| ())
    }

    fn delivered(&self, client: &str) -> Result<Vec<Event<'static>>, ControlError> {
        Self::delivered(self, client)
    }
}

/// The clients that are run, by the names of the fixtures that they play.
#[derive(Clone, Debug, Default)]
pub struct ClientControls(BTreeMap<String, ClientControl>);

impl ClientControls {
    /// These clients, by name.
    pub fn new<N: Into<String>>(clients: impl IntoIterator<Item = (N, ClientControl)>) -> Self {
        Self(clients.into_iter().map(|(name, control)| (name.into(), control)).collect())
    }

    /// The client of this name.
    ///
    /// # Errors
    ///
    /// [`UnknownClient`].
    pub fn named(&self, name: &str) -> Result<&ClientControl, UnknownClient> {
        self.0.get(name).ok_or_else(|| UnknownClient(name.to_owned()))
    }
}

impl Answering for ClientControls {
    fn prepare(&self, client: &str, described: Option<Described>) -> Result<(), ControlError> {
        let client = self.named(client)?;
        match described {
            None => client.prepare()?,
            Some(state) => client.prepare_as(state.client_instance_id, state.server_instance_id)?,
        }
        Ok(())
    }

    fn publish(&self, client: &str, event: Event<'static>) -> Result<(), ControlError> {
        self.named(client)?.publish(event)?;
        Ok(())
    }

    fn delivered(&self, client: &str) -> Result<Vec<Event<'static>>, ControlError> {
        Ok(self.named(client)?.delivered())
    }

    fn restart(&self, client: &str) -> Result<(), ControlError> {
        Ok(self.named(client)?.restart()?)
    }

    fn wipe(&self, client: &str, id: Option<InstanceId>) -> Result<(), ControlError> {
        Ok(self.named(client)?.wipe(id)?)
    }
}
