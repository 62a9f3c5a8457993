//! Messages: `ping`, or `{ ack: { message_id: 0 } }`.

use std::fmt;

use serde::de::{self, Error as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::Message;
use super::mapping::{end, entry, name};
use super::request::RequestOfAnyVersion;

const MESSAGES: &[&str] =
    &["connection_request", "other_version_request", "connection_response", "ack", "publish", "ping", "pong", "nack"];

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::ConnectionRequest(request) => entry(serializer, "connection_request", request),
            Self::OtherVersion(request) => entry(serializer, "other_version_request", request),
            Self::ConnectionResponse(response) => entry(serializer, "connection_response", response),
            Self::Ack(ack) => entry(serializer, "ack", ack),
            Self::Publish(publish) => entry(serializer, "publish", publish),
            Self::Ping => serializer.serialize_str("ping"),
            Self::Pong => serializer.serialize_str("pong"),
            Self::Nack(nack) => entry(serializer, "nack", nack),
        }
    }
}

impl<'de> Deserialize<'de> for Message<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MessageVisitor)
    }
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = Message<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message: `ping`, `pong`, or a mapping from a message's name to its fields")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match name {
            "ping" => Ok(Message::Ping),
            "pong" => Ok(Message::Pong),
            _ if MESSAGES.contains(&name) => Err(E::invalid_type(Unexpected::Str(name), &"a mapping with its fields")),
            _ => Err(E::unknown_variant(name, MESSAGES)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let name = name(&mut map)?;
        let message = match name.as_str() {
            "connection_request" => map.next_value::<RequestOfAnyVersion>()?.0,
            "other_version_request" => Message::OtherVersion(map.next_value()?),
            "connection_response" => Message::ConnectionResponse(map.next_value()?),
            "ack" => Message::Ack(map.next_value()?),
            "publish" => Message::Publish(map.next_value()?),
            "nack" => Message::Nack(map.next_value()?),
            "ping" | "pong" => {
                return Err(A::Error::custom(format_args!("`{name}` has no fields: write it alone")));
            }
            _ => return Err(A::Error::unknown_variant(&name, MESSAGES)),
        };
        end(&mut map)?;
        Ok(message)
    }
}
