//! A reference client and a reference server with a network between them on which everything may take any time, and observers in
//! three places.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{
    ClientConfig, ClientMachine, ClientRecord, Output, ServerConfig, ServerMachine, ServerRecord, State,
};
use sinkcheck_spec::oracle::{Finding, Observer, Settings};
use sinkcheck_spec::wire::{InstanceId, MessageId, QuarantineReason};

use crate::contents::event;

/// What is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    /// A frame, without its length.
    Frame(Vec<u8>),
    /// The end of the direction.
    End,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A peer's application has an event that the other one takes.
    Publish(Role),
    /// A peer's application has an event that the other one refuses.
    PublishRefused(Role),
    /// The client has been silent for an interval.
    Idle,
    /// What this peer sent first reaches the middle.
    ToMiddle(Role),
    /// What this peer sent first reaches the other one.
    Arrive(Role),
    /// A peer ends the connection.
    Leave(Role),
}

impl Action {
    pub(crate) const ALL: [Self; 11] = [
        Self::ToMiddle(Role::Client),
        Self::Arrive(Role::Client),
        Self::ToMiddle(Role::Server),
        Self::Arrive(Role::Server),
        Self::Publish(Role::Client),
        Self::Publish(Role::Server),
        Self::PublishRefused(Role::Client),
        Self::PublishRefused(Role::Server),
        Self::Idle,
        Self::Leave(Role::Client),
        Self::Leave(Role::Server),
    ];
}

/// How a connection begins.
#[derive(Clone, Debug)]
pub(crate) struct Beginning {
    /// The server's id that the client keeps.
    pub(crate) kept: Option<u32>,
    /// The client's id that the server has on record. The client is 1.
    pub(crate) recorded: Option<u32>,
    pub(crate) quarantined: bool,
    /// The first message ids of client and server.
    pub(crate) first_ids: (u16, u16),
}

#[derive(Clone)]
pub(crate) struct World {
    client: ClientMachine,
    kept: ServerRecord,
    server: ServerMachine,
    record: ClientRecord,
    /// From a peer to the middle, and from there to the other peer.
    to_middle: [VecDeque<Passing>; 2],
    to_peer: [VecDeque<Passing>; 2],
    gone: [bool; 2],
    now: Duration,
    offset: u64,
    at_client: Observer,
    in_the_middle: Observer,
    at_server: Observer,
    /// What passed the middle.
    pub(crate) trace: Vec<(Role, Passing)>,
}

fn index(role: Role) -> usize {
    usize::from(role == Role::Server)
}

fn id(number: u16) -> MessageId {
    MessageId::new(number).expect("12 bits")
}

impl World {
    pub(crate) fn new(beginning: &Beginning) -> Self {
        let client = ClientConfig { first_message_id: id(beginning.first_ids.0), ..ClientConfig::default() };
        let server = ServerConfig { first_message_id: id(beginning.first_ids.1), ..ServerConfig::default() };
        let reason = beginning.quarantined.then(|| QuarantineReason::new(&b"q"[..], "why").expect("a small reason"));
        let mut kept = ServerRecord::new(InstanceId(1), beginning.kept.map(InstanceId));
        let client = ClientMachine::new(Arc::new(client), Duration::ZERO, &mut kept);
        // What is on its way may take any time here.
        let observer = Observer::new(Settings { patience: Duration::MAX, ..Settings::default() });
        let mut world = Self {
            client,
            kept,
            server: ServerMachine::new(Arc::new(server), Duration::ZERO),
            record: ClientRecord::new(beginning.recorded.map(InstanceId), reason),
            to_middle: Default::default(),
            to_peer: Default::default(),
            gone: [false; 2],
            now: Duration::ZERO,
            offset: 0,
            at_client: observer.clone(),
            in_the_middle: observer.clone(),
            at_server: observer,
            trace: Vec::new(),
        };
        world.take(Role::Client);
        world
    }

    /// Lets it happen; false if it can't now.
    pub(crate) fn act(&mut self, action: Action) -> bool {
        match action {
            Action::Publish(role) => self.publish(role, 1),
            Action::PublishRefused(role) => self.publish(role, 99),
            Action::Idle => {
                if self.gone[0] || self.client.state() != State::Accepted {
                    return false;
                }
                self.now += Duration::from_secs(60);
                self.client.tick(self.now, &mut self.kept);
                self.take(Role::Client);
                true
            }
            Action::ToMiddle(role) => {
                let Some(passing) = self.to_middle[index(role)].pop_front() else { return false };
                observe(&mut self.in_the_middle, role, self.now, &passing);
                self.trace.push((role, passing.clone()));
                self.to_peer[index(role)].push_back(passing);
                true
            }
            Action::Arrive(role) => {
                let Some(passing) = self.to_peer[index(role)].pop_front() else { return false };
                self.arrive(role, &passing);
                true
            }
            Action::Leave(role) => {
                let leaves = !self.gone[index(role)];
                if leaves {
                    self.leave(role);
                }
                leaves
            }
        }
    }

    fn publish(&mut self, role: Role, event_type: u64) -> bool {
        self.offset += 1;
        let outbox = match role {
            Role::Client => &mut self.kept.outbox,
            Role::Server => &mut self.record.outbox,
        };
        // One that waits is enough: more of them lead to nothing else.
        if self.gone[index(role)] || outbox.unanswered() > 3 {
            return false;
        }
        outbox.push(event(event_type, self.offset)).expect("room in the outbox");
        self.take(role);
        true
    }

    fn arrive(&mut self, from: Role, passing: &Passing) {
        let to = from.other();
        let observer = match to {
            Role::Client => &mut self.at_client,
            Role::Server => &mut self.at_server,
        };
        observe(observer, from, self.now, passing);
        if self.gone[index(to)] {
            return;
        }
        match (to, passing) {
            (Role::Client, Passing::Frame(content)) => {
                self.client.receive(self.now, &framed(content), &mut self.kept);
            }
            (Role::Server, Passing::Frame(content)) => {
                self.server.receive(self.now, &framed(content), &mut self.record);
            }
            (Role::Client, Passing::End) => self.client.peer_closed(&mut self.kept),
            (Role::Server, Passing::End) => self.server.peer_closed(&mut self.record),
        }
        self.take(to);
    }

    /// Takes what a peer has to say, and sends it on its way.
    fn take(&mut self, role: Role) {
        loop {
            let next = match role {
                Role::Client => self.client.poll(),
                Role::Server => self.server.poll(),
            };
            match next {
                Some(Output::Send(octets)) => self.send(role, Passing::Frame(octets[2..].to_vec())),
                Some(Output::Close { .. }) => self.leave(role),
                Some(_) => {}
                None => {
                    let more = match role {
                        Role::Client => self.client.publish_next(self.now, &mut self.kept),
                        Role::Server => self.server.publish_next(&mut self.record),
                    };
                    if !more {
                        return;
                    }
                }
            }
        }
    }

    fn leave(&mut self, role: Role) {
        if !self.gone[index(role)] {
            self.send(role, Passing::End);
            self.gone[index(role)] = true;
        }
    }

    fn send(&mut self, role: Role, passing: Passing) {
        if self.gone[index(role)] {
            return;
        }
        let observer = match role {
            Role::Client => &mut self.at_client,
            Role::Server => &mut self.at_server,
        };
        observe(observer, role, self.now, &passing);
        self.to_middle[index(role)].push_back(passing);
    }

    /// Everything that any of the observers has found.
    pub(crate) fn found(&mut self) -> Vec<(&'static str, Finding)> {
        let places = [
            ("at the client's end", &mut self.at_client),
            ("in the middle", &mut self.in_the_middle),
            ("at the server's end", &mut self.at_server),
        ];
        let mut found = Vec::new();
        for (place, observer) in places {
            found.extend(std::iter::from_fn(|| observer.poll()).map(|finding| (place, finding)));
        }
        found
    }
}

pub(crate) fn observe(observer: &mut Observer, from: Role, at: Duration, passing: &Passing) {
    match passing {
        Passing::Frame(content) => observer.frame(from, at, content),
        Passing::End => observer.closed(from, at, &[]),
    }
}

fn framed(content: &[u8]) -> Vec<u8> {
    let mut octets = u16::try_from(content.len()).expect("a frame").to_be_bytes().to_vec();
    octets.extend_from_slice(content);
    octets
}
