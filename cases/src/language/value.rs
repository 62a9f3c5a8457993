//! Values: numbers, octet strings and the names of captured ones.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};

/// A number in a message: written out, the value of a name, or a varint in a longer form than it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// Written out.
    Literal(u64),
    /// `$name`: in a message the value of the name; in a pattern it is captured if it has none yet, else compared.
    Name(String),
    /// A varint of this value in this many octets.
    Long {
        /// The value.
        value: u64,
        /// How many octets it takes, at most 10.
        octets: Count,
    },
}

/// A number that is no message's field but says how one is written: written out, or the value of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Count {
    /// Written out.
    Literal(u64),
    /// `$name`.
    Name(String),
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountVisitor;
        impl Visitor<'_> for CountVisitor {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a `$name`")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Count, E> {
                Ok(Count::Literal(value))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Count, E> {
                match name(text) {
                    Some(name) => Ok(Count::Name(name.to_owned())),
                    None => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(CountVisitor)
    }
}

impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "oneOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^\\$[a-z_][a-z0-9_]*$" },
            ]
        })
    }
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LongForm {
    value: u64,
    octets: Count,
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NumberVisitor;
        impl<'de> Visitor<'de> for NumberVisitor {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number from 0 to 2^64-1, a `$name`, or { value: …, octets: … }")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                Ok(Number::Literal(value))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                match name(text) {
                    Some(name) => Ok(Number::Name(name.to_owned())),
                    None => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Number, A::Error> {
                let long = LongForm::deserialize(MapAccessDeserializer::new(map))?;
                if matches!(long.octets, Count::Literal(octets) if !(1..=10).contains(&octets)) {
                    return Err(de::Error::custom("a varint takes 1 to 10 octets"));
                }
                Ok(Number::Long { value: long.value, octets: long.octets })
            }
        }
        deserializer.deserialize_any(NumberVisitor)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<LongForm>();
        json_schema!({
            "description": "A number, the name of a captured one, or a varint in a longer form than it needs.",
            "oneOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^\\$[a-z_][a-z0-9_]*$" },
                long,
            ]
        })
    }
}

/// Where an octet string comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OctetSource {
    /// The octets themselves.
    Octets(Vec<u8>),
    /// `$name`.
    Name(String),
    /// One text over and over.
    Repeat {
        /// What is repeated.
        text: String,
        /// How often.
        times: Number,
    },
    /// As many octets as make the message's content this long.
    FillTo(Number),
}

/// A chunk's octets, and what its length says where that is to be wrong or long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Octets {
    /// The octets.
    pub source: OctetSource,
    /// The length that is announced, if not the true one.
    pub declared: Option<Count>,
    /// How many octets the length takes, if not the fewest.
    pub length_octets: Option<Count>,
}

#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OctetsForm {
    text: Option<String>,
    hex: Option<String>,
    repeat: Option<String>,
    times: Option<Number>,
    fill_to: Option<Number>,
    declared: Option<Count>,
    length_octets: Option<Count>,
}

impl<'de> Deserialize<'de> for Octets {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OctetsVisitor;
        impl<'de> Visitor<'de> for OctetsVisitor {
            type Value = Octets;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text, a `$name`, { hex: … }, { repeat: …, times: … } or { fill_to: … }")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Octets, E> {
                let source = match name(text) {
                    Some(name) => OctetSource::Name(name.to_owned()),
                    None => OctetSource::Octets(text.as_bytes().to_vec()),
                };
                Ok(Octets { source, declared: None, length_octets: None })
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Octets, A::Error> {
                let form = OctetsForm::deserialize(MapAccessDeserializer::new(map))?;
                let (declared, length_octets) = (form.declared, form.length_octets);
                let source = match (form.text, form.hex, form.repeat, form.times, form.fill_to) {
                    (Some(text), None, None, None, None) => OctetSource::Octets(text.into_bytes()),
                    (None, Some(digits), None, None, None) => OctetSource::Octets(hex_octets(&digits)?),
                    (None, None, Some(text), Some(times), None) => OctetSource::Repeat { text, times },
                    (None, None, None, None, Some(length)) => OctetSource::FillTo(length),
                    _ => {
                        return Err(de::Error::custom(
                            "exactly one of `text`, `hex`, `repeat` with `times`, `fill_to` is needed",
                        ));
                    }
                };
                Ok(Octets { source, declared, length_octets })
            }
        }
        deserializer.deserialize_any(OctetsVisitor)
    }
}

impl JsonSchema for Octets {
    fn schema_name() -> Cow<'static, str> {
        "Octets".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let form = generator.subschema_for::<OctetsForm>();
        json_schema!({
            "description": "Octets: text, the name of a captured value, or an object that says how they are made.",
            "oneOf": [{ "type": "string" }, form]
        })
    }
}

/// A value of a `for_each`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(u64),
    /// Text; where octets are wanted, hex digits.
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The name in `$name`, if that is what the text is.
pub(super) fn name(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    (starts && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')).then_some(name)
}

/// Hex digits, spaces allowed between them.
pub(super) fn hex_octets<E: de::Error>(digits: &str) -> Result<Vec<u8>, E> {
    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
    hex::decode(&digits).map_err(|error| E::custom(format!("`{digits}` is not hex: {error}")))
}
