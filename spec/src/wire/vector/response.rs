//! Connection responses: `connected`, or `{ hello_new_client: { server_instance_id: 2 } }`.

use std::fmt;

use serde::de::{self, Error as _, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::super::{ConnectionResponse, InstanceId};
use super::mapping::{end, entry, name};

const RESPONSES: &[&str] = &[
    "connected",
    "hello_new_client",
    "instance_id_mismatch",
    "quarantined",
    "unsupported_protocol_version",
    "unsupported_application_version",
];

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HelloForm {
    server_instance_id: InstanceId,
}

impl Serialize for ConnectionResponse<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Connected => serializer.serialize_str("connected"),
            Self::HelloNewClient { server_instance_id } => {
                entry(serializer, "hello_new_client", &HelloForm { server_instance_id: *server_instance_id })
            }
            Self::InstanceIdMismatch => serializer.serialize_str("instance_id_mismatch"),
            Self::Quarantined(reason) => entry(serializer, "quarantined", reason),
            Self::UnsupportedProtocolVersion => serializer.serialize_str("unsupported_protocol_version"),
            Self::UnsupportedApplicationVersion => serializer.serialize_str("unsupported_application_version"),
        }
    }
}

impl<'de> Deserialize<'de> for ConnectionResponse<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ResponseVisitor)
    }
}

struct ResponseVisitor;

impl<'de> Visitor<'de> for ResponseVisitor {
    type Value = ConnectionResponse<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a connection response: its name, or a mapping from its name to its fields")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        match name {
            "connected" => Ok(ConnectionResponse::Connected),
            "instance_id_mismatch" => Ok(ConnectionResponse::InstanceIdMismatch),
            "unsupported_protocol_version" => Ok(ConnectionResponse::UnsupportedProtocolVersion),
            "unsupported_application_version" => Ok(ConnectionResponse::UnsupportedApplicationVersion),
            _ if RESPONSES.contains(&name) => Err(E::invalid_type(Unexpected::Str(name), &"a mapping with its fields")),
            _ => Err(E::unknown_variant(name, RESPONSES)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let name = name(&mut map)?;
        let response = match name.as_str() {
            "hello_new_client" => {
                let HelloForm { server_instance_id } = map.next_value()?;
                ConnectionResponse::HelloNewClient { server_instance_id }
            }
            "quarantined" => ConnectionResponse::Quarantined(map.next_value()?),
            _ if RESPONSES.contains(&name.as_str()) => {
                return Err(A::Error::custom(format_args!("`{name}` has no fields: write it alone")));
            }
            _ => return Err(A::Error::unknown_variant(&name, RESPONSES)),
        };
        end(&mut map)?;
        Ok(response)
    }
}
