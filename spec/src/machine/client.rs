//! One connection of a client.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::conversation::{Conversation, Kept, Matter};
use super::{ClientConfig, Effect, Input, Output, Reply, ServerRecord, State, Table};
use crate::wire::{ConnectionRequest, ConnectionResponse, Deframer, Message};

/// The client's side of one connection. See the [module](super) for how to drive it.
#[derive(Clone, Debug)]
pub struct ClientMachine {
    config: Arc<ClientConfig>,
    table: Arc<Table>,
    state: State,
    deframer: Deframer,
    conversation: Conversation,
    /// When octets last arrived, or when that was last too long ago.
    last_received: Duration,
    /// When octets last went either way, or when that was last too long ago.
    last_busy: Duration,
    /// Whether the request carried a server_instance_id.
    carried_server_id: bool,
}

impl ClientMachine {
    /// A connection that was opened at `now`. Its request is among the outputs at once.
    #[must_use]
    pub fn new(config: Arc<ClientConfig>, now: Duration, server: &mut ServerRecord) -> Self {
        Self::with_table(config, Arc::new(Table::client()), now, server)
    }

    /// A connection that was opened at `now` and goes by a table of one's own.
    #[must_use]
    pub fn with_table(config: Arc<ClientConfig>, table: Arc<Table>, now: Duration, server: &mut ServerRecord) -> Self {
        let mut machine = Self {
            state: State::OF_CLIENT[0],
            deframer: Deframer::new(),
            conversation: Conversation::new(config.first_message_id),
            last_received: now,
            last_busy: now,
            carried_server_id: server.server_instance_id.is_some(),
            config,
            table,
        };
        machine.step(Input::Opened, Matter::Nothing, server);
        machine
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

    /// When to call [`ClientMachine::tick`], unless something happens before; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        (self.state != State::Closed).then(|| self.idle_at().min(self.silent_at()))
    }

    fn idle_at(&self) -> Duration {
        self.last_busy.saturating_add(self.config.idle())
    }

    fn silent_at(&self) -> Duration {
        self.last_received.saturating_add(self.config.patience())
    }

    /// Octets arrived.
    pub fn receive(&mut self, now: Duration, octets: &[u8], server: &mut ServerRecord) {
        if !octets.is_empty() {
            // Octets of an unfinished frame count: a large one may be long on its way (keepalive.unfinished-frame).
            self.last_received = self.last_received.max(now);
            // What is sent in answer goes now, too.
            self.last_busy = self.last_busy.max(now);
        }
        let mut deframer = mem::take(&mut self.deframer);
        deframer.push(octets);
        while let Some(content) = deframer.next() {
            self.content(content, server);
        }
        self.deframer = deframer;
    }

    /// The peer ended its stream, in whatever way. What is left of a frame is dropped (framing.truncated-*).
    pub fn peer_closed(&mut self, server: &mut ServerRecord) {
        let within_frame = self.deframer.pending() > 0;
        let input = if within_frame { Input::PeerClosedWithinFrame } else { Input::PeerClosed };
        self.step(input, Matter::Nothing, server);
    }

    /// Time has passed. Before the deadline nothing comes of it.
    pub fn tick(&mut self, now: Duration, server: &mut ServerRecord) {
        if self.state == State::Closed {
            return;
        }
        // Whatever the table does about it, the next wait begins.
        if self.silent_at() <= now {
            self.last_received = now;
            self.step(Input::Silence, Matter::Nothing, server);
        } else if self.idle_at() <= now {
            self.last_busy = now;
            self.step(Input::Idle, Matter::Nothing, server);
        }
    }

    /// Sends one of the outbox's events that this connection has not sent yet. Returns whether it did; if not, there is
    /// no such event, no id is free, or the state does not let it. So a driver sends as many as it has room for, and
    /// comes back when it has more, when an event was queued, and after each [`ClientMachine::receive`].
    pub fn publish_next(&mut self, now: Duration, server: &mut ServerRecord) -> bool {
        let before = self.conversation.last_sent();
        if self.conversation.has_event_waiting(&server.outbox) {
            self.step(Input::EventWaiting, Matter::Nothing, server);
        }
        let published = self.conversation.last_sent() != before;
        if published {
            self.last_busy = self.last_busy.max(now);
        }
        published
    }

    fn content(&mut self, content: &[u8], server: &mut ServerRecord) {
        let message = match Message::decode(content) {
            Ok(message) => message,
            Err(error) => {
                if self.state != State::Closed {
                    self.conversation.tell(Output::Malformed(error));
                }
                return self.step(Input::Malformed, Matter::Nothing, server);
            }
        };
        let (input, matter) = match &message {
            Message::ConnectionResponse(response) => {
                (Input::Response(Reply::to(response, self.carried_server_id)), Matter::Response(response))
            }
            message => {
                let of_both = self.conversation.classify(message, &self.config.rejected_event_types);
                of_both.unwrap_or((Input::OtherRole, Matter::Nothing))
            }
        };
        self.step(input, matter, server);
    }

    /// Does what the table says.
    fn step(&mut self, input: Input, matter: Matter<'_>, server: &mut ServerRecord) {
        let table = Arc::clone(&self.table);
        let transition = table.transition(self.state, input);
        for &effect in transition.effects {
            self.perform(effect, matter, server);
        }
        if self.state == transition.next {
            return;
        }
        let before = mem::replace(&mut self.state, transition.next);
        self.conversation.state_changed();
        match self.state {
            State::Accepted => self.conversation.tell(Output::Accepted),
            State::Closed => {
                if let (State::AwaitingResponse, Matter::Response(response)) = (before, matter) {
                    self.tell_rejection(response);
                }
                self.conversation.tell(Output::Close { because: input });
            }
            State::AwaitingRequest | State::AwaitingResponse => {}
        }
    }

    fn tell_rejection(&mut self, response: &ConnectionResponse<'_>) {
        if response.is_acceptance() {
            return;
        }
        if let ConnectionResponse::Quarantined(reason) = response {
            self.conversation.tell(Output::Quarantined(reason.clone().into_owned()));
        }
        self.conversation.tell(Output::Rejected(response.code()));
    }

    fn perform(&mut self, effect: Effect, matter: Matter<'_>, server: &mut ServerRecord) {
        match (effect, matter) {
            (Effect::Request, _) => self.request(server),
            (Effect::KeepServerId, Matter::Response(&ConnectionResponse::HelloNewClient { server_instance_id })) => {
                if server.server_instance_id != Some(server_instance_id) {
                    server.server_instance_id = Some(server_instance_id);
                    self.conversation.tell(Output::ServerIdChanged(server_instance_id));
                }
            }
            (effect, matter) => {
                let mut kept = Kept { outbox: &mut server.outbox, delivered: &mut server.delivered };
                self.conversation.perform(effect, matter, &mut kept, &self.config.rejection_reason);
            }
        }
    }

    fn request(&mut self, server: &ServerRecord) {
        let version = self.config.application_version.as_str();
        // The version's type leaves room for both ids.
        if let Ok(request) = ConnectionRequest::new(version, server.client_instance_id, server.server_instance_id) {
            self.conversation.send(&request.into());
        }
    }
}
