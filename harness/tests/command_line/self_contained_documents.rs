//! What a result document holds beyond the results, so that a report needs nothing else.

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::program::sinkcheck;

const OWN: &str = "title: My own\nunder_test: server\nrequirements: [keepalive.ping-answered]\nsteps:\n  - handshake\n  - send: ping\n  - expect: pong\n";

#[test]
fn a_document_holds_each_scenario_once_and_how_it_came_about() {
    let folder = Folder::new();
    let own = folder.at("own suite");
    folder.write("own suite/mine.yaml", OWN);
    let call = ["certify", "server", "--suite", &own, "--repeat", "3", "--quiet", "--format", "json"];
    let document = document(&sinkcheck(call).run().exits(0).stdout);
    assert_eq!(cases(&document).len(), 3);
    let file = format!("{own}/mine.yaml");
    assert_eq!(document["scenarios"], serde_json::json!([{ "file": file, "text": OWN }]));
    assert_eq!(document["arguments"], serde_json::json!(["certify", "server", "--suite", own]));
    let location = cases(&document)[0]["location"].as_str().expect("a text");
    assert_eq!(location.rsplit_once(':').expect("a line").0, file);
}

#[test]
fn the_page_tells_a_command_that_plays_just_this_case() {
    let folder = Folder::new();
    let own = folder.at("own suite");
    folder.write("own suite/mine[1].yaml", OWN);
    folder.write("own suite/other.yaml", OWN);
    let page = sinkcheck(["certify", "--suite", &own, "--quiet", "--format", "html"]).run().exits(0).stdout;
    let commands: Vec<&str> =
        page.split("<code>sinkcheck certify server ").skip(1).filter_map(|rest| rest.split("</code>").next()).collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    // A shell reads the command as a person would hand it over; only markup has to be undone.
    let command = commands[0].replace("&#39;", "'");
    let arguments = format!("certify server {command} --quiet --format json");
    let script = format!("exec \"$0\" {arguments}");
    let done =
        std::process::Command::new("sh").arg("-c").arg(script).arg(crate::program::PROGRAM).output().expect("a shell");
    let document = document(&String::from_utf8(done.stdout).expect("UTF-8"));
    assert_eq!((cases(&document).len(), &cases(&document)[0]["id"]), (1, &"mine[1]".into()));
}

#[test]
fn every_format_goes_to_a_file_or_to_standard_output() {
    let folder = Folder::new();
    let (page, badge) = (folder.at("report.html"), folder.at("badge.svg"));
    let case = "server/keepalive/ping-answered";
    let call = [
        "certify", "--case", case, "--quiet", "--format", "html", "--output", &page, "--format", "badge", "--output",
        &badge,
    ];
    sinkcheck(call).run().exits(0);
    let read = |file: &str| std::fs::read_to_string(file).expect("it is written");
    assert!(read(&page).starts_with("<!doctype html>") && read(&page).ends_with("</html>\n"));
    assert!(read(&badge).starts_with("<svg ") && read(&badge).contains(">conforms ·"));
}
