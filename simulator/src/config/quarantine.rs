//! Whether a client is quarantined, and why.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sinkcheck_spec::wire::QuarantineReason;

use super::ReasonConfig;

/// Whether a client is quarantined: `false`, `true` (a reason without words), or a reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quarantine(pub Option<QuarantineReason<'static>>);

impl<'de> Deserialize<'de> for Quarantine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(QuarantineVisitor)
    }
}

struct QuarantineVisitor;

impl<'de> Visitor<'de> for QuarantineVisitor {
    type Value = Quarantine;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, or { machine_message, human_message }")
    }

    fn visit_bool<E: Error>(self, quarantined: bool) -> Result<Quarantine, E> {
        let reason = quarantined.then(ReasonConfig::default);
        reason.map(ReasonConfig::into_reason).transpose().map(Quarantine).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Quarantine, A::Error> {
        let reason = ReasonConfig::deserialize(MapAccessDeserializer::new(map))?;
        reason.into_reason().map(|reason| Quarantine(Some(reason))).map_err(A::Error::custom)
    }
}
