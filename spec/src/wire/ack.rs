//! ACK: an event was taken.
//!
//! ```text
//! 4 bits 3 · 12 bits message id
//! ```

use serde::{Deserialize, Serialize};

use super::reader::{Observer, Reader};
use super::{DecodeError, Message, MessageId};

/// An ACK: the event of the PUBLISH with this message id counts as delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[serde(deny_unknown_fields)]
pub struct Ack {
    /// The id of the PUBLISH that it answers.
    pub message_id: MessageId,
}

impl Ack {
    pub(super) fn read<O: Observer>(reader: &mut Reader<'_, '_, O>) -> Result<Self, DecodeError> {
        Ok(Self { message_id: reader.low_bits("message_id")? })
    }
}

impl From<Ack> for Message<'_> {
    fn from(ack: Ack) -> Self {
        Self::Ack(ack)
    }
}
