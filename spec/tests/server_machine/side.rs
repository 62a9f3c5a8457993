//! The server's side of a connection, with a client's record of its own and a clock that is set.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::{ClientRecord, Output, ServerConfig, ServerMachine, State};
use sinkcheck_spec::wire::{Event, InstanceId, Message};

pub(crate) use crate::messages::*;

/// First contact, of client 1 with application 1.0.0.
pub(crate) const FIRST_CONTACT: &str = "000b0005312e302e3000000001";
/// Client 1 with application 1.0.0, that knows server 2.
pub(crate) const KNOWN: &str = "000f0005312e302e300000000100000002";
/// Hello new client, from server 2.
pub(crate) const HELLO: &str = "00051100000002";
pub(crate) const CONNECTED: &str = "000110";
pub(crate) const MISMATCH: &str = "000112";

pub(crate) struct Side {
    pub(crate) machine: ServerMachine,
    pub(crate) client: ClientRecord,
    pub(crate) now: Duration,
}

impl Side {
    /// A connection of a client whose recorded id is this.
    pub(crate) fn new(recorded: Option<u32>) -> Self {
        Self::with(ServerConfig::default(), ClientRecord::new(recorded.map(InstanceId), None))
    }

    pub(crate) fn with(config: ServerConfig, client: ClientRecord) -> Self {
        Self { machine: ServerMachine::new(Arc::new(config), Duration::ZERO), client, now: Duration::ZERO }
    }

    /// A connection of client 1 that is accepted.
    pub(crate) fn accepted() -> Self {
        let mut side = Self::new(Some(1));
        assert_eq!(side.receive(KNOWN), [send(CONNECTED), Output::Accepted]);
        side
    }

    /// Another connection of the same client, which is accepted.
    pub(crate) fn reconnected(self) -> Self {
        let mut side = Self::with(ServerConfig::default(), self.client);
        assert_eq!(side.receive(KNOWN)[..2], [send(CONNECTED), Output::Accepted]);
        side
    }

    /// Gives it the octets, and takes all that comes of them.
    pub(crate) fn receive(&mut self, hex: &str) -> Vec<Output> {
        self.receive_octets(&hex::decode(hex).expect("hex in a test"))
    }

    pub(crate) fn receive_octets(&mut self, octets: &[u8]) -> Vec<Output> {
        self.machine.receive(self.now, octets, &mut self.client);
        self.outputs()
    }

    pub(crate) fn receive_message(&mut self, message: impl Into<Message<'static>>) -> Vec<Output> {
        self.receive_octets(&message.into().to_frame())
    }

    /// Queues events and sends what can be sent.
    pub(crate) fn publish(&mut self, events: impl IntoIterator<Item = Event<'static>>) -> Vec<Output> {
        for event in events {
            self.client.outbox.push(event).expect("room in the outbox");
        }
        self.outputs()
    }

    pub(crate) fn tick_at(&mut self, now: Duration) -> Vec<Output> {
        self.now = now;
        self.machine.tick(now, &mut self.client);
        self.outputs()
    }

    pub(crate) fn peer_closed(&mut self) -> Vec<Output> {
        self.machine.peer_closed(&mut self.client);
        self.outputs()
    }

    pub(crate) fn outputs(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        loop {
            outputs.extend(std::iter::from_fn(|| self.machine.poll()));
            if !self.machine.publish_next(&mut self.client) {
                return outputs;
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.machine.state() != State::Closed
    }

    pub(crate) fn delivered(&self) -> Vec<Event<'static>> {
        self.client.delivered.iter().cloned().collect()
    }
}
