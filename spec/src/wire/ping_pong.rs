//! PING asks the other side for a PONG. Neither carries anything.
//!
//! ```text
//! 4 bits 5 (PING) or 6 (PONG) · 12 bits that are written as 0 and ignored when read
//! ```

use super::reader::{Observer, Reader};
use super::{DecodeError, MessageId, Note};

/// Reads past the 12 bits that mean nothing.
pub(super) fn read_ignored_bits<O: Observer>(reader: &mut Reader<'_, '_, O>) -> Result<(), DecodeError> {
    if reader.low_bits("ignored_bits")? != MessageId::ZERO {
        reader.note(Note::NonZeroIgnoredBits);
    }
    Ok(())
}
