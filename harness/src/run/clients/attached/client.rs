//! One client that connects by itself, over a whole run.

use std::sync::Arc;

use sinkcheck_cases::language::{Fixture, Scenario};
use sinkcheck_spec::oracle::{ClientHistory, Start};
use sinkcheck_spec::wire::{ConnectionRequest, InstanceId};

use crate::connection::{Arrivals, Arrived, Connection, History, Incoming};
use crate::player::{Reached, Seat};
use crate::run::clients::CLIENT_ID;
use crate::target::{ClientIdentity, Process};

/// What a client is doing.
#[derive(Debug)]
pub(super) enum State {
    /// It is not connected, or not seen to be.
    Away,
    /// A case is played with it, which takes its connections.
    Playing { arrivals: Arrivals, incoming: Incoming },
    /// It is being welcomed or prepared. Its latest connection since.
    Aside(Option<Arrived>),
    /// Nothing can be played with it now. It is accepted, and kept so until something can.
    Parked { _connection: Connection },
}

/// A client, and what is known of it.
#[derive(Debug)]
pub(super) struct Client {
    /// What the target file says of it, for each role that it plays.
    entries: Vec<ClientIdentity>,
    pub(super) history: History,
    /// The id that it showed.
    id: Option<InstanceId>,
    /// The server's id in its last request, or none; nothing at all before the first request.
    pub(super) carries: Option<Option<InstanceId>>,
    pub(super) state: State,
    /// What its next connection begins.
    pub(super) promised: Option<Arc<Scenario>>,
    /// It was not accepted when it was last heard of, and will wait longer each time until it is.
    pub(super) was_turned_away: bool,
    /// It was accepted outside of any case since its last one.
    pub(super) was_welcomed: bool,
}

impl Client {
    pub(super) fn new(entries: Vec<ClientIdentity>) -> Self {
        Self {
            entries,
            history: History::new(ClientHistory::new(Start::Unknown)),
            id: None,
            carries: None,
            state: State::Away,
            promised: None,
            was_turned_away: false,
            was_welcomed: false,
        }
    }

    /// Its entry in the target file for cases of a fixture.
    pub(super) fn entry(&self, fixture: Fixture) -> Option<&ClientIdentity> {
        self.entries.iter().find(|entry| entry.fixture == fixture)
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        self.entries.first().map_or("the client", |entry| entry.name.as_str())
    }

    /// Whether anybody has heard of it.
    pub(super) fn was_seen(&self) -> bool {
        self.carries.is_some()
    }

    /// Whether a request carries the ids that it must.
    pub(super) fn fits(&self, request: &ConnectionRequest<'_>) -> bool {
        self.id.is_none_or(|id| id == request.client_instance_id())
            && self.history.may_carry(request.server_instance_id())
    }

    /// A request of its came.
    pub(super) fn showed(&mut self, request: &ConnectionRequest<'_>) {
        self.id = Some(request.client_instance_id());
        self.carries = Some(request.server_instance_id());
    }

    /// It was made a new one.
    pub(super) fn was_prepared(&mut self) {
        self.history = History::new(ClientHistory::new(Start::New));
        self.id = None;
        self.carries = None;
    }

    /// The client as a case meets it.
    pub(super) fn seat(&self, fixture: Fixture, incoming: Incoming) -> Seat {
        let entry = self.entry(fixture).or(self.entries.first());
        Seat {
            name: entry.map_or_else(|| fixture.name().to_owned(), |entry| entry.name.clone()),
            fixture,
            client: self.id.or(entry.and_then(|entry| entry.client_instance_id)).unwrap_or(CLIENT_ID),
            reached: Reached::Client {
                incoming,
                history: self.history.clone(),
                process: Process::default(),
                // It may have been wiped since the target file was written.
                is_told: false,
            },
        }
    }
}
