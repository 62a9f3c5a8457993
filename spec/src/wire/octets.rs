//! Octet strings for people: how they print, and how they are written in YAML and JSON.

use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An octet string as the vectors write it: text where it is printable UTF-8, else `{ hex: "0404" }`.
///
/// Reading accepts either form for any octets.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Octets(pub Vec<u8>);

impl Octets {
    /// The octets.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Octets {
    fn from(octets: Vec<u8>) -> Self {
        Self(octets)
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Self {
        Self(octets.to_vec())
    }
}

impl From<&str> for Octets {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

impl From<Octets> for Vec<u8> {
    fn from(octets: Octets) -> Self {
        octets.0
    }
}

impl AsRef<[u8]> for Octets {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Octets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        OctetsDisplay(&self.0).fmt(f)
    }
}

impl Serialize for Octets {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(text) = printable(&self.0) {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("hex", &hex::encode(&self.0))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OctetsVisitor)
    }
}

struct OctetsVisitor;

impl<'de> Visitor<'de> for OctetsVisitor {
    type Value = Octets;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("octets: text, or { hex: \"…\" }")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Octets, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Octets, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(A::Error::missing_field("hex"));
        };
        if key != "hex" {
            return Err(A::Error::unknown_field(&key, &["hex"]));
        }
        let digits: String = map.next_value()?;
        if let Some(other) = map.next_key::<String>()? {
            return Err(A::Error::unknown_field(&other, &["hex"]));
        }
        hex::decode(&digits).map(Octets).map_err(|why| A::Error::custom(format_args!("hex: {why}")))
    }
}

/// The octets as text, if they are UTF-8 that shows as it is: no control characters and nothing invisible.
pub(super) fn printable(octets: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(octets).ok()?;
    // Long chunks are nearly always that.
    if octets.iter().all(|octet| matches!(octet, b' '..=b'~')) {
        return Some(text);
    }
    // Escaping lengthens whatever can't be shown; quotes and backslashes are lengthened too, and can be shown.
    let quoted = text.matches(['"', '\'', '\\']).count();
    (text.escape_debug().count() == text.chars().count() + quoted).then_some(text)
}

/// How many characters of a text, or octets in hex, a line shows.
const SHOWN: usize = 48;

/// Prints octets in a line: quoted where they are printable, in hex otherwise, abbreviated where they are many.
pub(super) struct OctetsDisplay<'a>(pub(super) &'a [u8]);

impl fmt::Display for OctetsDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = printable(self.0) {
            return TextDisplay(text).fmt(f);
        }
        match self.0.get(..SHOWN) {
            Some(start) if self.0.len() > SHOWN => {
                write!(f, "0x{}… ({} octets)", hex::encode(start), self.0.len())
            }
            _ => write!(f, "0x{}", hex::encode(self.0)),
        }
    }
}

/// Prints text in a line: quoted, control characters escaped, abbreviated where it is long.
pub(super) struct TextDisplay<'a>(pub(super) &'a str);

impl fmt::Display for TextDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(SHOWN) {
            Some((end, _)) => {
                let start = self.0.get(..end).unwrap_or_default();
                write!(f, "{start:?}… ({} octets)", self.0.len())
            }
            None => write!(f, "{:?}", self.0),
        }
    }
}
