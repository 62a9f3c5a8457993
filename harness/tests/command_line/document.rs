//! The result document, as the published schema has it.

use std::sync::OnceLock;

use serde_json::Value;

use crate::program::sinkcheck;

/// A document that keeps the schema which the program prints.
#[track_caller]
pub(crate) fn document(text: &str) -> Value {
    let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text:.200}"));
    let errors: Vec<String> =
        validator().iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let cases = cases(&document);
    let sum: u64 = document["summary"].as_object().expect("a summary").values().filter_map(Value::as_u64).sum();
    assert_eq!(sum, cases.len() as u64, "the summary adds up to the cases");
    document
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

fn validator() -> &'static jsonschema::Validator {
    static VALIDATOR: OnceLock<jsonschema::Validator> = OnceLock::new();
    VALIDATOR.get_or_init(|| {
        let schema = sinkcheck(["schema", "result"]).run().exits(0).stdout;
        let schema = serde_json::from_str(&schema).expect("the schema is JSON");
        jsonschema::validator_for(&schema).expect("the schema is one")
    })
}
