//! One connection of a server.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::in_flight::InFlight;
use super::{ClientRecord, Effect, EventNumber, Finding, Input, Output, ServerConfig, State, Table, decide};
use crate::wire::{
    Ack, ConnectionRequest, ConnectionResponse, Deframer, Event, Message, MessageId, Nack, Publish, QuarantineReason,
    Reason, ResponseCode,
};

/// The server's side of one connection. See the [module](super) for how to drive it.
#[derive(Clone, Debug)]
pub struct ServerMachine {
    config: Arc<ServerConfig>,
    table: Arc<Table>,
    state: State,
    deframer: Deframer,
    last_received: Duration,
    in_flight: InFlight,
    /// The last of the outbox's events that was sent on this connection.
    last_sent: Option<EventNumber>,
    outputs: VecDeque<Output>,
}

/// What an input is about: what its effects need.
enum Matter<'a> {
    Nothing,
    Request(&'a ConnectionRequest<'a>),
    Publish(&'a Publish<'a>),
    Answer(MessageId, Option<&'a Reason<'a>>),
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
            in_flight: InFlight::new(config.first_message_id),
            last_sent: None,
            outputs: VecDeque::new(),
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
        self.outputs.pop_front()
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
        self.step(input, &Matter::Nothing, client);
    }

    /// Time has passed. Before the deadline nothing comes of it.
    pub fn tick(&mut self, now: Duration, client: &mut ClientRecord) {
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.step(Input::Silence, &Matter::Nothing, client);
        }
    }

    /// A newer connection of the same identity was accepted.
    pub fn taken_over(&mut self, client: &mut ClientRecord) {
        self.step(Input::TakenOver, &Matter::Nothing, client);
    }

    /// Sends one of the outbox's events that this connection has not sent yet. Returns whether it did; if not, there is
    /// no such event, no id is free, or the state does not let it. So a driver sends as many as it has room for, and
    /// comes back when it has more, when an event was queued, and after each [`ServerMachine::receive`].
    pub fn publish_next(&mut self, client: &mut ClientRecord) -> bool {
        let before = self.last_sent;
        if self.in_flight.has_room() && client.outbox.after(before).is_some() {
            self.step(Input::EventWaiting, &Matter::Nothing, client);
        }
        self.last_sent != before
    }

    fn content(&mut self, content: &[u8], client: &mut ClientRecord) {
        let message = match Message::decode(content) {
            Ok(message) => message,
            Err(error) => {
                if self.state != State::Closed {
                    self.outputs.push_back(Output::Malformed(error));
                }
                return self.step(Input::Malformed, &Matter::Nothing, client);
            }
        };
        let (input, matter) = match &message {
            Message::ConnectionRequest(request) => {
                (Input::Request(decide(&self.config, client, request)), Matter::Request(request))
            }
            Message::OtherVersion(_) => (Input::Request(Finding::UnsupportedProtocol), Matter::Nothing),
            Message::ConnectionResponse(_) => (Input::OtherRole, Matter::Nothing),
            Message::Publish(publish) => (self.publish_input(&publish.event), Matter::Publish(publish)),
            Message::Ack(ack) => {
                let in_flight = self.in_flight.contains(ack.message_id);
                let input = if in_flight { Input::AckInFlight } else { Input::AckStray };
                (input, Matter::Answer(ack.message_id, None))
            }
            Message::Nack(nack) => {
                let in_flight = self.in_flight.contains(nack.message_id);
                let input = if in_flight { Input::NackInFlight } else { Input::NackStray };
                (input, Matter::Answer(nack.message_id, Some(&nack.reason)))
            }
            Message::Ping => (Input::Ping, Matter::Nothing),
            Message::Pong => (Input::Pong, Matter::Nothing),
        };
        self.step(input, &matter, client);
    }

    fn publish_input(&self, event: &Event<'_>) -> Input {
        let refused = self.config.rejected_event_types.contains(&event.event_type_id());
        if refused { Input::PublishRefused } else { Input::PublishTaken }
    }

    /// Does what the table says.
    fn step(&mut self, input: Input, matter: &Matter<'_>, client: &mut ClientRecord) {
        let table = Arc::clone(&self.table);
        let transition = table.transition(self.state, input);
        for &effect in transition.effects {
            self.perform(effect, matter, client);
        }
        if self.state == transition.next {
            return;
        }
        self.state = transition.next;
        match self.state {
            State::Accepted => self.outputs.push_back(Output::Accepted),
            State::Closed => self.outputs.push_back(Output::Close { because: input }),
            State::AwaitingRequest => {}
        }
    }

    fn perform(&mut self, effect: Effect, matter: &Matter<'_>, client: &mut ClientRecord) {
        match (effect, matter) {
            (Effect::Respond(code), _) => self.respond(code, client),
            (Effect::Record, Matter::Request(request)) => client.recorded = Some(request.client_instance_id()),
            (Effect::Deliver, Matter::Publish(publish)) => {
                let event = publish.event.clone().into_owned();
                client.delivered.push(event.clone(), event.encoded_len());
                self.outputs.push_back(Output::Deliver(event));
            }
            (Effect::Ack, Matter::Publish(publish)) => self.send(&Ack { message_id: publish.message_id }.into()),
            (Effect::Nack, Matter::Publish(publish)) => {
                let reason = self.config.rejection_reason.clone();
                self.send(&Nack { message_id: publish.message_id, reason }.into());
            }
            (Effect::CountDelivered, &Matter::Answer(id, _)) => {
                if let Some(number) = self.in_flight.settle(id)
                    && client.outbox.count_delivered(number)
                {
                    self.outputs.push_back(Output::EventDelivered(number));
                }
            }
            (Effect::CountRefused, &Matter::Answer(id, Some(reason))) => {
                let reason = reason.clone().into_owned();
                if let Some(number) = self.in_flight.settle(id)
                    && client.outbox.count_refused(number, reason.clone())
                {
                    self.outputs.push_back(Output::EventRefused { number, reason });
                }
            }
            (Effect::Pong, _) => self.send(&Message::Pong),
            (Effect::Publish, _) => self.publish(client),
            // The input has no matter for the effect.
            _ => {}
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
        self.send(&response.into());
        if !accepts {
            self.outputs.push_back(Output::Rejected(code));
        }
    }

    fn publish(&mut self, client: &ClientRecord) {
        let Some((number, event)) = client.outbox.after(self.last_sent) else { return };
        let Some(message_id) = self.in_flight.assign(number) else { return };
        self.last_sent = Some(number);
        self.send(&Publish { message_id, event: event.clone() }.into());
    }

    fn send(&mut self, message: &Message<'_>) {
        self.outputs.push_back(Output::Send(message.to_frame()));
    }
}
