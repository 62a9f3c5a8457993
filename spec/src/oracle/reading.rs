//! A content, read once for everyone who judges it.

use crate::wire::{DecodeError, Message, Note};

/// What a content says to its receiver, and what it shows of its sender.
#[derive(Debug, Clone)]
pub(super) struct Reading<'a> {
    pub(super) content: &'a [u8],
    /// As whoever judges the sender reads it: see [`Message::decode_sent`].
    pub(super) lenient: Result<(Message<'a>, Vec<Note>), DecodeError>,
    /// Why a receiver needn't read it, though its sender may send it: for a varint in it.
    pub(super) open: Option<DecodeError>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(content: &'a [u8]) -> Self {
        match Message::decode_sent(content) {
            Ok((message, notes, open)) => Self { content, lenient: Ok((message, notes)), open },
            Err(error) => Self { content, lenient: Err(error), open: None },
        }
    }

    /// As a receiver reads it: see [`Message::decode`].
    pub(super) fn strict(&self) -> Result<&Message<'a>, &DecodeError> {
        match (&self.open, &self.lenient) {
            (Some(error), _) | (None, Err(error)) => Err(error),
            (None, Ok((message, _))) => Ok(message),
        }
    }
}
