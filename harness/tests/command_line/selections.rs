//! Which cases are played, how often, and in what order.

use std::sync::{Arc, Mutex};

use crate::document::{cases, document, inconclusive, notes};
use crate::folder::Folder;
use crate::peer::{Peer, obliging, welcome};
use crate::program::sinkcheck;

const OWN: &str = "title: My own\nunder_test: server\nrequirements: [keepalive.ping-answered]\nsteps:\n  - handshake\n  - send: ping\n  - expect: pong\n";

#[test]
fn a_suite_of_ones_own_takes_the_place_of_the_built_in_one() {
    let folder = Folder::new();
    let own = folder.at("own");
    folder.write("own/mine/pong.yaml", OWN);
    let done = sinkcheck(["certify", "--suite", &own, "--format", "json"]).run().exits(0);
    let document = document(&done.stdout);
    assert_eq!((cases(&document).len(), &cases(&document)[0]["id"]), (1, &"mine/pong".into()));
    assert_eq!(document["suite"]["cases"], 1);
    sinkcheck(["list", "--suite", &own]).run().exits(0).says("mine/pong My own");
    sinkcheck(["show", "mine/pong", "--suite", &own]).run().exits(0).says("title: My own");
    folder.write("own/mine/wrong.yaml", OWN.replace("pong", "pogn"));
    let done = sinkcheck(["certify", "--suite", &own]).run().exits(2).says_all(&["wrong.yaml:7:", "`pogn`"]);
    assert_eq!(done.stdout, "", "nothing ran");
}

#[test]
fn a_suite_without_a_case_for_the_role_is_refused() {
    let folder = Folder::new();
    let client = "title: x\nunder_test: client\nrequirements: [layout.connection-request]\nsteps:\n  - handshake\n  - expect: open\n";
    folder.write("own/case.yaml", client);
    let done = sinkcheck(["certify", "--suite", &folder.at("own")]).run().exits(2);
    done.says("the suite has no case for a server");
}

#[test]
fn a_case_of_ones_own_that_fails_points_into_its_file() {
    let folder = Folder::new();
    folder.write("own/mine.yaml", OWN.replace("send: ping", "send: pong").replace("expect: pong", "expect: closed"));
    let done = sinkcheck(["certify", "--suite", &folder.at("own"), "--format", "json"]).run().exits(1);
    let location = document(&done.stdout)["cases"][0]["location"].to_string();
    assert!(location.contains("own/mine.yaml:7"), "{location}");
}

/// Which of so many events of one id an answer is for can't be told, and nor can what the target does wrong, if anything.
#[test]
fn a_case_of_ones_own_that_nobody_can_follow_blames_nobody() {
    let folder = Folder::new();
    let many = ["{ publish: { message_id: 5 } }"; 6].join(", ");
    folder.write("own/mine.yaml", OWN.replace("  - send: ping\n", &format!("  - send: [{many}]\n  - send: ping\n")));
    let done = sinkcheck(["certify", "--suite", &folder.at("own"), "--format", "json"]).run().exits(3);
    assert_eq!(inconclusive(&document(&done.stdout), "too-many-readings"), 1, "{:.4000}", done.stdout);
}

#[test]
fn fail_fast_ends_with_the_first_failure() {
    let peer = Peer::new(|stream| welcome(stream).map(drop));
    let case = ["--case", "server/handshake/connected", "--repeat", "60"];
    let arguments = ["certify", "server", &peer.address(), "--fail-fast", "--format", "json"];
    let done = sinkcheck(arguments.iter().chain(&case)).run().exits(1);
    let document = document(&done.stdout);
    // The next may have begun before the first was looked at.
    let failed = document["summary"]["fail"].as_u64().expect("a count");
    assert!((1..10).contains(&failed), "{}", document["summary"]);
    assert_eq!(inconclusive(&document, "not-run") as u64, 60 - failed);
    assert!(
        notes(&document).contains("--fail-fast ended the run at server/handshake/connected"),
        "{}",
        notes(&document)
    );
}

/// The cases of a suite of twelve in the order in which a server meets them, by the client_instance_id that each speaks with.
fn order(arguments: &[&str]) -> Vec<u8> {
    let (folder, heard) = (Folder::new(), Arc::new(Mutex::new(Vec::new())));
    for id in 101..=112 {
        let case = OWN.replace(
            "  - handshake\n",
            "  - send: { connection_request: { client_instance_id: ID } }\n  - expect: acceptance\n",
        );
        folder.write(&format!("own/{id}.yaml"), case.replace("ID", &id.to_string()));
    }
    let of_peer = Arc::clone(&heard);
    let peer = Peer::new(move |stream| {
        obliging(stream, |content| {
            // A request with a version of five octets, and one id of four.
            if content.len() == 11 {
                of_peer.lock().expect("nobody panics holding it").push(content[10]);
            }
        })
    });
    let (address, suite) = (peer.address(), folder.at("own"));
    sinkcheck(["certify", "server", &address, "--suite", &suite, "--jobs", "1"].iter().chain(arguments)).run().exits(0);
    drop(peer);
    let mut heard = heard.lock().expect("nobody panics holding it").clone();
    heard.retain(|id| *id > 100);
    heard.dedup();
    heard
}

#[test]
fn a_seed_gives_the_same_order_again() {
    let (first, again, other) = (order(&["--shuffle", "7"]), order(&["--shuffle", "7"]), order(&["--shuffle", "8"]));
    assert_eq!(first.len(), 12, "{first:?}");
    assert_eq!(first, again);
    assert_ne!(first, other);
    let in_turn = order(&[]);
    assert!(in_turn.is_sorted(), "without it they are played in the suite's order: {in_turn:?}");
}

#[test]
fn a_seed_that_was_made_up_is_told() {
    let case = ["certify", "--case", "server/handshake/connected", "--format", "json", "--shuffle"];
    let document = document(&sinkcheck(case).run().exits(0).stdout);
    let notes = notes(&document);
    let seed = notes.split("--shuffle ").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    assert!(seed.parse::<u64>().is_ok(), "{notes}");
    sinkcheck(case.iter().chain(&[seed])).run().exits(0);
}

#[test]
fn a_repeated_case_stands_there_as_often() {
    let arguments = ["certify", "--case", "server/handshake/connected", "--repeat", "7", "--format", "json"];
    let document = document(&sinkcheck(arguments).run().exits(0).stdout);
    assert_eq!((cases(&document).len(), &document["summary"]["pass"]), (7, &7.into()));
}

#[test]
fn slow_cases_that_are_left_out_are_told() {
    let arguments = ["certify", "--case", "server/keepalive/*", "--skip-slow", "--format", "json"];
    let document = document(&sinkcheck(arguments).run().exits(0).stdout);
    assert!(notes(&document).contains("--skip-slow left out"), "{}", notes(&document));
    assert!(cases(&document).iter().all(|case| case["slow"] == false));
    let slow = sinkcheck(["list", "server/keepalive/*"]).run().stdout;
    let slow = slow.lines().find(|line| line.ends_with("(slow)")).and_then(|line| line.split_whitespace().next());
    let slow = slow.expect("some cases are slow");
    sinkcheck(["certify", "--case", slow, "--skip-slow"]).run().exits(2).says("--skip-slow leaves them out");
}

#[test]
fn a_long_run_takes_little_memory() {
    // A few at a time: whether each passes on a busy machine is not what this is about.
    let arguments =
        ["certify", "--case", "server/events/full-window*", "--repeat", "15", "--jobs", "2", "--format", "json"];
    let document = document(&sinkcheck(arguments).run().stdout);
    assert!(notes(&document).contains("abridged or left out"), "{}", notes(&document));
}
