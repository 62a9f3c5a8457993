//! Targets that the harness starts: what they are told, and how each way of not starting reads.

use std::time::Duration;

use crate::document::{document, inconclusive};
use crate::folder::Folder;
use crate::program::{Call, Done, PROGRAM, sinkcheck};

fn certify(target: &str) -> Call {
    sinkcheck(["certify", "--target", target, "--case", "server/handshake/connected", "--verbose"])
}

#[track_caller]
fn could_not_start(launch: &str, texts: &[&str]) -> Done {
    let folder = Folder::new();
    let target = folder.write("t.yaml", format!("launch: {launch}\n"));
    let json = folder.at("a.json");
    let done = sinkcheck(["certify", "--target", &target, "--format", "json", "--output", &json, "--verbose"]).run();
    let document = document(&folder.read("a.json"));
    assert_eq!(inconclusive(&document, "could-not-start"), document["cases"].as_array().map_or(0, Vec::len));
    done.exits(3).says_all(texts)
}

#[test]
fn a_server_is_started_in_its_folder_and_told_where_to_listen() {
    let folder = Folder::new();
    let script = format!(
        "#!/bin/sh\npwd > where\necho \"$SINK_HOST $SINK_PORT $1 $SINK_FIXTURE\" > told\nexec '{PROGRAM}' simulate server --listen \"tcp://$SINK_HOST:$SINK_PORT=known\"\n"
    );
    folder.write("of/target/run.sh", script);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("of/target/run.sh"), executable).expect("it is ours");
    folder.write("of/target/t.yaml", "launch: [ ./run.sh, '{port}' ]\n");
    // From a folder above, so that the way to the program isn't the one from here.
    certify("of/target/t.yaml").within(folder.path()).run().exits(0);
    assert!(folder.read("of/target/where").trim_end().ends_with("/of/target"));
    let told = folder.read("of/target/told");
    let words: Vec<&str> = told.split_whitespace().collect();
    assert!(words.len() == 3 && words[0] == "127.0.0.1" && words[1] == words[2], "{told}");
}

#[test]
fn a_server_started_for_each_case_is_a_new_one_each_time() {
    let folder = Folder::new();
    let script = format!(
        "echo x >> starts; exec '{PROGRAM}' simulate server --listen \"tcp://127.0.0.1:$SINK_PORT=$SINK_FIXTURE\""
    );
    let target = folder.write(
        "t.yaml",
        format!("launch: [ sh, -c, {script:?} ]\nlaunch_per_case: true\nclients: {{ known: {{ client_instance_id: 1 }}, new: {{}} }}\n"),
    );
    let done = sinkcheck(["certify", "--target", &target, "--case", "server/handshake/*connected*"]).run().exits(0);
    let starts = folder.read("starts").lines().count();
    assert!(starts > 2, "{starts} starts: {}", done.stdout);
}

#[test]
fn a_program_that_ends_at_once_is_quoted() {
    could_not_start(
        "[ sh, -c, 'echo the port is taken; echo and worse >&2; exit 3' ]",
        &["the launched target ended at once", "exit status: 3", "the port is taken", "and worse"],
    );
    could_not_start("[ 'true' ]", &["ended at once", "it printed nothing"]);
    could_not_start(
        "[ sh, -c, 'yes bla | head -100000; echo the end; exit 1' ]",
        &["the last that it printed", "the end"],
    );
}

#[test]
fn a_program_that_cant_be_run_is_told() {
    let folder = Folder::new();
    folder.write("garbage", [0, 1, 2, 3]);
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path().join("garbage"), executable).expect("it is ours");
    let target = folder.write("t.yaml", "launch: [ ./garbage ]\n");
    certify(&target).run().exits(3).says_all(&["could-not-start", "garbage", "Exec format error"]);
}

#[test]
fn a_program_that_never_listens_is_ended_and_quoted() {
    could_not_start(
        "[ sh, -c, 'echo waiting for the database; sleep 1000' ]",
        &["took no connection", "waiting for the database"],
    )
    .within(Duration::from_secs(60));
}

#[test]
fn a_place_that_is_taken_already_is_told_before_the_start() {
    let peer = crate::peer::Peer::new(crate::peer::swallow);
    let folder = Folder::new();
    let target = folder.write("t.yaml", format!("address: {}\nlaunch: [ touch, started ]\n", peer.address()));
    certify(&target).run().exits(3).says_all(&["could-not-start", "something else listens there"]);
    assert_eq!(folder.names(), ["t.yaml"], "it was not started");
}

#[test]
fn what_a_server_prints_stands_in_the_document_where_a_case_fails() {
    let folder = Folder::new();
    let script = format!(
        "echo hello from the server; exec '{PROGRAM}' simulate server --listen \"tcp://127.0.0.1:$SINK_PORT=known\""
    );
    let text = format!(
        "launch: [ sh, -c, {script:?} ]\nlaunch_per_case: true\nevents: {{ accepted: {{ event_type_id: 99 }} }}\n"
    );
    let target = folder.write("t.yaml", text);
    let case = "server/events/accepted-event-acked";
    let done = sinkcheck(["certify", "--target", &target, "--case", case, "--format", "json"]).run().exits(1);
    let output = document(&done.stdout)["cases"][0]["output"].to_string();
    assert!(output.contains("hello from the server"), "{output}");
}

#[test]
fn a_second_client_is_introduced_as_itself_even_after_it_was_a_new_one() {
    let folder = Folder::new();
    let new = "title: a\nunder_test: server\nclient: new\nrequirements: [handshake.hello]\nsteps:\n  - send: { connection_request: { client_instance_id: 51 } }\n  - expect: { hello_new_client: { server_instance_id: $server } }\n";
    let second = "title: b\nunder_test: server\nconnections: { other: another }\nrequirements: [handshake.connected]\nsteps:\n  - handshake\n  - send: { connection_request: { server_instance_id: $server } }\n    on: other\n  - expect: connected\n    on: other\n";
    folder.write("own/a.yaml", new);
    folder.write("own/b.yaml", second);
    let [known, new] = [(); 2].map(|()| sinkcheck::target::free_port("127.0.0.1").expect("a port is free"));
    let target = folder.write(
        "t.yaml",
        format!("launch: [ '{PROGRAM}', simulate, server, --listen, 'tcp://127.0.0.1:{known}=known', --listen, 'tcp://127.0.0.1:{new}=new' ]\naddress: tcp://127.0.0.1:{known}\nclients:\n  known: {{ client_instance_id: 1 }}\n  new: {{ address: 'tcp://127.0.0.1:{new}' }}\n"),
    );
    let done = sinkcheck(["certify", "--target", &target, "--suite", &folder.at("own"), "--jobs", "1"]).run();
    done.exits(0).says("2 passed");
}
