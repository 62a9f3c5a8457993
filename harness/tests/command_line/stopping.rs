//! Runs that are stopped: what there is is written, and nothing that was started stays.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::document::{cases, document, inconclusive, notes};
use crate::folder::Folder;
use crate::peer::{Peer, obliging, welcome};
use crate::program::{PROGRAM, eventually, is_alive, sinkcheck};

/// What a script writes of the processes that it starts, as soon as there are so many.
fn processes(folder: &Folder, count: usize) -> Vec<u32> {
    let ids = || -> Vec<u32> {
        let text = std::fs::read_to_string(folder.path().join("processes")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).collect()
    };
    eventually("processes", || Some(ids()).filter(|ids| ids.len() >= count))
}

#[track_caller]
fn all_are_gone(ids: &[u32]) {
    eventually("the end of all that was started", || (!ids.iter().any(|id| is_alive(*id))).then_some(()));
}

/// A target file for a server that is a child of the program that is launched.
fn target(folder: &Folder, before: &str, after: &str) -> String {
    let script = format!(
        "{before}'{PROGRAM}' simulate server --listen \"tcp://127.0.0.1:$SINK_PORT=known\" & printf '%s\\n%s\\n' $! $$ >> processes; {after}"
    );
    folder.write("server.sh", script);
    let text = "launch: [ sh, server.sh ]\nadapter: [ sh, -c, 'echo $$ >> processes; while read line; do echo \"{\\\"unsupported\\\":true}\"; done' ]\n";
    folder.write("t.yaml", text)
}

/// A run of this target that takes long.
fn long_run<'a>(target: &'a str, json: &'a str) -> [&'a str; 11] {
    [
        "certify",
        "--target",
        target,
        "--repeat",
        "2000",
        "--case",
        "server/framing/*",
        "--format",
        "json",
        "--output",
        json,
    ]
}

fn is_there(folder: &Path, name: &str) -> bool {
    folder.join(name).exists()
}

#[test]
fn a_run_that_is_interrupted_writes_what_there_is() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        let (peer, folder) = (Peer::new(|stream| obliging(stream, |_| ())), Folder::new());
        let json = folder.at("a.json");
        let arguments =
            ["certify", "server", &peer.address(), "--repeat", "1000", "--case", "server/handshake/connected"];
        let running = sinkcheck(arguments.iter().chain(&["--format", "json", "--output", &json])).start();
        eventually("the run is under way", || (peer.accepted() > 20).then_some(()));
        running.signal(signal);
        let done = running.end().within(Duration::from_secs(60));
        let document = document(&folder.read("a.json"));
        let not_run = inconclusive(&document, "not-run");
        assert!(not_run > 0 && not_run < cases(&document).len(), "{}", document["summary"]);
        assert!(notes(&document).contains("The run was interrupted"), "{}", notes(&document));
        assert_eq!(document["summary"]["fail"], 0, "{}", document["summary"]);
        done.exits(3).says_all(&["stopping", "VERDICT inconclusive"]);
    }
}

#[test]
fn what_was_broken_before_the_interruption_counts() {
    let peer = Peer::new(|stream| welcome(stream).map(drop));
    let arguments = ["certify", "server", &peer.address(), "--repeat", "2000", "--case", "server/handshake/connected"];
    let running = sinkcheck(arguments).start();
    eventually("the run is under way", || (peer.accepted() > 10).then_some(()));
    running.signal(Signal::SIGINT);
    running.end().exits(1).says_all(&["The run was interrupted", "VERDICT does not conform"]);
}

#[test]
fn a_signal_ends_the_writing_of_a_result_that_nobody_reads() {
    let folder = Folder::new();
    let (text, pipe) = (folder.at("a.txt"), folder.at("pipe"));
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is everywhere");
    assert!(made.success());
    let arguments = ["certify", "--case", "server/handshake/connected", "--format", "text", "--output", &text];
    let running = sinkcheck(arguments.iter().chain(&["--format", "json", "--output", &pipe])).start();
    eventually("the first of the two forms", || is_there(folder.path(), "a.txt").then_some(()));
    running.signal(Signal::SIGINT);
    running.end().exits(130).within(Duration::from_secs(60));
}

#[test]
fn servers_and_adapters_end_with_an_interrupted_run() {
    let folder = Folder::new();
    let (target, json) = (target(&folder, "", "wait"), folder.at("a.json"));
    let running = sinkcheck(long_run(&target, &json)).start();
    let ids = processes(&folder, 3);
    running.signal(Signal::SIGTERM);
    running.end().exits(3);
    document(&folder.read("a.json"));
    all_are_gone(&ids);
}

#[test]
fn servers_and_adapters_end_with_a_run_that_comes_to_its_end() {
    let folder = Folder::new();
    let target = target(&folder, "", "wait");
    sinkcheck(["certify", "--target", &target, "--case", "server/handshake/connected"]).run().exits(0);
    all_are_gone(&processes(&folder, 3));
}

#[test]
fn an_interruption_while_a_server_starts_ends_it() {
    let folder = Folder::new();
    let target = folder.write("t.yaml", "launch: [ sh, -c, 'echo $$ >> processes; sleep 1000' ]\n");
    let json = folder.at("a.json");
    let running = sinkcheck(long_run(&target, &json)).start();
    let ids = processes(&folder, 1);
    running.signal(Signal::SIGINT);
    running.end().exits(3).within(Duration::from_secs(60));
    all_are_gone(&ids);
}

#[test]
fn a_second_signal_ends_at_once_and_leaves_nothing() {
    let folder = Folder::new();
    // It doesn't listen to SIGTERM, so that the first signal takes a while.
    let (target, json) = (target(&folder, "trap '' TERM; ", "while :; do sleep 0.1; done"), folder.at("a.json"));
    let mut running = sinkcheck(long_run(&target, &json)).start();
    let ids = processes(&folder, 3);
    running.signal(Signal::SIGINT);
    running.wait_for_message("a second signal ends at once");
    running.signal(Signal::SIGINT);
    let done = running.end();
    // The first signal may have been enough after all.
    assert!(done.code == Some(130) || is_there(folder.path(), "a.json"), "{done:?}");
    all_are_gone(&ids);
}
