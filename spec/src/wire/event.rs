//! Events: what a PUBLISH carries.
//!
//! ```text
//! varint event_type_id · varint schema_version · chunk key · varint offset · varint timestamp · chunk event_data
//! ```

use std::borrow::Cow;
use std::fmt;

use super::octets::OctetsDisplay;
use super::reader::{Observer, Reader};
use super::{DecodeError, MAX_CONTENT, TooLong, chunk, publish, varint};

/// An event's fields, with no promise that they fit a frame. [`Event::new`] makes that promise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventFields<'a> {
    /// What kind of event it is: the application's number.
    pub event_type_id: u64,
    /// The version of that kind's schema.
    pub schema_version: u64,
    /// The application's key, any octets.
    pub key: Cow<'a, [u8]>,
    /// The event's place in the application's own order.
    pub offset: u64,
    /// When it happened, in a unit that the application chooses (deployed ones: seconds since 1970).
    pub timestamp: u64,
    /// The event itself, any octets.
    pub event_data: Cow<'a, [u8]>,
}

/// An event whose PUBLISH fits a frame.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event<'a>(EventFields<'a>);

impl<'a> Event<'a> {
    /// The most octets an event can take: a content's, less the two octets of type and message id.
    pub const MAX_LEN: usize = MAX_CONTENT - publish::HEAD;

    /// An event with these fields.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if the PUBLISH that carries it would not fit a frame.
    pub fn new(fields: EventFields<'a>) -> Result<Self, TooLong> {
        let event = Self(fields);
        TooLong::check(publish::HEAD + event.encoded_len())?;
        Ok(event)
    }

    /// What kind of event it is.
    #[must_use]
    pub fn event_type_id(&self) -> u64 {
        self.0.event_type_id
    }

    /// The version of that kind's schema.
    #[must_use]
    pub fn schema_version(&self) -> u64 {
        self.0.schema_version
    }

    /// The application's key.
    #[must_use]
    pub fn key(&self) -> &[u8] {
        &self.0.key
    }

    /// The event's place in the application's own order.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.0.offset
    }

    /// When it happened, in the application's unit.
    #[must_use]
    pub fn timestamp(&self) -> u64 {
        self.0.timestamp
    }

    /// The event itself.
    #[must_use]
    pub fn event_data(&self) -> &[u8] {
        &self.0.event_data
    }

    /// The fields, to look at together.
    #[must_use]
    pub fn fields(&self) -> &EventFields<'a> {
        &self.0
    }

    /// The fields, to change: [`Event::new`] makes an event of them again.
    #[must_use]
    pub fn into_fields(self) -> EventFields<'a> {
        self.0
    }

    /// The octets it takes within its PUBLISH.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        let EventFields { event_type_id, schema_version, key, offset, timestamp, event_data } = &self.0;
        let numbers = [event_type_id, schema_version, offset, timestamp];
        let numbers: usize = numbers.into_iter().copied().map(varint::encoded_len).sum();
        numbers + chunk::encoded_len(key.len()) + chunk::encoded_len(event_data.len())
    }

    /// The same event, borrowing from nothing.
    #[must_use]
    pub fn into_owned(self) -> Event<'static> {
        Event(EventFields {
            key: Cow::Owned(self.0.key.into_owned()),
            event_data: Cow::Owned(self.0.event_data.into_owned()),
            ..self.0
        })
    }

    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>) -> Result<Self, DecodeError> {
        // A content that was read fits a frame, so what was in it does too.
        Ok(Self(EventFields {
            event_type_id: reader.varint("event_type_id")?,
            schema_version: reader.varint("schema_version")?,
            key: Cow::Borrowed(reader.chunk("key")?),
            offset: reader.varint("offset")?,
            timestamp: reader.varint("timestamp")?,
            event_data: Cow::Borrowed(reader.chunk("event_data")?),
        }))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        varint::write(self.0.event_type_id, out);
        varint::write(self.0.schema_version, out);
        chunk::write(&self.0.key, out);
        varint::write(self.0.offset, out);
        varint::write(self.0.timestamp, out);
        chunk::write(&self.0.event_data, out);
    }
}

impl<'a> TryFrom<EventFields<'a>> for Event<'a> {
    type Error = TooLong;

    fn try_from(fields: EventFields<'a>) -> Result<Self, TooLong> {
        Self::new(fields)
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EventFields { event_type_id, schema_version, key, offset, timestamp, event_data } = &self.0;
        write!(
            f,
            "{{ type {event_type_id}, schema {schema_version}, key {}, offset {offset}, timestamp {timestamp}, data {} }}",
            OctetsDisplay(key),
            OctetsDisplay(event_data)
        )
    }
}
