//! Reasons, `{ machine_message: { hex: "0404" }, human_message: … }`, and NACK, which has the message id beside them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::super::{MessageId, Nack, Octets, Reason};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReasonForm<'a> {
    machine_message: Octets,
    human_message: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NackForm<'a> {
    message_id: MessageId,
    machine_message: Octets,
    human_message: Cow<'a, str>,
}

impl<const MAX_LEN: usize> Serialize for Reason<'_, MAX_LEN> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ReasonForm { machine_message: self.machine_message().into(), human_message: self.human_message().into() }
            .serialize(serializer)
    }
}

impl Serialize for Nack<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        NackForm {
            message_id: self.message_id,
            machine_message: self.reason.machine_message().into(),
            human_message: self.reason.human_message().into(),
        }
        .serialize(serializer)
    }
}

impl<'de, const MAX_LEN: usize> Deserialize<'de> for Reason<'_, MAX_LEN> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = ReasonForm::deserialize(deserializer)?;
        Self::new(form.machine_message.0, form.human_message.into_owned()).map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Nack<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = NackForm::deserialize(deserializer)?;
        let reason = Reason::new(form.machine_message.0, form.human_message.into_owned());
        Ok(Self { message_id: form.message_id, reason: reason.map_err(de::Error::custom)? })
    }
}
