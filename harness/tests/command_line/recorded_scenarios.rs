//! `sinkcheck record`: a recorded session becomes a scenario that lints, plays again, and finds who answers otherwise.

use std::io::Write;

use nix::sys::signal::Signal;

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::peer::{Peer, frame, framed};
use crate::program::sinkcheck;

const CAPTURES: [(&str, &str); 3] = [
    ("first_contact", include_str!("../../../spec/captures/first_contact.jsonl")),
    ("instance_id_mismatch", include_str!("../../../spec/captures/instance_id_mismatch.jsonl")),
    ("keepalive", include_str!("../../../spec/captures/keepalive.jsonl")),
];

/// Makes a scenario for a role, which lints and passes at the reference peer; its text.
#[track_caller]
fn plays_again(folder: &Folder, record: &str, name: &str, role: &str) -> String {
    let scenario = folder.at(&format!("{role}-{name}.yaml"));
    sinkcheck(["record", record, "--under-test", role, "--scenario", &scenario]).run().exits(0).says("was made of");
    sinkcheck(["lint", &scenario]).run().exits(0).says("1 scenario, no mistakes");
    let done = sinkcheck(["certify", role, "--suite", &scenario, "--format", "json"]).run().exits(0);
    let document = document(&done.stdout);
    assert_eq!(cases(&document)[0]["verdict"], "pass");
    folder.read(&format!("{role}-{name}.yaml"))
}

#[test]
fn deployed_sessions_play_again_at_the_reference_pair() {
    let folder = Folder::new();
    for (name, lines) in CAPTURES {
        let record = folder.write(&format!("{name}.jsonl"), lines);
        for role in ["server", "client"] {
            let text = plays_again(&folder, &record, name, role);
            // No id of the recording is fixed.
            for fixed in ["instance_id: 1", "instance_id: 2", "instance_id: 77", "message_id: 1", "event_type_id"] {
                assert!(!text.contains(fixed), "{fixed}: {text}");
            }
        }
    }
    let text = folder.read("server-first_contact.yaml");
    for part in ["$server", "acks", "nacks", "event: event_1", "message_id: $id_1", "event: rejected", "- close"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = folder.read("client-first_contact.yaml");
    for part in
        ["client: new", "publishes: 4", "server_instance_id: none", "message_id: $id_4", "human_message: no such type"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn sessions_of_the_reference_pair_play_again() {
    let folder = Folder::new();
    let record = folder.at("session.jsonl");
    let mut server = sinkcheck(["simulate", "server", "--listen", "tcp://127.0.0.1:0=known"]).start();
    let ready = server.wait_for_output("\n");
    let at = ready.trim().trim_start_matches("ready ").split('=').next().unwrap().to_owned();
    let arguments =
        ["proxy", "--listen", "tcp://127.0.0.1:0", "--upstream", &at, "--record", &record, "--connections", "1"];
    let mut proxy = sinkcheck(arguments).start();
    let ready = proxy.wait_for_output("\n");
    let at = ready.trim().trim_start_matches("ready ").to_owned();
    let arguments = ["simulate", "client", &at, "--publish", "3", "--server-instance-id", "2", "--exit-when-delivered"];
    sinkcheck(arguments).run().exits(0);
    proxy.end().exits(0);
    server.signal(Signal::SIGTERM);
    server.end().exits(0);
    sinkcheck(["judge", &record]).run().exits(0);
    for role in ["server", "client"] {
        let text = plays_again(&folder, &record, "session", role);
        assert!(text.contains(if role == "server" { "expect: connected" } else { "send: connected" }), "{text}");
    }
}

#[test]
fn a_server_that_answers_otherwise_fails() {
    let folder = Folder::new();
    let record = folder.write("keepalive.jsonl", CAPTURES[2].1);
    let scenario = folder.at("keepalive.yaml");
    sinkcheck(["record", &record, "--scenario", &scenario]).run().exits(0);
    // It answers the request, and no PING.
    let peer = Peer::new(|stream| {
        while let Ok(content) = frame(stream) {
            match content.first().map(|first| first >> 4) {
                Some(0) if content.len() == 15 => stream.write_all(&framed(&[0x10]))?,
                Some(0) => stream.write_all(&framed(&[0x11, 0, 0, 0, 2]))?,
                _ => {}
            }
        }
        Ok(())
    });
    let done = sinkcheck(["certify", "server", &peer.address(), "--suite", &scenario]).run().exits(1);
    done.says("keepalive.ping-answered");
    // It turns everyone away whom it has accepted before.
    let peer = Peer::new(|stream| {
        while let Ok(content) = frame(stream) {
            if content.first().is_some_and(|first| first >> 4 == 5) {
                stream.write_all(&framed(&[0x60, 0]))?;
            } else if content.len() == 15 {
                return stream.write_all(&framed(&[0x12]));
            } else {
                stream.write_all(&framed(&[0x11, 0, 0, 0, 2]))?;
            }
        }
        Ok(())
    });
    sinkcheck(["certify", "server", &peer.address(), "--suite", &scenario]).run().exits(1).says("handshake.connected");
}

#[test]
fn a_connection_is_chosen_by_its_name() {
    let folder = Folder::new();
    let other = CAPTURES[1].1.replace("\"connection\": 1", "\"connection\": \"second\"");
    let record = folder.write("both.jsonl", format!("{}{other}", CAPTURES[0].1));
    sinkcheck(["record", &record, "--scenario", "-"])
        .run()
        .exits(2)
        .says("it holds 2 connections, choose one with --connection: 1, second");
    let arguments = ["record", &record, "--scenario", "-", "--connection", "second"];
    sinkcheck(arguments).run().exits(0).says("instance_id_mismatch");
    let arguments = ["record", &record, "--scenario", "-", "--connection", "third"];
    sinkcheck(arguments).run().exits(2).says("it holds no connection `third`; there are: 1, second");
}

#[test]
fn what_is_no_step_is_said() {
    let folder = Folder::new();
    // The server sends an answer that nothing explains, a PING of its own, and ends the connection.
    let lines = concat!(
        r#"{"ms":1,"connection":1,"from":"client","hex":"000b0005312e302e3000000001"}"#,
        "\n",
        r#"{"ms":2,"connection":1,"from":"server","hex":"000511000000020002300700025000"}"#,
        "\n",
        r#"{"ms":3,"connection":1,"from":"server","event":"closed"}"#,
        "\n",
    );
    let record = folder.write("odd.jsonl", lines);
    sinkcheck(["record", &record, "--scenario", &folder.at("odd.yaml")]).run().exits(0).says_all(&[
        "left out: of the server: ACK 7, which nothing before explains",
        "left out: PINGs of the server",
        "left out: the server ended the connection of its own accord",
    ]);
    assert!(folder.read("odd.yaml").contains("Not in here: of the server: ACK 7"));
    // A file that is there is kept.
    sinkcheck(["record", &record, "--scenario", &folder.at("odd.yaml")]).run().exits(2).says("it is there already");
    // A folder that isn't there is made, unless something else is in its place.
    sinkcheck(["record", &record, "--scenario", &folder.at("mine/own/odd.yaml")]).run().exits(0);
    assert_eq!(folder.read("mine/own/odd.yaml"), folder.read("odd.yaml"));
    sinkcheck(["record", &record, "--scenario", &folder.at("odd.yaml/odd.yaml")]).run().exits(2).says("--scenario");
    let nothing = folder.write("nothing.jsonl", r#"{"ms":1,"connection":1,"from":"client","event":"connected"}"#);
    sinkcheck(["record", &nothing, "--scenario", "-"]).run().exits(2).says("does nothing in this recording");
    let within = folder.write("within.jsonl", r#"{"ms":1,"connection":1,"from":"client","hex":"00025000"}"#);
    sinkcheck(["record", &within, "--scenario", "-"]).run().exits(2).says("began before the record");
}
