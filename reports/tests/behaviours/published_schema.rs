use std::path::PathBuf;

use sinkcheck_reports::schema::{detection_schema, document_schema, finding_schema};
use sinkcheck_reports::{Format, RenderOptions};

use crate::handmade;
use crate::snapshots::page;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// With `UPDATE_SCHEMA=1` in the environment, writes the file instead.
#[test]
fn the_schemas_that_are_kept_are_fresh() {
    let schemas = [("result", document_schema()), ("finding", finding_schema()), ("detection", detection_schema())];
    for (name, schema) in schemas {
        let path = file(&format!("schema/{name}.schema.json"));
        let fresh = format!("{schema:#}\n");
        if std::env::var_os("UPDATE_SCHEMA").is_some_and(|value| value == "1") {
            std::fs::write(&path, &fresh).expect("the schema can be written");
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == fresh, "{} is stale: run the tests with UPDATE_SCHEMA=1", path.display());
    }
}

#[track_caller]
fn check(name: &str, document: &str) {
    let document: serde_json::Value = serde_json::from_str(document).expect(name);
    let validator = jsonschema::validator_for(&document_schema()).expect("the schema is one");
    let errors: Vec<String> =
        validator.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn each_document_that_is_written_keeps_the_schema() {
    for (name, document) in handmade::all() {
        check(name, &page(&document, Format::Json, &RenderOptions::default()));
    }
}

#[test]
fn what_is_no_document_does_not_keep_the_schema() {
    let validator = jsonschema::validator_for(&document_schema()).expect("the schema is one");
    let good = serde_json::to_value(handmade::failing()).expect("a document is JSON");
    assert!(validator.is_valid(&good));
    type Spoiler = fn(&mut serde_json::Value);
    let spoilers: [(&str, Spoiler); 5] = [
        ("no verdict", |document| drop(document.as_object_mut().and_then(|fields| fields.remove("verdict")))),
        ("an unknown verdict", |document| document["cases"][0]["verdict"] = "fine".into()),
        ("an unknown level", |document| document["rules"][0]["level"] = "MAY".into()),
        ("a duration in words", |document| document["cases"][0]["duration_ms"] = "soon".into()),
        ("an entry without octets or event", |document| {
            document["cases"][2]["transcript"][0] = serde_json::json!({ "ms": 0, "connection": "a", "from": "client" });
        }),
    ];
    for (name, spoil) in spoilers {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(bad != good && !validator.is_valid(&bad), "{name}");
    }
}
