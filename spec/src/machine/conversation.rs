//! What both roles do with the messages that both send: PUBLISH, ACK, NACK, PING and PONG.

use std::collections::{BTreeSet, VecDeque};
use std::mem;

use super::in_flight::InFlight;
use super::{Effect, EventNumber, Input, Log, Outbox, Output};
use crate::wire::{Ack, ConnectionRequest, ConnectionResponse, Event, Message, MessageId, Nack, Publish, Reason};

/// What an input is about: what its effects need.
#[derive(Clone, Copy)]
pub(super) enum Matter<'m> {
    Nothing,
    Request(&'m ConnectionRequest<'m>),
    Response(&'m ConnectionResponse<'m>),
    Publish(&'m Publish<'m>),
    Answer(MessageId, Option<&'m Reason<'m>>),
}

/// What outlives the connection: this side's events for the peer, and those that it took from the peer.
pub(super) struct Kept<'k> {
    pub(super) outbox: &'k mut Outbox,
    pub(super) delivered: &'k mut Log<Event<'static>>,
}

/// One connection's messages of both roles: what is in flight, and what there is to say.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    in_flight: InFlight,
    /// The last of the outbox's events that was sent on this connection.
    last_sent: Option<EventNumber>,
    /// The event that the connection's state was told of last: it is told of each once.
    offered: Option<EventNumber>,
    outputs: VecDeque<Output>,
}

impl Conversation {
    /// Nothing was said; the first PUBLISH will have the id `first`.
    pub(super) fn new(first: MessageId) -> Self {
        Self { in_flight: InFlight::new(first), last_sent: None, offered: None, outputs: VecDeque::new() }
    }

    pub(super) fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn tell(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(super) fn send(&mut self, message: &Message<'_>) {
        self.tell(Output::Send(message.to_frame()));
    }

    /// The last of the outbox's events that was sent on this connection.
    pub(super) fn last_sent(&self) -> Option<EventNumber> {
        self.last_sent
    }

    /// Whether there is an event that this connection has not sent, an id for it, and the state wasn't told of it yet.
    pub(super) fn has_event_waiting(&mut self, outbox: &Outbox) -> bool {
        let waiting = if self.in_flight.has_room() { outbox.after(self.last_sent) } else { None };
        let number = waiting.map(|(number, _)| number);
        mem::replace(&mut self.offered, number) != number && number.is_some()
    }

    /// Another state may do something else about the event that waits.
    pub(super) fn state_changed(&mut self) {
        self.offered = None;
    }

    /// What a message that both roles send is to the table. `None` for the others.
    pub(super) fn classify<'m>(
        &self,
        message: &'m Message<'m>,
        refused_types: &BTreeSet<u64>,
    ) -> Option<(Input, Matter<'m>)> {
        Some(match message {
            Message::Publish(publish) => {
                let refused = refused_types.contains(&publish.event.event_type_id());
                let input = if refused { Input::PublishRefused } else { Input::PublishTaken };
                (input, Matter::Publish(publish))
            }
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
            Message::ConnectionRequest(_) | Message::OtherVersion(_) | Message::ConnectionResponse(_) => return None,
        })
    }

    /// Does what is done with messages that both roles send; `rejection` is what this side's NACKs say. Any other
    /// effect, and one that the input has no matter for, does nothing.
    pub(super) fn perform(
        &mut self,
        effect: Effect,
        matter: Matter<'_>,
        kept: &mut Kept<'_>,
        rejection: &Reason<'static>,
    ) {
        match (effect, matter) {
            (Effect::Deliver, Matter::Publish(publish)) => {
                let event = publish.event.clone().into_owned();
                kept.delivered.push(event.clone(), event.encoded_len());
                self.tell(Output::Deliver(event));
            }
            (Effect::Ack, Matter::Publish(publish)) => self.send(&Ack { message_id: publish.message_id }.into()),
            (Effect::Nack, Matter::Publish(publish)) => {
                self.send(&Nack { message_id: publish.message_id, reason: rejection.clone() }.into());
            }
            (Effect::CountDelivered, Matter::Answer(id, _)) => {
                if let Some(number) = self.in_flight.settle(id)
                    && kept.outbox.count_delivered(number)
                {
                    self.tell(Output::EventDelivered(number));
                }
            }
            (Effect::CountRefused, Matter::Answer(id, Some(reason))) => {
                let reason = reason.clone().into_owned();
                if let Some(number) = self.in_flight.settle(id)
                    && kept.outbox.count_refused(number, reason.clone())
                {
                    self.tell(Output::EventRefused { number, reason });
                }
            }
            (Effect::Pong, _) => self.send(&Message::Pong),
            (Effect::Ping, _) => self.send(&Message::Ping),
            (Effect::Publish, _) => self.publish(kept.outbox),
            _ => {}
        }
    }

    fn publish(&mut self, outbox: &Outbox) {
        let Some((number, event)) = outbox.after(self.last_sent) else { return };
        let Some(message_id) = self.in_flight.assign(number) else { return };
        self.last_sent = Some(number);
        self.send(&Publish { message_id, event: event.clone() }.into());
    }
}
