//! `sinkcheck report`: what can be done with documents that were kept, and what happens with those that are none.

use std::io::Write;

use serde_json::{Value, json};

use crate::document::{difference, document};
use crate::folder::Folder;
use crate::program::{Call, Done, sinkcheck};

/// The document of a short run at the built-in server, as a file.
fn kept(folder: &Folder, name: &str, cases: &str) -> String {
    let file = folder.at(name);
    let arguments = ["certify", "--case", cases, "--quiet", "--format", "json", "--output", &file];
    sinkcheck(arguments).run().exits(0);
    file
}

fn report<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Call {
    sinkcheck(["report"].into_iter().chain(arguments))
}

/// The same document with a change, as another file.
fn changed(folder: &Folder, of: &str, name: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut document: Value = serde_json::from_str(&folder.read(of)).expect("it is JSON");
    change(&mut document);
    folder.write(name, document.to_string())
}

/// Its first case breaks its first rule.
fn broken(document: &mut Value) {
    let rule = document["cases"][0]["rules"][0].clone();
    document["cases"][0]["verdict"] = "fail".into();
    document["cases"][0]["broken_rules"] = json!([rule]);
    let rules = document["rules"].as_array_mut().expect("there are rules");
    let broken = rules.iter_mut().find(|other| other["id"] == rule).expect("the rule is among them");
    broken["verdict"] = "broken".into();
    document["verdict"] = "does_not_conform".into();
}

#[test]
fn a_kept_document_is_rendered_as_certify_renders_it() {
    let folder = Folder::new();
    let (json, junit) = (folder.at("a.json"), folder.at("a.xml"));
    let arguments = [
        "certify",
        "--case",
        "server/isolation/*",
        "--format",
        "json",
        "--output",
        &json,
        "--format",
        "junit",
        "--output",
        &junit,
    ];
    let certified = sinkcheck(arguments).run().exits(0);
    let again = folder.at("again.xml");
    let done = report(["render", &json, "--format", "junit", "--output", &again]).run().exits(0);
    assert_eq!(done.stdout, "", "nothing was asked for beside it");
    assert_eq!(folder.read("again.xml"), folder.read("a.xml"));
    assert_eq!(
        report(["render", &json]).run().exits(0).stdout,
        certified.stdout,
        "text is what comes without a format"
    );
    assert_eq!(report(["render", &json, "--format", "json"]).run().exits(0).stdout, folder.read("a.json"));
    for format in ["tap", "markdown", "github"] {
        let from_file = report(["render", &json, "--format", format]).run().exits(0).stdout;
        let from_stdin = report(["render", "-", "--format", format]).input(folder.read("a.json")).run().exits(0).stdout;
        assert!(!from_file.is_empty() && from_file == from_stdin, "{format}");
    }
}

#[test]
fn several_forms_are_written_at_once() {
    let folder = Folder::new();
    let json = kept(&folder, "a.json", "server/isolation/*");
    let tap = folder.at("a.tap");
    let done = report(["render", &json, "--format", "tap", "--output", &tap, "--format", "github"]).run().exits(0);
    assert!(done.stdout.starts_with("::notice title=sinkcheck::"), "{}", done.stdout);
    assert!(folder.read("a.tap").starts_with("TAP version 14\n1.."));
}

#[test]
fn the_help_of_format_lists_all() {
    for verb in [&["certify", "--help"][..], &["report", "render", "--help"]] {
        let done = sinkcheck(verb).run().exits(0);
        for format in ["text", "json", "junit", "tap", "markdown", "github"] {
            assert!(done.stdout.lines().any(|line| line.trim_start().starts_with(&format!("{format} "))), "{format}");
        }
    }
}

#[test]
fn a_must_that_got_worse_exits_with_1_and_nothing_else_does() {
    let folder = Folder::new();
    let good = kept(&folder, "good.json", "server/isolation/*");
    let bad = changed(&folder, "good.json", "bad.json", broken);
    report(["diff", &good, &good]).run().exits(0).says("nothing changed");
    report(["diff", &good, &bad]).run().exits(1).says_all(&[
        "BROKE  1 rule, 1 case",
        "passed, now failed",
        "a MUST got worse",
    ]);
    report(["diff", &bad, &good]).run().exits(0).says_all(&["MENDED  1 rule, 1 case", "no MUST got worse"]);
    report(["diff", &bad, &bad]).run().exits(0);
    let done = report(["diff", &good, &bad, "--format", "json"]).run().exits(1);
    let difference = difference(&done.stdout);
    assert_eq!((&difference["must_got_worse"], &difference["rules"][0]["change"]), (&true.into(), &"broke".into()));
    let page = folder.at("diff.md");
    report(["diff", &good, &bad, "--format", "markdown", "--output", &page]).run().exits(1);
    assert!(folder.read("diff.md").starts_with("## A MUST got worse\n"));
    report(["diff", &good, "-"]).input(folder.read("bad.json")).run().exits(1);
    report(["diff", "-", "-"]).run().exits(2).says("standard input can be read once");
}

#[test]
fn implementations_stand_side_by_side() {
    let folder = Folder::new();
    let good = kept(&folder, "good.json", "server/isolation/*");
    let bad = changed(&folder, "good.json", "bad.json", |document| {
        broken(document);
        document["target"]["name"] = "other".into();
    });
    report(["matrix", &good, &bad]).run().exits(0).says_all(&["2  other (server)", "✓ ✗  MUST", "DIFFER  1 of"]);
    let done = report(["matrix", &good, &bad, "--format", "markdown"]).run().exits(0);
    assert!(done.stdout.contains("| ✓ | ✗ |"), "{}", done.stdout);
    let page = folder.at("matrix.html");
    report(["matrix", &good, &bad, "--format", "html", "--output", &page]).run().exits(0);
    assert!(folder.read("matrix.html").starts_with("<!doctype html>"));
    let client = changed(&folder, "good.json", "client.json", |document| document["target"]["role"] = "client".into());
    report(["matrix", &good, &client]).run().exits(2).says("client.json: it is about a client");
    report(["diff", &good, &client]).run().exits(2).says("no rule in common");
}

/// Each verb with this file among its documents.
fn each_verb(file: &str, check: impl Fn(Done)) {
    let folder = Folder::new();
    let good = kept(&folder, "good.json", "server/handshake/connected");
    for arguments in [
        vec!["render", file, "--format", "junit"],
        vec!["render", file, "--format", "text"],
        vec!["diff", file, &good],
        vec!["diff", &good, file],
        vec!["matrix", &good, file],
        vec!["merge", &good, file],
        vec!["merge", file],
    ] {
        let done = report(arguments).run().exits(2);
        assert_eq!(done.stdout, "");
        check(done);
    }
}

#[test]
fn a_document_of_a_newer_form_is_refused_by_every_verb() {
    let folder = Folder::new();
    let file = folder.write("newer.json", r#"{ "schema": 2, "verdict": { "of": "another kind" } }"#);
    each_verb(&file, |done| {
        done.says("newer.json: this result document has schema 2").says("use a newer one");
    });
}

#[test]
fn a_document_that_is_cut_off_is_refused_by_every_verb() {
    let folder = Folder::new();
    kept(&folder, "whole.json", "server/handshake/connected");
    let whole = folder.read("whole.json");
    let file = folder.write("cut.json", &whole[..whole.len() / 2]);
    each_verb(&file, |done| {
        done.says("cut.json: the document is cut off");
    });
}

#[test]
fn a_document_of_a_hundred_megabytes_is_refused_by_every_verb_before_it_is_read() {
    let folder = Folder::new();
    let file = folder.at("big.json");
    // A file with a hole: it is long, and takes no room.
    let big = std::fs::File::create(&file).expect("a file can be made");
    big.set_len(100_000_000).expect("a file can have a hole");
    each_verb(&file, |done| {
        done.says("more than 64 MiB");
    });
    // Of a pipe no more is read than that; the memory is looked at, too.
    let mut endless = br#"{ "schema": 1, "notes": [ ""#.to_vec();
    endless.resize(100_000_000, b'x');
    report(["render", "-"]).input(endless).run().exits(2).says("standard input: it has more than 64 MiB");
}

#[test]
fn what_is_no_document_is_refused_with_the_cause() {
    let folder = Folder::new();
    for (name, text, cause) in [
        ("text.json", "hello", "text.json: this is not JSON"),
        ("empty.json", "", "empty.json: the document is cut off"),
        ("other.json", "{}", "other.json: this is not a result document"),
        ("list.json", "[]", "list.json: this result document is malformed"),
    ] {
        let file = folder.write(name, text);
        report(["render", &file]).run().exits(2).says(cause);
    }
    report(["render", &folder.at("absent.json")]).run().exits(2).says("absent.json: it can't be read");
    report(["render", &folder.at("")]).run().exits(2).says("it can't be read");
    let mut deep = std::fs::File::create(folder.at("deep.json")).expect("a file can be made");
    deep.write_all("[".repeat(1_000_000).as_bytes()).expect("it can be written");
    report(["render", &folder.at("deep.json")]).run().exits(2).says("deep.json: ");
}

#[test]
fn calls_without_sense_are_refused() {
    let folder = Folder::new();
    let good = kept(&folder, "good.json", "server/handshake/connected");
    report([]).run().exits(2).says("Usage:");
    report(["matrix"]).run().exits(2).says("<DOC>...");
    report(["render", &good, "--format", "nonsense"]).run().exits(2).says("there are text, json");
    report(["diff", &good, &good, "--format", "junit"]).run().exits(2).says("possible values: text, json, markdown");
    report(["render", &good, "--output", &folder.at("x")]).run().exits(2).says("before any --format");
    report(["diff", &good, &good, "--output", &folder.at("no/such")]).run().exits(2).says("there is no folder");
}

#[test]
fn nothing_is_garbled_where_it_is_piped() {
    const ESCAPE: char = '\u{1b}';
    let folder = Folder::new();
    let good = kept(&folder, "good.json", "server/isolation/*");
    let bad = changed(&folder, "good.json", "bad.json", broken);
    for arguments in [vec!["render", &bad], vec!["diff", &good, &bad], vec!["matrix", &good, &bad], vec!["merge", &bad]]
    {
        let stdout = |more: &[&str]| report(arguments.iter().copied().chain(more.iter().copied())).run().stdout;
        assert!(!stdout(&[]).contains(ESCAPE), "{arguments:?}");
        assert!(stdout(&["--color", "always"]).contains(ESCAPE), "{arguments:?}");
        assert!(!stdout(&["--color", "never"]).contains(ESCAPE), "{arguments:?}");
    }
    let merged = report(["merge", &bad, "--format", "json"]).run().exits(1);
    assert_eq!(document(&merged.stdout)["verdict"], "does_not_conform");
}
