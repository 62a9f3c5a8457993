//! One connection of a server.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::conversation::{Conversation, Kept, Matter};
use super::{ClientRecord, Effect, Finding, Input, Output, ServerConfig, State, Table, decide};
use crate::wire::{ConnectionResponse, Deframer, Message, QuarantineReason, ResponseCode};

/// The server's side of one connection. See the [module](super) for how to drive it.
#[derive(Clone, Debug)]
pub struct ServerMachine {
    config: Arc<ServerConfig>,
    table: Arc<Table>,
    state: State,
    deframer: Deframer,
    /// When octets last arrived, or when that was last too long ago.
    last_received: Duration,
    conversation: Conversation,
}

impl ServerMachine {
    /// A connection that was opened at `now`.
    #[must_use]
    pub fn new(config: Arc<ServerConfig>, now: Duration) -> Self {
        Self::with_table(config, Arc::new(Table::server()), now)
    }

    /// A connection that was opened at `now` and goes by a table of one's own.
    #[must_use]
    pub fn with_table(config: Arc<ServerConfig>, table: Arc<Table>, now: Duration) -> Self {
        Self {
            state: State::OF_SERVER[0],
            deframer: Deframer::new(),
            last_received: now,
            conversation: Conversation::new(config.first_message_id),
            config,
            table,
        }
    }

    /// Where the connection stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// The next thing to do or to know. Take them all after each call.
    pub fn poll(&mut self) -> Option<Output> {
        self.conversation.poll()
    }

    /// When to call [`ServerMachine::tick`], unless octets arrive before; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        (self.state != State::Closed).then(|| self.last_received.saturating_add(self.config.patience()))
    }

    /// Octets arrived.
    pub fn receive(&mut self, now: Duration, octets: &[u8], client: &mut ClientRecord) {
        if !octets.is_empty() {
            // Octets of an unfinished frame count: a large one may be long on its way (keepalive.unfinished-frame).
            self.last_received = self.last_received.max(now);
        }
        let mut deframer = mem::take(&mut self.deframer);
        deframer.push(octets);
        while let Some(content) = deframer.next() {
            self.content(content, client);
        }
        self.deframer = deframer;
    }

    /// The peer ended its stream, in whatever way. What is left of a frame is dropped (framing.truncated-*).
    pub fn peer_closed(&mut self, client: &mut ClientRecord) {
        let within_frame = self.deframer.pending() > 0;
        let input = if within_frame { Input::PeerClosedWithinFrame } else { Input::PeerClosed };
        self.step(input, Matter::Nothing, client);
    }

    /// Time has passed. Before the deadline nothing comes of it.
    pub fn tick(&mut self, now: Duration, client: &mut ClientRecord) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            // Whatever the table does about it, the next wait begins.
            self.last_received = now;
            self.step(Input::Silence, Matter::Nothing, client);
        }
    }

    /// A newer connection of the same identity was accepted.
    pub fn taken_over(&mut self, client: &mut ClientRecord) {
        self.step(Input::TakenOver, Matter::Nothing, client);
    }

    /// Sends one of the outbox's events that this connection has not sent yet. Returns whether it did; if not, there is
    /// no such event, no id is free, or the state does not let it. So a driver sends as many as it has room for, and
    /// comes back when it has more, when an event was queued, and after each [`ServerMachine::receive`].
    pub fn publish_next(&mut self, client: &mut ClientRecord) -> bool {
        let before = self.conversation.last_sent();
        if self.conversation.has_event_waiting(&client.outbox) {
            self.step(Input::EventWaiting, Matter::Nothing, client);
        }
        self.conversation.last_sent() != before
    }

    fn content(&mut self, content: &[u8], client: &mut ClientRecord) {
        let message = match Message::decode(content) {
            Ok(message) => message,
            Err(error) => {
                if self.state != State::Closed {
                    self.conversation.tell(Output::Malformed(error));
                }
                return self.step(Input::Malformed, Matter::Nothing, client);
            }
        };
        let (input, matter) = match &message {
            Message::ConnectionRequest(request) => {
                (Input::Request(decide(&self.config, client, request)), Matter::Request(request))
            }
            Message::OtherVersion(_) => (Input::Request(Finding::UnsupportedProtocol), Matter::Nothing),
            message => {
                let of_both = self.conversation.classify(message, &self.config.rejected_event_types);
                of_both.unwrap_or((Input::OtherRole, Matter::Nothing))
            }
        };
        self.step(input, matter, client);
    }

    /// Does what the table says.
    fn step(&mut self, input: Input, matter: Matter<'_>, client: &mut ClientRecord) {
        let table = Arc::clone(&self.table);
        let transition = table.transition(self.state, input);
        for &effect in transition.effects {
            self.perform(effect, matter, client);
        }
        if self.state == transition.next {
            return;
        }
        self.state = transition.next;
        self.conversation.state_changed();
        match self.state {
            State::Accepted => self.conversation.tell(Output::Accepted),
            State::Closed => self.conversation.tell(Output::Close { because: input }),
            State::AwaitingRequest | State::AwaitingResponse => {}
        }
    }

    fn perform(&mut self, effect: Effect, matter: Matter<'_>, client: &mut ClientRecord) {
        match (effect, matter) {
            (Effect::Respond(code), _) => self.respond(code, client),
            (Effect::Record, Matter::Request(request)) => client.recorded = Some(request.client_instance_id()),
            (effect, matter) => {
                let mut kept = Kept { outbox: &mut client.outbox, delivered: &mut client.delivered };
                self.conversation.perform(effect, matter, &mut kept, &self.config.rejection_reason);
            }
        }
    }

    fn respond(&mut self, code: ResponseCode, client: &ClientRecord) {
        let response = match code {
            ResponseCode::Connected => ConnectionResponse::Connected,
            ResponseCode::HelloNewClient => {
                ConnectionResponse::HelloNewClient { server_instance_id: self.config.server_instance_id }
            }
            ResponseCode::InstanceIdMismatch => ConnectionResponse::InstanceIdMismatch,
            ResponseCode::Quarantined => {
                let reason = client.quarantined.clone().map_or_else(|| QuarantineReason::new(&[][..], ""), Ok);
                let Ok(reason) = reason else { return };
                ConnectionResponse::Quarantined(reason)
            }
            ResponseCode::UnsupportedProtocolVersion => ConnectionResponse::UnsupportedProtocolVersion,
            ResponseCode::UnsupportedApplicationVersion => ConnectionResponse::UnsupportedApplicationVersion,
            ResponseCode::Unused(_) => return,
        };
        let accepts = response.is_acceptance();
        self.conversation.send(&response.into());
        if !accepts {
            self.conversation.tell(Output::Rejected(code));
        }
    }
}
