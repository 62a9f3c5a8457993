//! Reads `spec/vectors` and `spec/captures`.

use std::collections::BTreeMap;

use serde::Deserialize;
use sinkcheck_spec::wire::{Message, Note};

/// A content and the message in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) message: Message<'static>,
    #[serde(with = "hex")]
    pub(crate) bytes: Vec<u8>,
    #[serde(default)]
    notes: Vec<serde_yaml::Value>,
}

/// A content that is no message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Malformed {
    pub(crate) name: String,
    #[serde(with = "hex")]
    pub(crate) bytes: Vec<u8>,
    pub(crate) error: ExpectedError,
}

/// An error by the names and numbers in it.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct ExpectedError {
    pub(crate) kind: String,
    pub(crate) field: Option<String>,
    pub(crate) at: usize,
    /// What belongs to the kind.
    #[serde(flatten)]
    pub(crate) numbers: BTreeMap<String, u64>,
}

/// What one side read from the other in a captured session, or what became of the connection.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Capture {
    #[serde(rename = "ms")]
    _ms: u64,
    #[serde(rename = "connection")]
    _connection: u32,
    pub(crate) from: String,
    #[serde(default, with = "hex")]
    pub(crate) hex: Vec<u8>,
    pub(crate) event: Option<String>,
}

impl Vector {
    pub(crate) fn notes(&self) -> Vec<Note> {
        self.notes.iter().map(note).collect()
    }
}

/// Field names in notes are static, so those in a file are matched with them.
const FIELDS: [&str; 8] = [
    "application_version",
    "machine_message",
    "event_type_id",
    "schema_version",
    "key",
    "offset",
    "timestamp",
    "event_data",
];

fn note(value: &serde_yaml::Value) -> Note {
    if value.as_str() == Some("non_zero_ignored_bits") {
        return Note::NonZeroIgnoredBits;
    }
    let long = &value["long_varint"];
    let number = |key: &str| usize::try_from(long[key].as_u64().unwrap()).unwrap();
    let field = long["field"].as_str().unwrap();
    Note::LongVarint {
        field: FIELDS.into_iter().find(|known| *known == field).unwrap(),
        at: number("at"),
        octets: number("octets"),
    }
}

pub(crate) fn deployed() -> Vec<Vector> {
    serde_yaml::from_str(include_str!("../../vectors/deployed.yaml")).unwrap()
}

pub(crate) fn tolerated() -> Vec<Vector> {
    serde_yaml::from_str(include_str!("../../vectors/tolerated.yaml")).unwrap()
}

pub(crate) fn malformed() -> Vec<Malformed> {
    serde_yaml::from_str(include_str!("../../vectors/malformed.yaml")).unwrap()
}

/// Each captured session's name and lines.
pub(crate) fn captures() -> Vec<(&'static str, Vec<Capture>)> {
    let files = [
        ("first_contact", include_str!("../../captures/first_contact.jsonl")),
        ("instance_id_mismatch", include_str!("../../captures/instance_id_mismatch.jsonl")),
        ("keepalive", include_str!("../../captures/keepalive.jsonl")),
    ];
    let read = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    files.into_iter().map(|(name, text)| (name, read(text))).collect()
}
