//! The published schemas, for the tests of every crate: each document that a test makes, or that the program writes in one, is held
//! against the file that is published.

use std::sync::OnceLock;

use serde_json::Value;
use sinkcheck_reports::Document;

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The result document.
    Result,
    /// What changed between two of them.
    Difference,
}

/// The document, which keeps the published schema and adds up.
#[track_caller]
pub(crate) fn published(document: Document) -> Document {
    let value = serde_json::to_value(&document).expect("a document is JSON");
    keeps(Kind::Result, &value);
    document
}

/// Fails if the value doesn't keep the schema, or is a document that doesn't add up.
#[track_caller]
pub(crate) fn keeps(kind: Kind, value: &Value) {
    let mistakes = mistakes(kind, value);
    assert!(mistakes.is_empty(), "{kind:?}: {mistakes:#?}");
}

/// What is wrong with the value.
pub(crate) fn mistakes(kind: Kind, value: &Value) -> Vec<String> {
    let errors = validator(kind).iter_errors(value).map(|error| format!("{}: {error}", error.instance_path()));
    let mut mistakes: Vec<String> = errors.take(16).collect();
    if let (Kind::Result, Some(counts), Some(cases)) = (kind, value["summary"].as_object(), value["cases"].as_array()) {
        let sum: u64 = counts.values().filter_map(Value::as_u64).sum();
        if sum != cases.len() as u64 {
            mistakes.push(format!("/summary: it adds up to {sum} and there are {} cases", cases.len()));
        }
    }
    mistakes
}

fn validator(kind: Kind) -> &'static jsonschema::Validator {
    static RESULT: OnceLock<jsonschema::Validator> = OnceLock::new();
    static DIFFERENCE: OnceLock<jsonschema::Validator> = OnceLock::new();
    let (kept, schema) = match kind {
        Kind::Result => (&RESULT, include_str!("../../schema/result.schema.json")),
        Kind::Difference => (&DIFFERENCE, include_str!("../../schema/difference.schema.json")),
    };
    kept.get_or_init(|| {
        let schema = serde_json::from_str(schema).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is one")
    })
}
