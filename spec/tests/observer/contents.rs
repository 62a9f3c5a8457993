//! Contents of frames, as they stand in the layout.

use sinkcheck_spec::wire::{Ack, Event, EventFields, Message, MessageId, Nack, Publish, Reason};

/// Client 1 with application 1.0.0.
pub(crate) const FIRST_CONTACT: &str = "0005312e302e3000000001";
/// The same client, which knows server 2.
pub(crate) const KNOWN: &str = "0005312e302e300000000100000002";
/// A request for protocol version 1.
pub(crate) const OTHER_VERSION: &str = "01ffff";
pub(crate) const CONNECTED: &str = "10";
pub(crate) const HELLO: &str = "1100000002";
pub(crate) const MISMATCH: &str = "12";
pub(crate) const QUARANTINED: &str = "1300";
pub(crate) const UNSUPPORTED_PROTOCOL: &str = "14";
pub(crate) const UNSUPPORTED_APPLICATION: &str = "15";
pub(crate) const PING: &str = "5000";
pub(crate) const PONG: &str = "6000";

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

pub(crate) fn id(number: u16) -> MessageId {
    MessageId::new(number).expect("12 bits")
}

pub(crate) fn publish(number: u16) -> Vec<u8> {
    Message::from(Publish { message_id: id(number), event: event(1, u64::from(number)) }).encode()
}

pub(crate) fn ack(number: u16) -> Vec<u8> {
    Message::from(Ack { message_id: id(number) }).encode()
}

pub(crate) fn nack(number: u16) -> Vec<u8> {
    let reason = Reason::new(&[4, 4][..], "no such type").expect("a small reason");
    Message::from(Nack { message_id: id(number), reason }).encode()
}

pub(crate) fn octets(hex: &str) -> Vec<u8> {
    hex::decode(hex).expect("hex in a test")
}
