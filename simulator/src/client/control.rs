//! What an adapter or a command may ask of a client.

use std::sync::Arc;

use sinkcheck_spec::machine::{EventNumber, OutboxFull};
use sinkcheck_spec::wire::{Event, InstanceId};

use super::ClientError;
use super::kept::Kept;
use super::state::Identity;

/// A handle on a client. It may outlive the client, and then all but reading is [`ClientError::Stopped`].
#[derive(Clone, Debug)]
pub struct ClientControl {
    kept: Arc<Kept>,
}

impl ClientControl {
    pub(super) fn new(kept: Arc<Kept>) -> Self {
        Self { kept }
    }

    /// Takes an event for the server. It is sent once the client is connected and accepted. Where the client has a state
    /// file the event is in it when this returns, and outlives the process.
    ///
    /// # Errors
    ///
    /// [`ClientError`]; then the event was not taken.
    pub fn publish(&self, event: Event<'static>) -> Result<EventNumber, ClientError> {
        self.take(vec![(event, None)])
    }

    /// Like [`ClientControl::publish`], for the last of so many lines of an events file. The event and the count are kept
    /// together, so that a program that goes on after [`ClientControl::lines_taken`] lines takes each once.
    ///
    /// # Errors
    ///
    /// As [`ClientControl::publish`].
    pub fn publish_line(&self, event: Event<'static>, lines: u64) -> Result<EventNumber, ClientError> {
        self.take(vec![(event, Some(lines))])
    }

    /// Like [`ClientControl::publish_line`], for many: each event with how many lines have been taken with it. They wait
    /// for the disk once. Returns how many were taken, from the first on; it is fewer where there is no more room.
    ///
    /// # Errors
    ///
    /// [`ClientError`], but not for want of room.
    pub fn publish_lines(&self, events: Vec<(Event<'static>, u64)>) -> Result<usize, ClientError> {
        let events = events.into_iter().map(|(event, lines)| (event, Some(lines))).collect();
        self.kept.publish(events).map(|numbers| numbers.len())
    }

    fn take(&self, event: Vec<(Event<'static>, Option<u64>)>) -> Result<EventNumber, ClientError> {
        let numbers = self.kept.publish(event)?;
        numbers.first().copied().ok_or(ClientError::OutboxFull(OutboxFull))
    }

    /// How many lines of an events file have been taken, in this process and, where there is a state file, before.
    #[must_use]
    pub fn lines_taken(&self) -> u64 {
        self.kept.lock().lines_taken()
    }

    /// The events that the client's application took from the server, oldest first; those that it NACKed are not among
    /// them.
    #[must_use]
    pub fn delivered(&self) -> Vec<Event<'static>> {
        self.kept.lock().record.delivered.iter().cloned().collect()
    }

    /// How many of the client's events are unanswered, sent or not.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.kept.lock().record.outbox.unanswered()
    }

    /// How many of the client's events the server took.
    #[must_use]
    pub fn events_delivered(&self) -> u64 {
        self.kept.lock().record.outbox.delivered()
    }

    /// The client's own id.
    #[must_use]
    pub fn client_instance_id(&self) -> InstanceId {
        self.kept.lock().record.client_instance_id
    }

    /// The id of the server that last accepted the client, or that it was set up with; `None` before.
    #[must_use]
    pub fn server_instance_id(&self) -> Option<InstanceId> {
        self.kept.lock().record.server_instance_id
    }

    /// Starts the client anew, as after a power failure: its connection is dropped, and it connects again at once, with
    /// the ids and the unanswered events that it keeps. What its application took stays with the application.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub fn restart(&self) -> Result<(), ClientError> {
        self.kept.begin_anew(|_| Ok(()))
    }

    /// Wipes the client: it has another client_instance_id (a random one, unless it is given), knows no server, and has
    /// forgotten all events. It connects again at once.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub fn wipe(&self, client: Option<InstanceId>) -> Result<(), ClientError> {
        self.kept.begin_anew(|inner| {
            let client = client.unwrap_or_else(|| inner.another_id());
            inner.become_client(Identity { client, server: None })
        })
    }

    /// Puts the client back into the state that its configuration describes: its ids, and no events. It connects again
    /// at once.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub fn prepare(&self) -> Result<(), ClientError> {
        self.kept.begin_anew(|inner| inner.become_client(inner.described()))
    }

    /// Puts the client into a state of these ids and no events. It connects again at once.
    ///
    /// # Errors
    ///
    /// [`ClientError`].
    pub fn prepare_as(&self, client: InstanceId, server: Option<InstanceId>) -> Result<(), ClientError> {
        self.kept.begin_anew(|inner| inner.become_client(Identity { client, server }))
    }
}
