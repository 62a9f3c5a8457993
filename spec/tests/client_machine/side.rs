//! The client's side of a connection, with a record of its own and a clock that is set.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::{ClientConfig, ClientMachine, Output, ServerRecord, State};
use sinkcheck_spec::wire::{Event, InstanceId, Message};

pub(crate) use crate::messages::*;

/// What client 1 with application 1.0.0 asks at first contact.
pub(crate) const FIRST_CONTACT: &str = "000b0005312e302e3000000001";
/// What it asks when it knows server 2.
pub(crate) const KNOWN: &str = "000f0005312e302e300000000100000002";
/// Hello new client, from server 2.
pub(crate) const HELLO: &str = "00051100000002";
pub(crate) const CONNECTED: &str = "000110";

pub(crate) struct Side {
    pub(crate) machine: ClientMachine,
    pub(crate) server: ServerRecord,
    pub(crate) now: Duration,
}

impl Side {
    /// A connection of client 1, which knows a server by this id, if any. Its request is still to be taken.
    pub(crate) fn new(server: Option<u32>) -> Self {
        Self::with(ClientConfig::default(), ServerRecord::new(InstanceId(1), server.map(InstanceId)))
    }

    pub(crate) fn with(config: ClientConfig, mut server: ServerRecord) -> Self {
        let machine = ClientMachine::new(Arc::new(config), Duration::ZERO, &mut server);
        Self { machine, server, now: Duration::ZERO }
    }

    /// A connection of client 1 that has asked.
    pub(crate) fn asked(server: Option<u32>) -> Self {
        let mut side = Self::new(server);
        let request = if server.is_some() { KNOWN } else { FIRST_CONTACT };
        assert_eq!(side.outputs(), [send(request)]);
        side
    }

    /// A connection of client 1 that server 2 has accepted.
    pub(crate) fn accepted() -> Self {
        Self::with(ClientConfig::default(), ServerRecord::new(InstanceId(1), Some(InstanceId(2)))).connected()
    }

    /// The same after "connected".
    pub(crate) fn connected(mut self) -> Self {
        assert_eq!(self.outputs(), [send(KNOWN)]);
        let outputs = self.receive_octets_alone(&hex::decode(CONNECTED).expect("hex"));
        assert_eq!(outputs, [Output::Accepted]);
        self
    }

    /// Another connection of the same client, which is accepted. What it sends then is still to be taken.
    pub(crate) fn reconnected(self) -> Self {
        Self::with(ClientConfig::default(), self.server).connected()
    }

    /// Gives it the octets, and takes all that comes of them.
    pub(crate) fn receive(&mut self, hex: &str) -> Vec<Output> {
        self.receive_octets(&hex::decode(hex).expect("hex in a test"))
    }

    pub(crate) fn receive_octets(&mut self, octets: &[u8]) -> Vec<Output> {
        let mut outputs = self.receive_octets_alone(octets);
        outputs.extend(self.outputs());
        outputs
    }

    /// Without sending an event that waits.
    pub(crate) fn receive_octets_alone(&mut self, octets: &[u8]) -> Vec<Output> {
        self.machine.receive(self.now, octets, &mut self.server);
        std::iter::from_fn(|| self.machine.poll()).collect()
    }

    pub(crate) fn receive_message(&mut self, message: impl Into<Message<'static>>) -> Vec<Output> {
        self.receive_octets(&message.into().to_frame())
    }

    /// Queues events and sends what can be sent.
    pub(crate) fn publish(&mut self, events: impl IntoIterator<Item = Event<'static>>) -> Vec<Output> {
        for event in events {
            self.server.outbox.push(event).expect("room in the outbox");
        }
        self.outputs()
    }

    pub(crate) fn tick_at(&mut self, now: Duration) -> Vec<Output> {
        self.now = now;
        self.machine.tick(now, &mut self.server);
        self.outputs()
    }

    pub(crate) fn peer_closed(&mut self) -> Vec<Output> {
        self.machine.peer_closed(&mut self.server);
        self.outputs()
    }

    pub(crate) fn outputs(&mut self) -> Vec<Output> {
        let mut outputs = Vec::new();
        loop {
            outputs.extend(std::iter::from_fn(|| self.machine.poll()));
            if !self.machine.publish_next(self.now, &mut self.server) {
                return outputs;
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.machine.state() != State::Closed
    }

    pub(crate) fn delivered(&self) -> Vec<Event<'static>> {
        self.server.delivered.iter().cloned().collect()
    }
}
