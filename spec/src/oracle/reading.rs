//! A content, read once for everyone who judges it.

use crate::wire::{DecodeError, Message, Note};

/// What a content says to its receiver, and what it shows of its sender.
#[derive(Debug, Clone)]
pub(super) struct Reading<'a> {
    pub(super) content: &'a [u8],
    /// As whoever judges the sender reads it: see [`Message::decode_over_long`].
    pub(super) lenient: Result<(Message<'a>, Vec<Note>), DecodeError>,
    /// A receiver needn't read it, for a varint in it is too long.
    over_long: Option<DecodeError>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(content: &'a [u8]) -> Self {
        let lenient = Message::decode_over_long(content);
        let is_long = lenient.as_ref().is_ok_and(|(_, notes)| !notes.is_empty());
        let over_long = if is_long { Message::decode(content).err() } else { None };
        Self { content, lenient, over_long }
    }

    /// As a receiver reads it: see [`Message::decode`].
    pub(super) fn strict(&self) -> Result<&Message<'a>, &DecodeError> {
        match (&self.over_long, &self.lenient) {
            (Some(error), _) | (None, Err(error)) => Err(error),
            (None, Ok((message, _))) => Ok(message),
        }
    }
}
