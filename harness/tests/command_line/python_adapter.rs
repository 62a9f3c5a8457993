//! The adapter that the documentation gives as an example, docs/adapter.py, at the reference pair: it is copied, so it has to work.

use std::process::Command;

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::program::{PROGRAM, sinkcheck};

const ADAPTER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adapter.py");

/// Certifies with the adapter. All these cases ask it, and pass.
#[track_caller]
fn check(role: &str, target: &str, patterns: &[&str]) {
    let python = Command::new("python3").arg("--version").output();
    assert!(python.is_ok_and(|done| done.status.success()), "python3 is missing, which docs/adapter.py takes");
    let folder = Folder::new();
    let target = folder.write("t.yaml", format!("{target}adapter: [ python3, '{ADAPTER}' ]\n"));
    let mut arguments = vec!["certify", role, "--target", &target, "--format", "json"];
    arguments.extend(patterns.iter().flat_map(|pattern| ["--case", pattern]));
    let document = document(&sinkcheck(arguments).run().exits(0).stdout);
    // A case that takes a second identity has none here.
    let is_right = |case: &serde_json::Value| case["verdict"] == "pass" || case["reason"]["code"] == "target-lacks";
    let cases = cases(&document);
    assert!(
        cases.iter().all(is_right) && cases.iter().any(|case| case["verdict"] == "pass"),
        "{}",
        document["summary"]
    );
}

#[test]
fn a_client_is_asked_by_it() {
    let target =
        format!("launch: [ '{PROGRAM}', simulate, client ]\nevents: {{ rejected: {{ event_type_id: 99 }} }}\n");
    check(
        "client",
        &target,
        &["client/introduction/*restart*", "client/introduction/*wiped*", "client/events/*delivered*"],
    );
}

#[test]
fn a_server_is_asked_by_it() {
    let target = format!(
        "launch: [ '{PROGRAM}', simulate, server, --listen, 'tcp://127.0.0.1:{{port}}=known', --control, '127.0.0.1:{{control_port}}' ]\nevents: {{ rejected: {{ event_type_id: 99 }} }}\n"
    );
    check("server", &target, &["server/events/delivered*", "server/events/unanswered-sent-again*"]);
}

#[test]
fn it_says_what_it_cant_do() {
    let control =
        std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it is bound");
    let listen = ["simulate", "server", "--listen", "tcp://127.0.0.1:0=known", "--control", &control.to_string()];
    let _server = sinkcheck(listen).start();
    let mut adapter = Command::new("python3");
    adapter.arg(ADAPTER).env("SINK_CONTROL_PORT", control.port().to_string());
    let mut child = adapter
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let asks = b"{\"ask\":\"restart\",\"client\":\"known\"}\n{\"ask\":\"sing\"}\n{\"ask\":\"delivered\",\"client\":\"nobody\"}\n";
    std::io::Write::write_all(&mut child.stdin.take().expect("it is piped"), asks).expect("it reads");
    let said = child.wait_with_output().expect("it ends with its input").stdout;
    let said = String::from_utf8(said).expect("it is text");
    let answers: Vec<&str> = said.lines().collect();
    assert_eq!(answers[..2], ["{\"unsupported\": true}"; 2], "{said}");
    assert_eq!(answers[2], r#"{"ok": false, "error": "there is no client \"nobody\""}"#);
}
