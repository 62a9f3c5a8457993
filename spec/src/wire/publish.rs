//! PUBLISH: one event, from either side.
//!
//! ```text
//! 4 bits 4 · 12 bits message id · event
//! ```

use super::reader::{Observer, Reader};
use super::{DecodeError, Event, Message, MessageId, MessageType};

/// The octets before the event: type and message id.
pub(super) const HEAD: usize = 2;

/// A PUBLISH: it is answered with one ACK or NACK of its message id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Publish<'a> {
    /// Pairs it with its answer.
    pub message_id: MessageId,
    /// What it carries.
    pub event: Event<'a>,
}

impl<'a> Publish<'a> {
    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>) -> Result<Self, DecodeError> {
        Ok(Self { message_id: reader.low_bits("message_id")?, event: Event::read(reader)? })
    }
}

impl<'a> From<Publish<'a>> for Message<'a> {
    fn from(publish: Publish<'a>) -> Self {
        Self::Publish(publish)
    }
}

/// The message id of a content that says it is a PUBLISH, however malformed the rest is; `None` if it is of another
/// type, or ends before its id. A receiver that answers a malformed PUBLISH with a NACK needs it.
#[must_use]
pub fn publish_id(content: &[u8]) -> Option<MessageId> {
    let head = content.first_chunk::<HEAD>()?;
    (MessageType::from_nibble(head[0] >> 4) == MessageType::Publish).then(|| MessageId::from_first_octets(*head))
}
