//! Mappings of one entry, `{ name: fields }`.

use serde::de::{Error as _, MapAccess};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

/// Writes a mapping of one entry.
pub(super) fn entry<S: Serializer>(
    serializer: S,
    name: &'static str,
    fields: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, fields)?;
    map.end()
}

/// Reads the key of a mapping of one entry.
pub(super) fn name<'de, A: MapAccess<'de>>(map: &mut A) -> Result<String, A::Error> {
    map.next_key()?.ok_or_else(|| A::Error::custom("an empty mapping names no message"))
}

/// Makes sure that a mapping has no second entry.
pub(super) fn end<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    match map.next_key::<String>()? {
        None => Ok(()),
        Some(second) => Err(A::Error::custom(format_args!("one mapping is one message: `{second}` is a second one"))),
    }
}
