//! Adapters that don't do what they are for: the cases that need one are inconclusive, and the run is soon over.

use std::time::Duration;

use crate::document::{cases, document, inconclusive, notes};
use crate::folder::Folder;
use crate::program::{PROGRAM, sinkcheck};

/// Certifies a right server with this adapter by cases that ask what was delivered; the document.
fn certify(adapter: &str) -> serde_json::Value {
    let folder = Folder::new();
    let text = format!(
        "launch: [ '{PROGRAM}', simulate, server, --listen, 'tcp://127.0.0.1:{{port}}=known' ]\nadapter: {adapter}\n"
    );
    let target = folder.write("t.yaml", text);
    let arguments = ["certify", "--target", &target, "--case", "server/events/delivered*", "--format", "json"];
    let done = sinkcheck(arguments).run().exits(3).within(Duration::from_secs(60));
    document(&done.stdout)
}

#[track_caller]
fn check(adapter: &str, text: &str) {
    let document = certify(adapter);
    assert!(inconclusive(&document, "adapter-failed") > 0, "{}", document["cases"]);
    let messages: Vec<&str> = cases(&document).iter().filter_map(|case| case["reason"]["message"].as_str()).collect();
    assert!(messages.iter().any(|message| message.contains(text)), "nobody says {text:?}: {messages:#?}");
    let told = notes(&document).matches("was put back").count();
    assert!(told <= 1, "one note is enough: {}", notes(&document));
}

#[test]
fn one_that_ends_at_once() {
    check("[ sh, -c, 'exit 3' ]", "exit status: 3");
}

#[test]
fn one_that_closes_its_output() {
    check("[ sh, -c, 'exec >&-; sleep 1000' ]", "it closed its output");
}

#[test]
fn one_that_prints_what_is_no_json() {
    check("[ sh, -c, 'while read line; do echo Hello there; done' ]", "not a line of JSON");
    check("[ sh, -c, 'while read line; do echo Hello there; done' ]", "Hello there");
}

#[test]
fn one_whose_answers_have_no_verdict() {
    check("[ sh, -c, 'while read line; do echo {}; done' ]", "an answer without `ok`: {}");
}

#[test]
fn one_that_refuses() {
    check(r#"[ sh, -c, 'while read line; do echo "{\"ok\":false,\"error\":\"no database\"}"; done' ]"#, "no database");
}

#[test]
fn one_that_says_yes_and_gives_nothing() {
    check(r#"[ sh, -c, 'while read line; do echo "{\"ok\":true}"; done' ]"#, "has no `events`");
}

#[test]
fn one_that_hangs() {
    check("[ sleep, '1000' ]", "no answer within 10 s");
}

#[test]
fn one_that_talks_without_end() {
    check("[ sh, -c, 'cat /dev/zero' ]", "");
}

#[test]
fn one_that_supports_nothing_makes_the_cases_inapplicable() {
    let folder = Folder::new();
    let adapter = r#"[ sh, -c, 'while read line; do echo "{\"unsupported\":true}"; done' ]"#;
    let text = format!(
        "launch: [ '{PROGRAM}', simulate, server, --listen, 'tcp://127.0.0.1:{{port}}=known' ]\nadapter: {adapter}\n"
    );
    let target = folder.write("t.yaml", text);
    let arguments = ["certify", "--target", &target, "--case", "server/events/delivered", "--format", "json"];
    let document = document(&sinkcheck(arguments).run().exits(3).stdout);
    assert_eq!(cases(&document)[0]["verdict"], "not_applicable");
    assert!(cases(&document)[0]["reason"]["message"].as_str().is_some_and(|text| text.contains("`delivered`")));
}
