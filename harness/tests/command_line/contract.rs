//! What the design promises of exit codes and of the result document.

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::program::sinkcheck;

#[track_caller]
fn check(arguments: &[&str], code: i32) {
    sinkcheck(arguments).run().exits(code);
}

#[test]
fn a_call_that_does_its_work_exits_with_0() {
    check(&["--version"], 0);
    check(&["--help"], 0);
    check(&["list"], 0);
    check(&["decode", "00025000000f0005312e302e300000000100000002"], 0);
}

#[test]
fn a_wrong_call_exits_with_2() {
    let folder = Folder::new();
    check(&["no-such-verb"], 2);
    check(&["certify", "server", "nonsense://x"], 2);
    check(&["certify", "server", "--target", &folder.at("absent.yaml")], 2);
    check(&["certify", "--case", "no-such-case"], 2);
}

#[test]
fn a_server_that_is_not_there_is_no_failure_of_its() {
    let done = sinkcheck(["certify", "server", "tcp://127.0.0.1:1", "--format", "json"]).run().exits(3);
    let document = document(&done.stdout);
    assert_eq!(document["verdict"], "inconclusive");
    assert!(cases(&document).iter().all(|case| case["reason"]["code"] == "could-not-connect"));
}

#[test]
fn a_wrong_scenario_is_named_with_its_line() {
    let folder = Folder::new();
    let file = folder.write("wrong.yaml", "title: x\nunder_test: server\nsteps: [ { sned: ping } ]\n");
    sinkcheck(["lint", &file]).run().exits(2).says("wrong.yaml:3:12").says("did you mean `send`?");
}

#[test]
fn the_built_in_server_conforms_and_the_document_says_so() {
    let folder = Folder::new();
    let file = folder.at("result.json");
    let done = sinkcheck(["certify", "--skip-slow", "--format", "json", "--output", &file]).run().exits(0);
    done.says("VERDICT conforms");
    let document = document(&folder.read("result.json"));
    for key in ["schema", "suite", "target", "verdict", "summary", "rules", "cases"] {
        assert!(document.get(key).is_some(), "the document has no {key}");
    }
    assert_eq!((&document["schema"], &document["verdict"]), (&1.into(), &"conforms".into()));
    for key in ["pass", "fail", "warn", "inconclusive", "not_applicable", "known_failure", "unexpected_pass", "error"] {
        assert!(document["summary"][key].is_u64(), "the summary has no {key}");
    }
    for rule in document["rules"].as_array().expect("there are rules") {
        for key in ["id", "level", "verdict", "cases"] {
            assert!(rule.get(key).is_some(), "a rule has no {key}: {rule}");
        }
    }
    let place = |text: &str| text.rsplit_once(':').is_some_and(|(_, line)| line.parse::<usize>().is_ok());
    for case in cases(&document) {
        for key in ["id", "verdict", "rules", "broken_rules", "location", "duration_ms", "transcript"] {
            assert!(case.get(key).is_some(), "a case has no {key}: {case}");
        }
        assert!(case["location"].as_str().is_some_and(place), "{}", case["location"]);
    }
    let entries = cases(&document).iter().flat_map(|case| case["transcript"].as_array().into_iter().flatten());
    for entry in entries {
        assert!(entry.get("hex").is_some() != entry.get("event").is_some(), "{entry}");
        assert!(["client", "server"].contains(&entry["from"].as_str().unwrap_or_default()), "{entry}");
        assert!(entry["ms"].is_number() && entry["connection"].is_string(), "{entry}");
    }
}
