//! Reasons: why an event was refused (NACK), or a client turned away (quarantined).
//!
//! ```text
//! chunk machine_message · human_message, all that is left
//! ```

use std::borrow::Cow;
use std::fmt;

use super::octets::{OctetsDisplay, TextDisplay};
use super::reader::{Observer, Reader};
use super::{DecodeError, MAX_CONTENT, TooLong, chunk, connection_response, publish};

/// The most octets that a NACK has room for.
const IN_NACK: usize = MAX_CONTENT - publish::HEAD;
/// The most octets that a quarantined response has room for.
const IN_RESPONSE: usize = MAX_CONTENT - connection_response::HEAD;

/// A reason for programs and one for people. Either may be empty.
///
/// It fits the message around it, and `MAX_LEN` is the octets that one leaves: a NACK (`Reason<'a>`) one fewer than a
/// quarantined response ([`QuarantineReason`]). `From` and `TryFrom` lead from the one to the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason<'a, const MAX_LEN: usize = IN_NACK> {
    machine_message: Cow<'a, [u8]>,
    human_message: Cow<'a, str>,
}

/// The reason in a quarantined response.
pub type QuarantineReason<'a> = Reason<'a, IN_RESPONSE>;

impl<'a, const MAX_LEN: usize> Reason<'a, MAX_LEN> {
    /// A reason of these two parts.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if the message that carries it would not fit a frame.
    pub fn new(
        machine_message: impl Into<Cow<'a, [u8]>>,
        human_message: impl Into<Cow<'a, str>>,
    ) -> Result<Self, TooLong> {
        let reason = Self { machine_message: machine_message.into(), human_message: human_message.into() };
        TooLong::check(MAX_CONTENT - MAX_LEN + reason.encoded_len())?;
        Ok(reason)
    }

    /// The part for programs: any octets, whose meaning the application chooses.
    #[must_use]
    pub fn machine_message(&self) -> &[u8] {
        &self.machine_message
    }

    /// The part for people.
    #[must_use]
    pub fn human_message(&self) -> &str {
        &self.human_message
    }

    /// The octets it takes within its message.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        chunk::encoded_len(self.machine_message.len()) + self.human_message.len()
    }

    /// The same reason, borrowing from nothing.
    #[must_use]
    pub fn into_owned(self) -> Reason<'static, MAX_LEN> {
        Reason {
            machine_message: Cow::Owned(self.machine_message.into_owned()),
            human_message: Cow::Owned(self.human_message.into_owned()),
        }
    }

    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>) -> Result<Self, DecodeError> {
        Ok(Self {
            machine_message: Cow::Borrowed(reader.chunk("machine_message")?),
            human_message: Cow::Borrowed(reader.text_to_end("human_message")),
        })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        chunk::write(&self.machine_message, out);
        out.extend_from_slice(self.human_message.as_bytes());
    }
}

impl<'a> From<Reason<'a>> for QuarantineReason<'a> {
    fn from(reason: Reason<'a>) -> Self {
        Self { machine_message: reason.machine_message, human_message: reason.human_message }
    }
}

impl<'a> TryFrom<QuarantineReason<'a>> for Reason<'a> {
    type Error = TooLong;

    fn try_from(reason: QuarantineReason<'a>) -> Result<Self, TooLong> {
        Self::new(reason.machine_message, reason.human_message)
    }
}

impl<const MAX_LEN: usize> fmt::Display for Reason<'_, MAX_LEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = OctetsDisplay(&self.machine_message);
        write!(f, "{{ machine {machine}, human {} }}", TextDisplay(&self.human_message))
    }
}
