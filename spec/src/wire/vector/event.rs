//! Events, `{ event_type_id: 1, schema_version: 1, key: k, … }`, and PUBLISH, which has the message id among them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::super::{Event, EventFields, MessageId, Octets, Publish};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EventForm {
    event_type_id: u64,
    schema_version: u64,
    key: Octets,
    offset: u64,
    timestamp: u64,
    event_data: Octets,
}

/// The event's fields are repeated because serde can't both flatten a struct and refuse unknown fields.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PublishForm {
    message_id: MessageId,
    event_type_id: u64,
    schema_version: u64,
    key: Octets,
    offset: u64,
    timestamp: u64,
    event_data: Octets,
}

impl From<&Event<'_>> for EventForm {
    fn from(event: &Event<'_>) -> Self {
        Self {
            event_type_id: event.event_type_id(),
            schema_version: event.schema_version(),
            key: event.key().into(),
            offset: event.offset(),
            timestamp: event.timestamp(),
            event_data: event.event_data().into(),
        }
    }
}

impl From<&Publish<'_>> for PublishForm {
    fn from(Publish { message_id, event }: &Publish<'_>) -> Self {
        Self {
            message_id: *message_id,
            event_type_id: event.event_type_id(),
            schema_version: event.schema_version(),
            key: event.key().into(),
            offset: event.offset(),
            timestamp: event.timestamp(),
            event_data: event.event_data().into(),
        }
    }
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EventForm::from(self).serialize(serializer)
    }
}

impl Serialize for Publish<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PublishForm::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = EventForm::deserialize(deserializer)?;
        Self::new(EventFields {
            event_type_id: form.event_type_id,
            schema_version: form.schema_version,
            key: Cow::Owned(form.key.0),
            offset: form.offset,
            timestamp: form.timestamp,
            event_data: Cow::Owned(form.event_data.0),
        })
        .map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Publish<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = PublishForm::deserialize(deserializer)?;
        let event = Event::new(EventFields {
            event_type_id: form.event_type_id,
            schema_version: form.schema_version,
            key: Cow::Owned(form.key.0),
            offset: form.offset,
            timestamp: form.timestamp,
            event_data: Cow::Owned(form.event_data.0),
        });
        Ok(Self { message_id: form.message_id, event: event.map_err(de::Error::custom)? })
    }
}
