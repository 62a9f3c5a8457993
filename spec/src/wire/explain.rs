//! Annotates a content's octets, message or not, for people.

use std::fmt;
use std::ops::Range;

use super::reader::Observer;
use super::{DecodeError, Message};

/// What some octets of a content are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The octets, counted from the content's start. Fields narrower than an octet share it: a type and the bits
    /// after it have ranges that overlap. No octets for an error at the content's end.
    pub range: Range<usize>,
    /// The field's name in the layout; [`Field::ERROR`] for what is wrong.
    pub name: &'static str,
    /// The field's value as a message prints it, or what is wrong.
    pub value: String,
}

impl Field {
    /// The name of an entry that says what is wrong.
    pub const ERROR: &'static str = "error";

    /// Whether it says what is wrong.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.name == Self::ERROR
    }
}

/// The content's fields, in their order. Where it is no message, those before the error and then the error, which
/// reaches to the content's end. A field that the protocol leaves open is an error of its own octets, and the fields
/// after it follow.
#[must_use]
pub fn explain(content: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    match Message::decode_observed(content, &mut fields) {
        // An open one was shown where it is.
        Err(error) if !error.kind.is_open() => fields.push(Field {
            range: error.at.min(content.len())..content.len(),
            name: Field::ERROR,
            value: error.to_string(),
        }),
        _ => {}
    }
    fields
}

impl Observer for Vec<Field> {
    fn field(&mut self, range: Range<usize>, name: &'static str, value: &dyn fmt::Display) {
        self.push(Field { range, name, value: value.to_string() });
    }

    fn open(&mut self, range: Range<usize>, error: &DecodeError) {
        self.push(Field { range, name: Field::ERROR, value: error.to_string() });
    }
}
