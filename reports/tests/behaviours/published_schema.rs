use std::path::PathBuf;

use sinkcheck_reports::schema::{detection_schema, difference_schema, document_schema, finding_schema};
use sinkcheck_reports::{Format, RenderOptions};

use crate::handmade;
use crate::published::{Kind, keeps, mistakes};
use crate::snapshots::page;

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// With `UPDATE_SCHEMA=1` in the environment, writes the file instead.
#[test]
fn the_schemas_that_are_kept_are_fresh() {
    let schemas = [
        ("result", document_schema()),
        ("difference", difference_schema()),
        ("finding", finding_schema()),
        ("detection", detection_schema()),
    ];
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

#[test]
fn each_document_that_is_written_keeps_the_schema() {
    for (name, document) in handmade::all() {
        let written = page(&document, Format::Json, &RenderOptions::default());
        keeps(Kind::Result, &serde_json::from_str(&written).expect(name));
    }
}

#[test]
fn what_is_no_document_does_not_keep_the_schema() {
    let good = serde_json::to_value(handmade::failing()).expect("a document is JSON");
    keeps(Kind::Result, &good);
    type Spoiler = fn(&mut serde_json::Value);
    let spoilers: [(&str, Spoiler); 6] = [
        ("no verdict", |document| drop(document.as_object_mut().and_then(|fields| fields.remove("verdict")))),
        ("an unknown verdict", |document| document["cases"][0]["verdict"] = "fine".into()),
        ("an unknown level", |document| document["rules"][0]["level"] = "MAY".into()),
        ("a summary that does not add up", |document| document["summary"]["pass"] = 99.into()),
        ("a duration in words", |document| document["cases"][0]["duration_ms"] = "soon".into()),
        ("an entry without octets or event", |document| {
            document["cases"][2]["transcript"][0] = serde_json::json!({ "ms": 0, "connection": "a", "from": "client" });
        }),
    ];
    for (name, spoil) in spoilers {
        let mut bad = good.clone();
        spoil(&mut bad);
        assert!(bad != good && !mistakes(Kind::Result, &bad).is_empty(), "{name}");
    }
}
