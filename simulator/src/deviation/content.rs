//! Taking contents apart, and putting them together.

use sinkcheck_spec::wire::{
    ConnectionRequest, Element, Event, EventFields, InstanceId, Message, MessageId, Publish, RawContent,
};

use super::Act;

/// The type of a connection request.
pub(crate) const REQUEST: u8 = 0;
/// The type of a connection response.
pub(crate) const RESPONSE: u8 = 1;
/// The type of an ACK.
pub(crate) const ACK: u8 = 3;
/// The type of a PUBLISH.
pub(crate) const PUBLISH: u8 = 4;
/// The type of a PING.
pub(crate) const PING: u8 = 5;
/// The type of a PONG.
pub(crate) const PONG: u8 = 6;
/// The type of a NACK.
pub(crate) const NACK: u8 = 7;

/// A content that is malformed in any state: an empty one.
pub(crate) const MALFORMED: &[u8] = &[];

/// A content's type; 0 for an empty one.
pub(crate) fn kind(content: &[u8]) -> u8 {
    content.first().map_or(0, |first| first >> 4)
}

/// Whether it is of this type.
pub(crate) fn is(content: &[u8], of: u8) -> bool {
    !content.is_empty() && kind(content) == of
}

/// The twelve bits after the type.
pub(crate) fn id(content: &[u8]) -> Option<u16> {
    content.first_chunk::<2>().map(|octets| u16::from_be_bytes(*octets) & 0x0fff)
}

/// The same content with other twelve bits after the type.
pub(crate) fn with_id(content: &[u8], id: u16) -> Vec<u8> {
    let mut content = content.to_vec();
    if let Some(octets) = content.first_chunk_mut::<2>() {
        *octets = (u16::from(octets[0] >> 4) << 12 | id & 0x0fff).to_be_bytes();
    }
    content
}

/// The same content with another type.
pub(crate) fn with_kind(content: &[u8], kind: u8) -> Vec<u8> {
    let mut content = content.to_vec();
    if let Some(first) = content.first_mut() {
        *first = kind << 4 | *first & 15;
    }
    content
}

/// A content of two octets.
pub(crate) fn short(kind: u8, id: u16) -> Vec<u8> {
    (u16::from(kind) << 12 | id & 0x0fff).to_be_bytes().to_vec()
}

/// A NACK that says nothing.
pub(crate) fn nack(id: u16) -> Vec<u8> {
    let mut content = short(NACK, id);
    content.push(0);
    content
}

/// A frame around a content; one that is too long for a frame is cut.
pub(crate) fn framed(content: &[u8]) -> Vec<u8> {
    let content = content.get(..usize::from(u16::MAX)).unwrap_or(content);
    let mut frame = (content.len() as u16).to_be_bytes().to_vec();
    frame.extend_from_slice(content);
    frame
}

/// What a machine receives, as a change's result.
pub(crate) fn feed(content: impl Into<Vec<u8>>) -> Option<Vec<Act>> {
    Some(vec![Act::Machine(content.into())])
}

/// What the peer is sent, as a change's result.
pub(crate) fn say(content: impl Into<Vec<u8>>) -> Option<Vec<Act>> {
    Some(vec![Act::Peer(content.into())])
}

/// The PUBLISH with other fields.
pub(crate) fn with_event(content: &[u8], change: impl FnOnce(&mut EventFields<'_>)) -> Option<Vec<u8>> {
    let Ok(Message::Publish(Publish { message_id, event })) = Message::decode(content) else { return None };
    let before = event.clone();
    let mut fields = event.into_fields();
    change(&mut fields);
    let event = Event::new(fields).ok()?;
    (event != before).then(|| Message::from(Publish { message_id, event }).encode())
}

/// An event's fields, if it is a PUBLISH.
pub(crate) fn event(content: &[u8]) -> Option<EventFields<'_>> {
    match Message::decode(content) {
        Ok(Message::Publish(publish)) => Some(publish.event.into_fields()),
        _ => None,
    }
}

/// A request's fields: the version, and both ids.
pub(crate) fn request(content: &[u8]) -> Option<(&str, u32, Option<u32>)> {
    let Ok(Message::ConnectionRequest(_)) = Message::decode(content) else { return None };
    // Read by hand, because a request lends its version for no longer than itself.
    let rest = content.get(1..)?;
    let (length, octets) = varint(rest)?;
    let end = octets + usize::try_from(length).ok()?;
    let version = std::str::from_utf8(rest.get(octets..end)?).ok()?;
    let ids = rest.get(end..)?;
    let client = u32::from_be_bytes(*ids.first_chunk::<4>()?);
    let server = ids.get(4..).and_then(|rest| rest.first_chunk::<4>()).map(|id| u32::from_be_bytes(*id));
    Some((version, client, server))
}

/// A request.
pub(crate) fn request_of(version: &str, client: u32, server: Option<u32>) -> Option<Vec<u8>> {
    let request = ConnectionRequest::new(version, InstanceId(client), server.map(InstanceId)).ok()?;
    Some(Message::from(request).encode())
}

/// The number at the start, and how many octets it takes.
pub(crate) fn varint(octets: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, &octet) in octets.iter().enumerate().take(10) {
        value |= u64::from(octet & 0x7f).checked_shl(7 * index as u32).unwrap_or(0);
        if octet & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

/// The message as pieces that may lie, each changed as the function says.
pub(crate) fn with_elements(content: &[u8], change: impl FnMut(&mut Element)) -> Option<Vec<u8>> {
    let message = Message::decode(content).ok()?;
    let mut raw = RawContent::from(&message);
    raw.elements.iter_mut().for_each(change);
    Some(raw.encode())
}

/// The ACK of a message id.
pub(crate) fn ack(id: u16) -> Vec<u8> {
    short(ACK, id & MessageId::MAX.get())
}
