//! `sinkcheck lint`: every kind of mistake is shown with its place, and no file is too much for it.

use std::time::Duration;

use crate::folder::Folder;
use crate::program::{Done, sinkcheck};

const HEAD: &str = "title: x\nunder_test: server\nrequirements: [keepalive.ping-answered]\n";
const GOOD: &str = "title: x\nunder_test: server\nrequirements: [keepalive.ping-answered]\nsteps:\n  - handshake\n  - send: ping\n  - expect: pong\n";

fn lint(text: impl AsRef<[u8]>) -> Done {
    let folder = Folder::new();
    folder.write("case.yaml", text);
    sinkcheck(["lint", "case.yaml"]).within(folder.path()).run().exits(2).within(Duration::from_secs(20))
}

/// `place` is `LINE:COLUMN`; the line is shown, with a caret below it.
#[track_caller]
fn check(text: &str, place: &str, texts: &[&str]) {
    let done = lint(text);
    let (line, column) = place.split_once(':').expect("a place has a line and a column");
    let line: usize = line.parse().expect("a line is a number");
    let column: usize = column.parse().expect("a column is a number");
    let shown = text.lines().nth(line - 1).expect("the text has that line");
    let caret = |line: &str| line.rsplit_once("| ").is_some_and(|(_, marks)| marks.find('^') == Some(column - 1));
    assert!(done.stdout.contains(&format!("--> case.yaml:{place}\n")), "not at {place}:\n{}", done.stdout);
    assert!(done.stdout.contains(shown), "the line isn't shown:\n{}", done.stdout);
    assert!(done.stdout.lines().any(caret), "no caret below {column}:\n{}", done.stdout);
    done.says_all(texts);
}

#[test]
fn a_good_scenario_has_no_mistakes() {
    let folder = Folder::new();
    let file = folder.write("a/b.yaml", GOOD);
    sinkcheck(["lint", &file]).run().exits(0).says("1 scenario, no mistakes");
    sinkcheck(["lint", &folder.at("")]).run().exits(0).says("1 scenario, no mistakes");
    let suites = concat!(env!("CARGO_MANIFEST_DIR"), "/../cases/suites");
    sinkcheck(["lint", suites]).run().exits(0).says("no mistakes");
}

#[test]
fn rules_that_are_not_there_or_are_not_the_roles() {
    let cite = |rule: &str| GOOD.replace("keepalive.ping-answered", rule);
    check(&cite("keepalive.ping-answerd"), "3:16", &["there is no rule", "did you mean `keepalive.ping-answered`?"]);
    check(&cite("keepalive.ping-answered, keepalive.ping-answered"), "3:41", &["cited twice"]);
    check(&cite("keepalive.ping-answered, framing.joined-in-order"), "3:41", &["no step could show"]);
    let role = sinkcheck_spec::catalogue::Role::Server;
    let rules = sinkcheck_spec::catalogue::catalogue().rules();
    let of_clients = rules.iter().find(|rule| !rule.role.binds(role)).expect("some rules bind clients alone");
    check(&cite(&of_clients.id), "3:16", &["doesn't bind a server"]);
    check(&GOOD.replace("[keepalive.ping-answered]", "[]"), "3:15", &["cites at least one rule"]);
}

#[test]
fn names_that_are_not_used_or_not_there() {
    let steps = |steps: &str| format!("{HEAD}steps:\n  - handshake\n  - send: ping\n  - expect: pong\n{steps}");
    let text = "  - expect: { hello_new_client: { server_instance_id: $mine } }\n";
    check(&steps(text), "8:5", &["`$mine` is never used"]);
    check(&steps("  - send: { ack: { message_id: $none } }\n"), "8:5", &["`$none` has no value here"]);
    check(&steps("  - send: { publish: { as: event } }\n  - expect: answers\n"), "8:5", &["`event` is never used"]);
    check(&steps("  - { expect: open, on: second }\n"), "8:25", &["there is no connection `second`"]);
    let declared = format!("{GOOD}connections: {{ second: same }}\n");
    check(&declared, "8:24", &["no step is on the connection `second`"]);
}

#[test]
fn keys_and_words_that_nobody_knows() {
    check(&format!("{GOOD}purpos: y\n"), "8:1", &["unknown key `purpos`", "did you mean `purpose`?"]);
    check(&GOOD.replace("send: ping", "sned: ping"), "6:5", &["unknown key `sned`", "did you mean `send`?"]);
    check(&GOOD.replace("- handshake", "- handshak"), "5:5", &["unknown word `handshak`", "did you mean `handshake`?"]);
    check(&GOOD.replace("server", "srever"), "2:13", &["unknown word `srever`", "did you mean `server`?"]);
    check(&GOOD.replace("send: ping", "send: pign"), "6:11", &["unknown word `pign`", "did you mean `ping`?"]);
    check(&GOOD.replace("title: x\n", ""), "1:1", &["missing key `title`"]);
    check(&format!("{GOOD}title: y\n"), "8:1", &["`title` is given twice"]);
}

#[test]
fn expectations_that_no_peer_could_fail() {
    let steps = |steps: &str| format!("{HEAD}steps:\n  - handshake\n{steps}");
    check(&steps("  - send: ping\n"), "5:3", &["the case expects nothing"]);
    check(&steps("  - expect: { one_of: [open, closed] }\n"), "6:15", &["open or closed: no peer could fail this"]);
    check(&steps("  - expect: pong\n"), "6:13", &["no PING was sent"]);
    check(&steps("  - expect: acks\n"), "6:13", &["no PUBLISH was sent"]);
    check(&steps("  - { send: ping, expect: pong }\n"), "6:7", &["a step has one verb, this one has 2"]);
    check(&format!("{HEAD}steps: []\n"), "4:8", &["at least one step"]);
    let held = format!("{HEAD}holds_pongs: true\nsteps:\n  - handshake\n  - send: ping\n  - expect: pong\n");
    check(&held, "4:14", &["the case sends no PONG", "add a `send: pong`"]);
}

#[test]
fn ids_that_two_files_have() {
    let folder = Folder::new();
    folder.write("case.yaml", GOOD);
    folder.write("case.yml", GOOD);
    let done = sinkcheck(["lint", "."]).within(folder.path()).run().exits(2);
    done.says_all(&["case.yml", "a second case with the id `case`", "1 mistake"]);
}

#[test]
fn every_mistake_of_a_folder_is_told() {
    let folder = Folder::new();
    folder.write("a.yaml", GOOD.replace("send: ping", "sned: ping"));
    folder.write("b.yaml", GOOD);
    folder.write("c/d.yaml", "");
    folder.write("e.txt", "no scenario");
    let done = sinkcheck(["lint", "."]).within(folder.path()).run().exits(2);
    done.says_all(&["a.yaml:6:5", "c/d.yaml: the file is empty", "2 mistakes"]);
}

#[test]
fn files_that_are_no_scenarios() {
    lint("").says("case.yaml: the file is empty");
    check("title: [x\nsteps: }\n", "2:6", &["error"]);
    check("- title\n", "1:1", &["expected keys with values, not a list"]);
    check("a word\n", "1:1", &["expected keys with values"]);
    lint(b"title: \xff").says("case.yaml: not a text: the octet at 7 is no UTF-8");
}

#[test]
fn files_that_are_too_much() {
    lint("# ".to_owned() + &"x".repeat(10_000_000)).says("case.yaml: too long");
    lint(format!("{HEAD}steps: {}{}", "[".repeat(100_000), "]".repeat(100_000))).says("case.yaml:4:");
    let keys: String = (0..60_000).map(|number| format!("k{number}: 1\n")).collect();
    lint(keys).says("unknown key `k0`");
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n";
    check(bomb, "2:8", &["aliases are not read here: write the value out"]);
}
