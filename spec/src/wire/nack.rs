//! NACK: an event was refused.
//!
//! ```text
//! 4 bits 7 · 12 bits message id · chunk machine_message · human_message
//! ```

use super::reader::{Observer, Reader};
use super::{DecodeError, Message, MessageId, Reason};

/// A NACK: the event of the PUBLISH with this message id does not count as delivered. The connection goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct Nack<'a> {
    /// The id of the PUBLISH that it answers.
    pub message_id: MessageId,
    /// Why; both parts may be empty.
    pub reason: Reason<'a>,
}

impl<'a> Nack<'a> {
    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>) -> Result<Self, DecodeError> {
        Ok(Self { message_id: reader.low_bits("message_id")?, reason: Reason::read(reader)? })
    }
}

impl<'a> From<Nack<'a>> for Message<'a> {
    fn from(nack: Nack<'a>) -> Self {
        Self::Nack(nack)
    }
}
