//! `--known-failing`: what is expected to fail, and why.

use crate::document::{cases, document, notes};
use crate::folder::Folder;
use crate::program::{Done, PROGRAM, sinkcheck};

const FAILING: &str = "server/events/accepted-event-acked";
const PASSING: &str = "server/handshake/connected";

/// Certifies a server that NACKs an event that its target file says it accepts; with this list, by these cases.
fn certify(list: &str, arguments: &[&str]) -> (Done, serde_json::Value) {
    let folder = Folder::new();
    let text = format!(
        "launch: [ '{PROGRAM}', simulate, server, --listen, 'tcp://127.0.0.1:{{port}}=known' ]\nevents: {{ accepted: {{ event_type_id: 99 }} }}\n"
    );
    let (target, list) = (folder.write("t.yaml", text), folder.write("known.yaml", list));
    let common = ["certify", "--target", &target, "--known-failing", &list, "--format", "json", "--quiet"];
    let done = sinkcheck(common.iter().chain(arguments)).run();
    let document = document(&done.stdout);
    (done, document)
}

#[test]
fn a_failure_that_is_known_is_no_surprise_and_no_conformance() {
    let list = format!("- case: {FAILING}\n  reason: our ticket 7\n");
    let (done, document) = certify(&list, &["--case", FAILING]);
    done.exits(0);
    assert_eq!(document["verdict"], "does_not_conform");
    assert_eq!(cases(&document)[0]["verdict"], "known_failure");
    assert_eq!(cases(&document)[0]["known_failure"]["reason"], "our ticket 7");
}

#[test]
fn a_failure_that_is_not_known_counts() {
    let (done, document) = certify("[]", &["--case", FAILING]);
    done.exits(1);
    assert_eq!(cases(&document)[0]["verdict"], "fail");
}

#[test]
fn a_known_failure_that_passes_is_told() {
    let list = format!("- case: {PASSING}\n  reason: it was broken\n");
    let (done, document) = certify(&list, &["--case", PASSING]);
    done.exits(1);
    assert_eq!(cases(&document)[0]["verdict"], "unexpected_pass");
    assert_eq!(document["verdict"], "conforms");
}

#[test]
fn an_entry_that_fits_nothing_is_stale() {
    let list = "- case: server/no/such\n  reason: gone\n";
    for arguments in [&["--case", PASSING][..], &["--case", PASSING, "--repeat", "2"]] {
        let (done, document) = certify(list, arguments);
        done.exits(1);
        assert!(notes(&document).contains("known.yaml:1: case server/no/such fits no failure"), "{}", notes(&document));
    }
}

#[test]
fn an_entry_for_a_case_that_was_not_played_is_not_stale() {
    let list = format!("- case: {FAILING}\n  reason: our ticket 7\n");
    certify(&list, &["--case", PASSING]).0.exits(0);
}

#[test]
fn a_rule_covers_every_case_that_breaks_it_and_nothing_else() {
    let (_, document) = certify("[]", &["--case", FAILING]);
    let rule = cases(&document)[0]["broken_rules"][0].as_str().expect("a rule is broken").to_owned();
    let list = format!("- rule: {rule}\n  reason: our ticket 8\n");
    let (done, document) = certify(&list, &["--case", FAILING, "--case", PASSING]);
    done.exits(0);
    assert_eq!(document["summary"]["known_failure"], 1);
    certify("- rule: handshake.*\n  reason: no\n", &["--case", FAILING]).0.exits(1);
}

#[test]
fn a_rule_that_every_case_keeps_is_stale() {
    let folder = Folder::new();
    let own = "title: x\nunder_test: server\nrequirements: [keepalive.ping-answered]\nsteps: [ handshake, send: ping, expect: pong ]\n";
    folder.write("own/case.yaml", own);
    let (done, document) = certify("- rule: keepalive.*\n  reason: no\n", &["--suite", &folder.at("own")]);
    done.exits(1);
    assert!(notes(&document).contains("rule keepalive.* fits no failure"), "{}", notes(&document));
}

#[test]
fn fail_fast_goes_on_behind_a_known_failure() {
    let list = format!("- case: {FAILING}\n  reason: our ticket 7\n");
    let arguments = ["--case", FAILING, "--case", PASSING, "--jobs", "1", "--fail-fast"];
    let (done, document) = certify(&list, &arguments);
    done.exits(0);
    assert_eq!(document["summary"]["pass"], 1);
}

#[test]
fn mistakes_in_the_list_are_shown_with_their_places() {
    let folder = Folder::new();
    let check = |text: &str, texts: &[&str]| {
        let list = folder.write("known.yaml", text);
        let done = sinkcheck(["certify", "--known-failing", &list, "--case", PASSING]).run().exits(2);
        assert_eq!(done.stdout, "", "nothing ran");
        done.says_all(texts);
    };
    check("- case: a\n", &["known.yaml:1:3", "missing key `reason`"]);
    check("- reason: a\n", &["known.yaml:1:3", "an entry names a `case` or a `rule`"]);
    check("- case: a\n  reason: b\n- case: '['\n  reason: c\n", &["known.yaml:3:", "unclosed character class"]);
    check("- { case: a, reason: b, why: c }\n", &["known.yaml:1:25", "unknown key `why`"]);
    for until in ["2027-02-29", "31.1.2027", "2027-1-31", "soon", "2027-01-31T00:00:00Z"] {
        check(
            &format!("- {{ case: a, reason: b, until: {until} }}\n"),
            &["known.yaml:1:32", "is no date: write it as 2027-01-31"],
        );
    }
    check("case: a\n", &["known.yaml:1:1", "expected a list"]);
    check("", &["known.yaml: the file is empty"]);
}

#[test]
fn an_entry_names_an_issue_and_excuses_until_its_day_is_over() {
    let list = |until: &str| {
        format!("- case: {FAILING}\n  reason: answers are late\n  issue: https://issues.example/7\n  until: {until}\n")
    };
    let (done, document) = certify(&list("2999-12-31"), &["--case", FAILING]);
    done.exits(0);
    let known = &cases(&document)[0]["known_failure"];
    assert_eq!((&known["issue"], &known["until"]), (&"https://issues.example/7".into(), &"2999-12-31".into()));
    assert!(known.get("expired").is_none());

    let (done, document) = certify(&list("2020-02-29"), &["--case", FAILING]);
    done.exits(1);
    assert_eq!(cases(&document)[0]["verdict"], "fail");
    assert_eq!(cases(&document)[0]["known_failure"]["expired"], true);
    let note = format!("known.yaml:1: case {FAILING} excused until 2020-02-29, and does no longer");
    assert!(notes(&document).contains(&note), "{}", notes(&document));
}

#[test]
fn an_entry_that_has_expired_is_neither_stale_nor_surprised_by_a_pass() {
    let list = format!("- case: {PASSING}\n  reason: it was broken\n  until: 2020-02-29\n");
    let (done, document) = certify(&list, &["--case", PASSING]);
    done.exits(0);
    assert_eq!(cases(&document)[0]["verdict"], "pass");
    assert!(!notes(&document).contains("Stale") && notes(&document).contains("Expired"), "{}", notes(&document));
}

#[test]
fn an_entry_that_still_excuses_stands_in_for_one_that_has_expired() {
    let list = format!(
        "- case: {FAILING}\n  reason: old\n  until: 2020-02-29\n- case: {FAILING}\n  reason: new\n  until: 2999-12-31\n"
    );
    let (done, document) = certify(&list, &["--case", FAILING]);
    done.exits(0);
    assert_eq!(cases(&document)[0]["known_failure"]["reason"], "new");
}
