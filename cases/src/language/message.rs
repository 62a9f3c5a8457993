//! Messages as a scenario writes them: legal ones with sensible defaults, and every kind of illegal ones.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::value::{Number, Octets, hex_octets, name};

/// One message to send.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MessageTemplate {
    /// PING.
    Ping,
    /// PONG.
    Pong,
    /// A connection request; what is left out comes from the target and the fixture, the server's id is left out unless given.
    ConnectionRequest(ConnectionRequestTemplate),
    /// Response "connected".
    Connected,
    /// Response "hello new client".
    HelloNewClient(HelloTemplate),
    /// Response "instance id mismatch".
    InstanceIdMismatch,
    /// Response "quarantined".
    Quarantined(ReasonTemplate),
    /// Response "unsupported protocol version".
    UnsupportedProtocolVersion,
    /// Response "unsupported application version".
    UnsupportedApplicationVersion,
    /// PUBLISH; what is left out comes from the event that the target's application accepts.
    Publish(PublishTemplate),
    /// ACK.
    Ack(IdTemplate),
    /// NACK.
    Nack(ReasonTemplate),
    /// One frame with this content, in hex.
    Content(RawOctets),
    /// Octets of the stream as they are, in hex: frame lengths are not added.
    Octets(RawOctets),
    /// Only the first octets of a message's frame.
    Part(Part),
    /// A message whose content is changed after it was laid out.
    Altered(Altered),
    /// Many PUBLISHes with ids going up by one.
    Burst(Burst),
}

/// A connection request; absent fields have defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionRequestTemplate {
    /// 0 if absent.
    pub protocol_version: Option<Number>,
    /// The target's supported one if absent.
    pub application_version: Option<Octets>,
    /// The fixture's if absent.
    pub client_instance_id: Option<Number>,
    /// Not sent if absent.
    pub server_instance_id: Option<Number>,
}

/// The id in a hello.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HelloTemplate {
    /// The server's instance id.
    pub server_instance_id: Number,
}

/// The id in an ACK.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdTemplate {
    /// 0 to 4095.
    pub message_id: Number,
}

/// A reason, in a NACK (with an id) or in "quarantined" (without).
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonTemplate {
    /// The id that a NACK answers; 0 if absent.
    pub message_id: Option<Number>,
    /// Empty if absent.
    pub machine_message: Option<Octets>,
    /// Empty if absent.
    pub human_message: Option<Octets>,
}

/// Which event of the target file a PUBLISH starts from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventClass {
    /// One that the application accepts.
    #[default]
    Accepted,
    /// One that it NACKs.
    Rejected,
}

/// A PUBLISH; absent fields come from the event class, the message id is the connection's next.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishTemplate {
    /// A name for the event, to ask for it by later.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// Where absent fields come from.
    #[serde(default)]
    pub event: EventClass,
    /// The connection's next if absent.
    pub message_id: Option<Number>,
    /// From the event class if absent, as all below.
    pub event_type_id: Option<Number>,
    /// See the protocol's event.
    pub schema_version: Option<Number>,
    /// See the protocol's event.
    pub key: Option<Octets>,
    /// See the protocol's event.
    pub offset: Option<Number>,
    /// See the protocol's event.
    pub timestamp: Option<Number>,
    /// See the protocol's event.
    pub event_data: Option<Octets>,
}

/// The first octets of a message's frame.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The message.
    pub message: Box<MessageTemplate>,
    /// How many octets of its frame are sent, the two of the length included.
    pub octets: Number,
}

/// A message that is changed after it was laid out; the frame's length is that of the changed content.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Altered {
    /// The message.
    pub message: Box<MessageTemplate>,
    /// So many octets are taken from the content's end.
    pub truncate: Option<Number>,
    /// These are put to the content's end, in hex.
    pub append: Option<RawOctets>,
    /// The first four bits say this type, 0 to 15, and all that follows stays as it is.
    pub message_type: Option<Number>,
}

/// Many PUBLISHes at once.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Burst {
    /// How many, at most 4096.
    pub count: u16,
    /// The first's message id; the connection's next if absent.
    pub first_id: Option<u16>,
}

/// Octets in hex, or the name of a value that holds hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawOctets {
    /// Written out.
    Octets(Vec<u8>),
    /// `$name`.
    Name(String),
}

impl<'de> Deserialize<'de> for RawOctets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HexVisitor;
        impl Visitor<'_> for HexVisitor {
            type Value = RawOctets;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("octets in hex, in quotation marks, or a `$name`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawOctets, E> {
                match name(text) {
                    Some(name) => Ok(RawOctets::Name(name.to_owned())),
                    None => Ok(RawOctets::Octets(hex_octets(text)?)),
                }
            }
        }
        deserializer.deserialize_any(HexVisitor)
    }
}

impl JsonSchema for RawOctets {
    fn schema_name() -> Cow<'static, str> {
        "Hex".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Octets in hex, spaces allowed, or the name of a value that holds them.",
            "type": "string",
            "pattern": "^(\\$[a-z_][a-z0-9_]*|[0-9a-fA-F\\s]*)$"
        })
    }
}
