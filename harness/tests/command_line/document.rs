//! The result document, as the published schema has it.

use serde_json::Value;

use crate::published::{Kind, keeps};

/// A document that keeps the published schema.
#[track_caller]
pub(crate) fn document(text: &str) -> Value {
    of(Kind::Result, text)
}

/// A difference that keeps the published schema.
#[track_caller]
pub(crate) fn difference(text: &str) -> Value {
    of(Kind::Difference, text)
}

#[track_caller]
fn of(kind: Kind, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:.200}"));
    keeps(kind, &value);
    value
}

/// Its cases.
pub(crate) fn cases(document: &Value) -> &[Value] {
    document["cases"].as_array().expect("a document has cases")
}

/// How many of its cases are inconclusive for this reason.
pub(crate) fn inconclusive(document: &Value, code: &str) -> usize {
    let for_this = |case: &&Value| case["verdict"] == "inconclusive" && case["reason"]["code"] == code;
    cases(document).iter().filter(for_this).count()
}

/// All its notes, a line each.
pub(crate) fn notes(document: &Value) -> String {
    let notes = document["notes"].as_array().into_iter().flatten();
    notes.filter_map(Value::as_str).map(|note| format!("{note}\n")).collect()
}
