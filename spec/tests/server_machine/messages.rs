//! Messages and outputs that tests of either role's machine are made of.

use sinkcheck_spec::machine::{Input, Output};
use sinkcheck_spec::wire::{Ack, Event, EventFields, Message, MessageId, Nack, Publish, Reason};

pub(crate) const PING: &str = "00025000";
pub(crate) const PONG: &str = "00026000";

pub(crate) fn send(hex: &str) -> Output {
    Output::Send(hex::decode(hex).expect("hex in a test"))
}

pub(crate) fn send_message(message: impl Into<Message<'static>>) -> Output {
    Output::Send(message.into().to_frame())
}

pub(crate) fn close(because: Input) -> Output {
    Output::Close { because }
}

pub(crate) fn id(number: u16) -> MessageId {
    MessageId::new(number).expect("12 bits")
}

/// An event of this type, told apart from others by its offset.
pub(crate) fn event(event_type_id: u64, offset: u64) -> Event<'static> {
    let fields = EventFields {
        event_type_id,
        schema_version: 1,
        key: b"k"[..].into(),
        offset,
        timestamp: 1_700_000_000,
        event_data: b"data"[..].into(),
    };
    Event::new(fields).expect("a small event")
}

pub(crate) fn publish(number: u16, event: Event<'static>) -> Publish<'static> {
    Publish { message_id: id(number), event }
}

pub(crate) fn ack(number: u16) -> Ack {
    Ack { message_id: id(number) }
}

pub(crate) fn nack(number: u16, machine: &'static [u8], human: &'static str) -> Nack<'static> {
    Nack { message_id: id(number), reason: Reason::new(machine, human).expect("a small reason") }
}
