//! Clients that nobody launches: each connects to one port when it likes, and is handed case after case.

use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::client::{Client, Kind};
use crate::document::{cases, document, notes};
use crate::folder::Folder;
use crate::program::{Call, sinkcheck};

pub(crate) const ACCEPTED: &str = "title: An event is answered\nunder_test: client\nrequirements: [events.answered]\nsteps: [ handshake, { send: { publish: {} } }, { expect: answers } ]\n";

const REJECTED: &str = "title: A client is rejected\nunder_test: client\nrequirements: [introduction.no-publish-after-rejection]\nsteps: [ { expect: { connection_request: {} } }, { send: instance_id_mismatch }, { expect: nothing } ]\n";

const NEW: &str = "title: A new client is welcomed\nunder_test: client\nclient: new\nrequirements: [introduction.new-client-without-server-id]\nsteps: [ { expect: { connection_request: { server_instance_id: none } } }, { send: { hello_new_client: { server_instance_id: $server } } }, { expect: open } ]\n";

/// A folder with cases, a target file and a free port that it names.
pub(crate) struct Place {
    pub(crate) folder: Folder,
    pub(crate) port: u16,
}

impl Place {
    fn new(cases: &[(&str, &str)], target: &str) -> Self {
        Self::over("tcp", cases, target)
    }

    pub(crate) fn over(transport: &str, cases: &[(&str, &str)], target: &str) -> Self {
        let folder = Folder::new();
        for (name, text) in cases {
            // Each has a title of its own.
            folder.write(&format!("suite/{name}.yaml"), text.replacen("title: ", &format!("title: {name}, "), 1));
        }
        let port = sinkcheck::target::free_port("127.0.0.1").expect("a port is free");
        let text = format!("role: client\nattach: true\nlisten: {transport}://127.0.0.1:{port}\n{target}");
        folder.write("t.yaml", text);
        Self { folder, port }
    }

    pub(crate) fn certify(&self) -> Call {
        let (target, suite, json) = (self.folder.at("t.yaml"), self.folder.at("suite"), self.folder.at("a.json"));
        let arguments = ["certify", "client", "--target", &target, "--suite", &suite];
        sinkcheck(arguments.into_iter().chain(["--format", "json", "--output", &json, "--format", "text"]))
    }

    pub(crate) fn document(&self) -> Value {
        document(&self.folder.read("a.json"))
    }
}

/// The verdict of each case, in the order of the document.
pub(crate) fn verdicts(document: &Value) -> Vec<String> {
    let verdict =
        |case: &Value| format!("{} {}", case["id"].as_str().unwrap_or(""), case["verdict"].as_str().unwrap_or(""));
    cases(document).iter().map(verdict).collect()
}

#[test]
fn each_connection_is_handed_the_next_case_and_rejections_come_last() {
    let cases = [("a", REJECTED), ("b", ACCEPTED), ("c", REJECTED), ("d", ACCEPTED)];
    let place = Place::new(&cases, "");
    let client = Client::start(place.port, Kind { id: 7, server: Some(2), ..Kind::default() });
    place
        .certify()
        .run()
        .exits(0)
        .says("waiting for a client to connect to tcp://127.0.0.1:")
        .within(Duration::from_secs(20));
    assert_eq!(verdicts(&place.document()), ["a pass", "b pass", "c pass", "d pass"]);
    // It is accepted once to be measured, and once between the rejections, to wait no longer after the second than after the first.
    assert_eq!(client.responses(), [0x10, 0x10, 0x10, 0x12, 0x10, 0x12]);
}

#[test]
fn a_client_that_comes_late_is_met_as_well() {
    let place = Place::new(&[("a", ACCEPTED)], "");
    let mut running = place.certify().start();
    running.wait_for_message("waiting for a client to connect to tcp://127.0.0.1:");
    let _client = Client::start(place.port, Kind { id: 7, ..Kind::default() });
    running.end().exits(0);
}

#[test]
fn what_a_client_keeps_is_followed_from_case_to_case() {
    let place = Place::new(&[("a", ACCEPTED), ("b", ACCEPTED)], "");
    let _client = Client::start(place.port, Kind { id: 7, changes_id: true, ..Kind::default() });
    place.certify().run().exits(1).says("introduction.client-instance-id-constant");
}

#[test]
fn what_a_rejection_did_is_found_by_the_case_behind_it() {
    let place = Place::new(&[("a", REJECTED), ("b", REJECTED)], "");
    let kind = Kind { id: 7, server: Some(2), forgets_when_rejected: true, ..Kind::default() };
    let _client = Client::start(place.port, kind);
    place.certify().run().exits(1).says("introduction.rejection-keeps-server-id");
}

#[test]
fn a_new_client_is_new_only_once() {
    let place = Place::new(&[("a", ACCEPTED), ("b", NEW), ("c", NEW)], "");
    let client = Client::start(place.port, Kind { id: 7, ..Kind::default() });
    place.certify().run().exits(0);
    assert_eq!(verdicts(&place.document()), ["a pass", "b pass", "c not_applicable"]);
    assert_eq!(client.responses(), [0x11, 0x10, 0x10]);
}

#[test]
fn an_adapter_makes_a_client_new_again() {
    let adapter = "adapter: [ sh, -c, 'while read ask; do echo \"$ask\" >> asked; touch wiped; while [ -e wiped ]; do sleep 0.01; done; echo \"{\\\"ok\\\":true}\"; done' ]\n";
    let place = Place::new(&[("a", NEW), ("b", ACCEPTED), ("c", NEW)], adapter);
    let wiped_by = Some(place.folder.path().join("wiped"));
    let _client = Client::start(place.port, Kind { id: 7, server: Some(2), wiped_by, ..Kind::default() });
    place.certify().run().exits(0);
    assert_eq!(verdicts(&place.document()), ["a pass", "b pass", "c pass"]);
    let asked = place.folder.read("asked");
    assert_eq!(asked, "{\"ask\":\"prepare\",\"client\":\"new\"}\n".repeat(2));
}

#[test]
fn several_clients_are_told_apart_by_their_ids() {
    let clients = "clients: { known: { client_instance_id: 7 }, known/2: { client_instance_id: 8 } }\n";
    let many: Vec<String> = (10..30).map(|number| format!("case{number}")).collect();
    let suite: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), ACCEPTED)).collect();
    let place = Place::new(&suite, clients);
    let both = [7, 8].map(|id| Client::start(place.port, Kind { id, ..Kind::default() }));
    place.certify().run().exits(0);
    assert_eq!(notes(&place.document()), "");
    for client in &both {
        let count = client.responses().len();
        assert!(count > 3, "one of them had {count} responses");
    }
}

#[test]
fn a_stranger_is_taken_for_the_client_that_is_missing() {
    let clients = "clients: { known: { client_instance_id: 7 }, known/2: { client_instance_id: 8 } }\n";
    let place = Place::new(&[("a", ACCEPTED)], clients);
    let _client = Client::start(place.port, Kind { id: 9, ..Kind::default() });
    place.certify().run().exits(0);
    let notes = notes(&place.document());
    assert!(notes.contains("none of `clients`") && notes.contains("client_instance_id is 9"), "{notes}");
}

#[test]
fn a_client_that_stays_away_is_told_of_with_the_case_that_waits_for_it() {
    let place = Place::new(&[("a", ACCEPTED), ("b", ACCEPTED)], "");
    let mut running = place.certify().start();
    let _client = Client::start(place.port, Kind { id: 7, connections: Some(2), ..Kind::default() });
    let said = running.wait_for_message("waiting for a client to connect again to");
    assert!(said.contains("next is b"), "{said}");
    running.signal(Signal::SIGINT);
    running.end().exits(3);
    assert_eq!(verdicts(&place.document()), ["a pass", "b inconclusive"]);
}

#[test]
fn a_wait_for_the_first_client_can_be_interrupted() {
    let place = Place::new(&[("a", ACCEPTED)], "");
    let mut running = place.certify().start();
    running.wait_for_message("waiting for a client to connect to tcp://127.0.0.1:");
    running.signal(Signal::SIGINT);
    running.end().exits(3).within(Duration::from_secs(30));
    assert_eq!(verdicts(&place.document()), ["a inconclusive"]);
}

#[test]
fn a_port_that_is_taken_is_told() {
    let place = Place::new(&[("a", ACCEPTED)], "");
    let _taken = std::net::TcpListener::bind(("127.0.0.1", place.port)).expect("it was free");
    place.certify().run().exits(3).says("can't listen: tcp://127.0.0.1:");
}
