//! Connection requests: their fields, or for another version `{ protocol_version: 1, rest: … }`.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::super::{ConnectionRequest, InstanceId, Message, Octets, OtherVersionRequest, ProtocolVersion};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RequestForm<'a> {
    #[serde(default)]
    protocol_version: ProtocolVersion,
    application_version: Cow<'a, str>,
    client_instance_id: InstanceId,
    #[serde(default)]
    server_instance_id: Option<InstanceId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OtherVersionForm {
    protocol_version: ProtocolVersion,
    rest: Octets,
}

/// A connection request of any version, by the fields of version 0.
pub(super) struct RequestOfAnyVersion(pub(super) Message<'static>);

impl Serialize for ConnectionRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RequestForm {
            protocol_version: self.protocol_version(),
            application_version: self.application_version().into(),
            client_instance_id: self.client_instance_id(),
            server_instance_id: self.server_instance_id(),
        }
        .serialize(serializer)
    }
}

impl Serialize for OtherVersionRequest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OtherVersionForm { protocol_version: self.version(), rest: self.rest().into() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OtherVersionRequest<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = OtherVersionForm::deserialize(deserializer)?;
        Self::new(form.protocol_version, form.rest.0).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for RequestOfAnyVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = RequestForm::deserialize(deserializer)?;
        let request = ConnectionRequest::new(
            form.application_version.into_owned(),
            form.client_instance_id,
            form.server_instance_id,
        );
        let request = Message::from(request.map_err(de::Error::custom)?);
        if form.protocol_version == ProtocolVersion::V0 {
            return Ok(Self(request));
        }
        // Another version's layout is unknown, so its fields are laid out as the deployed vectors lay them out: as
        // in version 0, with only the first octet different.
        let mut rest = request.encode();
        rest.remove(0);
        let request = OtherVersionRequest::new(form.protocol_version, rest);
        Ok(Self(request.map_err(de::Error::custom)?.into()))
    }
}
