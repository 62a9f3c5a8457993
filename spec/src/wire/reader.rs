//! Walks through a content field by field. Every decoder reads through it, and whoever watches sees the same fields.

use std::fmt;
use std::ops::Range;

use super::octets::{OctetsDisplay, TextDisplay};
use super::varint::{self, MAX_OCTETS, Varint};
use super::{DecodeError, DecodeErrorKind, InstanceId, MessageId, MessageType, Note};

/// Watches a content being read. `()` watches nothing.
pub(super) trait Observer {
    /// A field was read.
    fn field(&mut self, _range: Range<usize>, _name: &'static str, _value: &dyn fmt::Display) {}
    /// A field could be told apart from its neighbours, but its value is one that the protocol leaves open.
    fn open(&mut self, _range: Range<usize>, _error: &DecodeError) {}
    /// Something was accepted that a careful sender would not send.
    fn note(&mut self, _note: Note) {}
}

impl Observer for () {}

impl Observer for Vec<Note> {
    fn note(&mut self, note: Note) {
        self.push(note);
    }
}

/// A content and how far it has been read.
pub(super) struct Reader<'a, 'o, O> {
    content: &'a [u8],
    at: usize,
    /// The first use of a freedom, or text that isn't UTF-8, which nobody may send, before any. It becomes the error only if nothing
    /// worse follows.
    open: Option<DecodeError>,
    observer: &'o mut O,
}

impl<'a, 'o, O: Observer> Reader<'a, 'o, O> {
    pub(super) fn new(content: &'a [u8], observer: &'o mut O) -> Self {
        Self { content, at: 0, open: None, observer }
    }

    /// The content's first octet: the type's four bits, and four more that depend on it.
    pub(super) fn first_octet(&mut self) -> Result<(MessageType, u8), DecodeError> {
        let Some(octet) = self.content.first() else {
            return Err(DecodeError { kind: DecodeErrorKind::EmptyFrame, field: None, at: 0 });
        };
        self.at = 1;
        let message_type = MessageType::from_nibble(octet >> 4);
        if !matches!(message_type, MessageType::Unused(_)) {
            self.observer.field(0..1, "message_type", &message_type);
        }
        Ok((message_type, octet & 0x0f))
    }

    /// Shows what the caller made of the first octet's low four bits.
    pub(super) fn low_nibble(&mut self, field: &'static str, value: &dyn fmt::Display) {
        self.observer.field(0..1, field, value);
    }

    /// The 12 bits after the type, which reach back into the first octet.
    pub(super) fn low_bits(&mut self, field: &'static str) -> Result<MessageId, DecodeError> {
        let Some(octets) = self.content.first_chunk::<2>() else {
            let kind = DecodeErrorKind::Truncated { needed: 2, available: self.content.len() };
            return Err(DecodeError { kind, field: Some(field), at: 0 });
        };
        self.at = 2;
        let id = MessageId::from_first_octets(*octets);
        self.observer.field(0..2, field, &id);
        Ok(id)
    }

    /// Four octets, big-endian.
    pub(super) fn instance_id(&mut self, field: &'static str) -> Result<InstanceId, DecodeError> {
        let left = self.left();
        let Some(octets) = left.first_chunk::<4>() else {
            return Err(self.truncated(field, 4));
        };
        let id = InstanceId(u32::from_be_bytes(*octets));
        self.settle(field, octets.len(), &id, None);
        Ok(id)
    }

    /// A number.
    pub(super) fn varint(&mut self, field: &'static str) -> Result<u64, DecodeError> {
        let varint = varint::read(self.left()).ok_or_else(|| self.truncated(field, self.left().len() + 1))?;
        let kind = if varint.too_large { Some(DecodeErrorKind::NumberTooLarge) } else { over_long(varint) };
        let value = LongForm { shown: &varint.value, varint };
        self.note_long(field, varint);
        self.settle(field, varint.octets, &value, kind.map(|kind| (kind, self.at)));
        Ok(varint.value)
    }

    /// A length and that many octets.
    pub(super) fn chunk(&mut self, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let (varint, octets) = self.peek_chunk(field)?;
        let value = LongForm { shown: &OctetsDisplay(octets), varint };
        let open = over_long(varint).map(|kind| (kind, self.at));
        self.note_long(field, varint);
        self.settle(field, varint.octets + octets.len(), &value, open);
        Ok(octets)
    }

    /// A length and that many octets of text.
    pub(super) fn text_chunk(&mut self, field: &'static str) -> Result<&'a str, DecodeError> {
        let (varint, octets) = self.peek_chunk(field)?;
        let (text, not_utf8) = read_text(octets, self.at + varint.octets);
        let value = LongForm { shown: &TextDisplay(text), varint };
        let open = not_utf8.or(over_long(varint).map(|kind| (kind, self.at)));
        self.note_long(field, varint);
        self.settle(field, varint.octets + octets.len(), &value, open);
        Ok(text)
    }

    /// All that is left, as text.
    pub(super) fn text_to_end(&mut self, field: &'static str) -> &'a str {
        let octets = self.left();
        let (text, not_utf8) = read_text(octets, self.at);
        self.settle(field, octets.len(), &TextDisplay(text), not_utf8);
        text
    }

    /// All that is left, of whatever layout.
    pub(super) fn octets_to_end(&mut self, field: &'static str) -> &'a [u8] {
        let octets = self.left();
        self.settle(field, octets.len(), &OctetsDisplay(octets), None);
        octets
    }

    /// The octets not yet read.
    pub(super) fn left(&self) -> &'a [u8] {
        self.content.get(self.at..).unwrap_or_default()
    }

    /// An error in the field that comes next.
    pub(super) fn error(&self, field: &'static str, kind: DecodeErrorKind) -> DecodeError {
        DecodeError { kind, field: Some(field), at: self.at }
    }

    /// Reports what was accepted on the way.
    pub(super) fn note(&mut self, note: Note) {
        self.observer.note(note);
    }

    /// The layout ends here: so must the content.
    pub(super) fn finish(self) -> Result<(), DecodeError> {
        let count = self.left().len();
        if count > 0 {
            return Err(DecodeError { kind: DecodeErrorKind::TrailingOctets { count }, field: None, at: self.at });
        }
        self.open.map_or(Ok(()), Err)
    }

    fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        self.error(field, DecodeErrorKind::Truncated { needed, available: self.left().len() })
    }

    /// A chunk's length and octets, without moving past them.
    fn peek_chunk(&self, field: &'static str) -> Result<(Varint, &'a [u8]), DecodeError> {
        let left = self.left();
        let varint = varint::read(left).ok_or_else(|| self.truncated(field, left.len() + 1))?;
        let after = left.get(varint.octets..).unwrap_or_default();
        // A length that is too large for a number runs past the end under any reading.
        match usize::try_from(varint.value).ok().and_then(|length| after.get(..length)) {
            Some(octets) => Ok((varint, octets)),
            None => {
                let kind = DecodeErrorKind::ChunkPastEnd { length: varint.value, available: after.len() };
                Err(self.error(field, kind))
            }
        }
    }

    /// Moves past a field, and shows it: as a value, or as the freedom that it uses.
    fn settle(
        &mut self,
        field: &'static str,
        octets: usize,
        value: &dyn fmt::Display,
        open: Option<(DecodeErrorKind, usize)>,
    ) {
        let range = self.at..self.at + octets;
        self.at = range.end;
        match open {
            None => self.observer.field(range, field, value),
            Some((kind, at)) => {
                let error = DecodeError { kind, field: Some(field), at };
                self.observer.open(range, &error);
                let outranks =
                    |before: &DecodeError| error.kind == DecodeErrorKind::NotUtf8 && before.kind != error.kind;
                if self.open.as_ref().is_none_or(outranks) {
                    self.open = Some(error);
                }
            }
        }
    }

    /// Notes the varint that comes next if it is longer than it needs to be.
    fn note_long(&mut self, field: &'static str, varint: Varint) {
        if varint.is_padded() {
            self.observer.note(Note::LongVarint { field, at: self.at, octets: varint.octets });
        }
    }
}

/// What is wrong with a varint of this many octets whose number fits.
fn over_long(varint: Varint) -> Option<DecodeErrorKind> {
    (varint.octets > MAX_OCTETS).then_some(DecodeErrorKind::VarintTooLong)
}

/// The text, or the octet (counted from the content's start) where it stops being text.
fn read_text(octets: &[u8], start: usize) -> (&str, Option<(DecodeErrorKind, usize)>) {
    match std::str::from_utf8(octets) {
        Ok(text) => (text, None),
        Err(error) => ("", Some((DecodeErrorKind::NotUtf8, start + error.valid_up_to()))),
    }
}

/// Shows a value, and how many octets its varint took if that is more than it needed.
struct LongForm<'a> {
    shown: &'a dyn fmt::Display,
    varint: Varint,
}

impl fmt::Display for LongForm<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.shown.fmt(f)?;
        if self.varint.is_padded() {
            write!(f, " (varint in {} octets)", self.varint.octets)?;
        }
        Ok(())
    }
}
