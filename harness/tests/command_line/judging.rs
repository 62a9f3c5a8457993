//! `sinkcheck judge`: what is typed, what is said, and the exit codes.

use crate::document::document;
use crate::folder::Folder;
use crate::program::sinkcheck;

const FIRST_CONTACT: &str = include_str!("../../../spec/captures/first_contact.jsonl");
const MISMATCH: &str = include_str!("../../../spec/captures/instance_id_mismatch.jsonl");
const KEEPALIVE: &str = include_str!("../../../spec/captures/keepalive.jsonl");

/// The second event is answered twice.
fn answered_twice() -> String {
    let line = r#"{"ms": 2985, "connection": 1, "from": "server", "hex": "00023548"}"#;
    assert!(FIRST_CONTACT.contains(line));
    FIRST_CONTACT.replace(line, &format!("{line}\n{line}"))
}

#[test]
fn deployed_sessions_conform() {
    let folder = Folder::new();
    for (name, lines) in [("a.jsonl", FIRST_CONTACT), ("b.jsonl", MISMATCH), ("c.jsonl", KEEPALIVE)] {
        let file = folder.write(name, lines);
        sinkcheck(["judge", &file]).run().exits(0).says("Watched 1 connection").says("VERDICT conforms");
        // From standard input, too.
        sinkcheck(["judge", "-"]).input(lines).run().exits(0).says("Target standard input (clients and server)");
    }
    let all: Vec<String> = ["a.jsonl", "b.jsonl", "c.jsonl"].iter().map(|name| folder.at(name)).collect();
    sinkcheck([vec!["judge".to_owned()], all].concat())
        .run()
        .exits(0)
        .says("Target 3 records (clients and server)")
        .says("Watched 3 connections with 32 frames");
}

#[test]
fn a_broken_rule_is_told_with_the_frames_that_prove_it() {
    let folder = Folder::new();
    let file = folder.write("twice.jsonl", answered_twice());
    sinkcheck(["judge", &file]).run().exits(1).says_all(&[
        "✗ connection/1/server",
        "Broke events.answered-once",
        "PUBLISH 1352",
        "ACK 1352",
        "VERDICT does not conform: 1 MUST rule broken",
    ]);
    sinkcheck(["judge", &file, "--side", "server"]).run().exits(1);
    sinkcheck(["judge", &file, "--side", "client"]).run().exits(0).says("(client)");
    // One of several records.
    let good = folder.write("good.jsonl", FIRST_CONTACT);
    sinkcheck(["judge", &good, &file]).run().exits(1).says("twice.jsonl: 1/server");
}

#[test]
fn the_result_goes_where_it_is_sent() {
    let folder = Folder::new();
    let (file, json) = (folder.write("twice.jsonl", answered_twice()), folder.at("judged.json"));
    let done = sinkcheck(["judge", &file, "--format", "json", "--output", &json, "--quiet"]).run().exits(1);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    let judged = document(&folder.read("judged.json"));
    assert_eq!(judged["verdict"], "does_not_conform");
    // It shows excerpts and is no record itself.
    sinkcheck(["judge", &json]).run().exits(2).says("judge the record itself");
}

#[test]
fn what_a_run_of_the_suite_exchanged_is_judged_as_the_run_judged_it() {
    let folder = Folder::new();
    let json = folder.at("result.json");
    for role in ["server", "client"] {
        let arguments = ["certify", role, "--skip-slow", "--format", "json", "--output", &json, "--quiet"];
        // On a machine that has no time for it a case comes to no result, and what was exchanged is judged all the same.
        let code = sinkcheck(arguments).run().code;
        assert!(matches!(code, Some(0 | 3)), "{code:?}");
        let done = sinkcheck(["judge", &json, "--format", "json"]).run().exits(0);
        let judged = document(&done.stdout);
        assert_eq!(judged["target"]["role"], role);
        assert_eq!(judged["verdict"], "conforms");
        let held = judged["rules"].as_array().unwrap().iter().filter(|rule| rule["verdict"] == "held").count();
        assert!(held > 30, "{held}");
    }
}

#[test]
fn wrong_calls_say_what_to_do() {
    let folder = Folder::new();
    let good = folder.write("good.jsonl", FIRST_CONTACT);
    for (arguments, text) in [
        (vec!["judge"], "<FILE>..."),
        (vec!["judge", "/nowhere/a.jsonl"], "/nowhere/a.jsonl: it can't be read: No such file"),
        (vec!["judge", "/"], "it is a folder; name the records in it"),
        (vec!["judge", &good, "--keepalive-interval", "60"], "write a number and a unit"),
        (vec!["judge", &good, "--keepalive-interval", "0s"], "an interval is longer than 0"),
        (vec!["judge", &good, "--patience", "long"], "write a number and a unit"),
        (vec!["judge", &good, "--side", "left"], "possible values: server, client, both"),
        (vec!["judge", &good, "--port", "0"], "0 is not in 1.."),
        (vec!["judge", &good, "--format", "png"], "png"),
    ] {
        sinkcheck(&arguments).run().exits(2).says(text);
    }
    for (text, expected) in [("", "standard input: it is empty"), ("hello", "it is no record that can be read")] {
        sinkcheck(["judge", "-"]).input(text).run().exits(2).says(expected);
    }
}

#[test]
fn what_cannot_be_judged_is_inconclusive_and_the_rest_is_judged() {
    let folder = Folder::new();
    let good = folder.write("good.jsonl", FIRST_CONTACT);
    // A file that is no record, beside one that is.
    let bad = folder.write("bad.txt", "no record");
    sinkcheck(["judge", &good, &bad]).run().exits(3).says("bad.txt").says("it is no record that can be read");
    // A line that can't be read.
    let mut lines: Vec<&str> = FIRST_CONTACT.lines().collect();
    lines[8] = "garbage";
    let damaged = folder.write("damaged.jsonl", lines.join("\n"));
    sinkcheck(["judge", &damaged]).run().exits(3).says("line 9: no entry of a record").says("record-incomplete");
    // What was broken before it is told nevertheless.
    let broken = answered_twice();
    let mut lines: Vec<&str> = broken.lines().collect();
    lines[10] = "garbage";
    let broken = folder.write("broken.jsonl", lines.join("\n"));
    sinkcheck(["judge", &broken]).run().exits(1).says("events.answered-once");
    // A record of nothing.
    let nothing = folder.write(
        "nothing.pcap",
        [&[0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0][..], &[0; 8], &[0, 0, 4, 0, 1, 0, 0, 0]].concat(),
    );
    sinkcheck(["judge", &nothing]).run().exits(3).says("holds no packets");
}
