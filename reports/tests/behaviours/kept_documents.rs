use std::path::PathBuf;

use sinkcheck_reports::document::{Carried, CaseVerdict, RuleVerdict, Verdict};
use sinkcheck_reports::json::{ReadError, read_document};
use sinkcheck_reports::{Format, RenderOptions, render};

use crate::handmade;
use crate::snapshots::{check, page};

fn kept(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn each_document_reads_back_as_it_was() {
    for (name, document) in handmade::all() {
        let mut json = Vec::new();
        render(&document, Format::Json, &RenderOptions::default(), &mut json).expect("a vector takes every write");
        assert!(json.ends_with(b"}\n"), "{name}");
        assert_eq!(read_document(&json).expect(name), document, "{name}");
    }
}

#[test]
fn the_json_of_a_document_is_as_kept() {
    let kept = [
        ("failing_client", handmade::failing_client()),
        ("unsteady", handmade::unsteady()),
        ("zero_cases", handmade::zero_cases()),
    ];
    for (name, document) in kept {
        check(&format!("json_{name}"), &page(&document, Format::Json, &RenderOptions::default()));
    }
}

#[test]
fn a_document_with_no_more_than_the_contract_demands_is_read() {
    let document = read_document(&kept("least.json")).expect("it keeps the contract");
    assert_eq!(document.verdict, Verdict::DoesNotConform);
    assert_eq!(document.rules[0].verdict, RuleVerdict::Broken);
    assert_eq!(document.cases[0].verdict, CaseVerdict::Fail);
    assert_eq!(document.cases[0].transcript[1].carried, Carried::Event("closed".into()));
    check("text_least", &page(&document, Format::Text, &RenderOptions::default()));
}

#[test]
fn fields_of_later_versions_are_ignored() {
    let document = read_document(&kept("with_later_fields.json")).expect("additions don't matter");
    assert_eq!(document.cases[0].transcript[0].carried, Carried::Hex("000110".into()));
    let least = read_document(&kept("least.json")).expect("it keeps the contract");
    assert_eq!(document.summary, least.summary);
}

#[test]
fn a_document_of_a_newer_form_is_refused_by_its_number() {
    // Nothing else of it is looked at: a newer form may have anything.
    let error = read_document(br#"{ "schema": 2, "verdict": { "of": "another kind" } }"#).expect_err("it is newer");
    assert!(matches!(error, ReadError::NewerSchema { found: 2, supported: 1 }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "this result document has schema 2, and this version of sinkcheck reads up to 1: use a newer one"
    );
}

#[test]
fn what_is_no_document_is_refused_with_the_cause() {
    for (octets, cause) in [
        ("", "the document is cut off (EOF while parsing a value at line 1 column 0): write it once more"),
        ("{ \"schema\": 1", "the document is cut off "),
        ("{ \"schema\": 1, \"suite\": { \"version\": \"0.", "the document is cut off "),
        ("{ \"schema\": 1 ]", "this is not JSON: "),
        ("\u{fe}", "this is not JSON: "),
        ("{}", "this is not a result document: "),
        ("{ \"schema\": null }", "this is not a result document: "),
        ("{ \"schema\": 0 }", "this is not a result document: "),
        ("{ \"schema\": \"one\" }", "this result document is malformed: "),
        ("[]", "this result document is malformed: "),
        ("{ \"schema\": 1 }", "this result document is malformed: missing field `suite`"),
    ] {
        let error = read_document(octets.as_bytes()).expect_err(octets).to_string();
        assert!(error.starts_with(cause), "{octets}: {error}");
    }
}
