//! `sinkcheck proxy`: between the reference pair, before servers that break rules, with calls that can't be right.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::folder::Folder;
use crate::peer::{Peer, framed};
use crate::program::{Call, Running, sinkcheck};

/// A program that says where it is once it listens.
struct Listening {
    running: Running,
    address: String,
}

impl Listening {
    fn start(arguments: &[&str]) -> Self {
        Self::of(sinkcheck(arguments))
    }

    fn of(call: Call) -> Self {
        let mut running = call.start();
        let line = running.wait_for_output("\n");
        let place = line.split_whitespace().nth(1).unwrap_or_else(|| panic!("{line}"));
        let address = place.split('=').next().expect("it begins with the address").to_owned();
        Self { running, address }
    }

    fn server() -> Self {
        Self::start(&["simulate", "server", "--listen", "tcp://127.0.0.1:0=known"])
    }

    fn proxy(upstream: &str, more: &[&str]) -> Self {
        let arguments = ["proxy", "--listen", "tcp://127.0.0.1:0", "--upstream", upstream];
        Self::start(&[&arguments, more].concat())
    }

    /// A connection to it.
    fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address.split_once("//").expect("a scheme").1).expect("it listens")
    }
}

fn client(address: &str, more: &[&str]) {
    let arguments = ["simulate", "client", address, "--publish", "5", "--exit-when-delivered"];
    sinkcheck([&arguments, more].concat()).run().exits(0);
}

fn lines(file: impl AsRef<Path>) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("a file");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[test]
fn the_reference_pair_conforms_while_it_is_watched() {
    let (server, folder) = (Listening::server(), Folder::new());
    let (record, result) = (folder.at("session.jsonl"), folder.at("result.json"));
    let more = ["--connections", "2", "--record", &record, "--format", "json", "--output", &result];
    let proxy = Listening::proxy(&server.address, &more);
    client(&proxy.address, &[]);
    client(&proxy.address, &["--server-instance-id", "2"]);
    let done = proxy.running.end().exits(0);
    assert_eq!(done.stderr, "");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&result).expect("a result")).expect("JSON");
    assert_eq!(document["verdict"], "conforms");
    assert_eq!(document["target"]["role"], "both");
    let ids: Vec<_> = document["cases"].as_array().expect("cases").iter().map(|case| &case["id"]).collect();
    assert_eq!(ids, ["connection/1/server", "connection/1/client", "connection/2/server", "connection/2/client"]);
    let rule = |id: &str| {
        let rules = document["rules"].as_array().expect("rules");
        rules.iter().find(|rule| rule["id"] == id).unwrap_or_else(|| panic!("no {id}")).clone()
    };
    let answered = rule("events.answered");
    assert_eq!((&answered["verdict"], &answered["exercised"]), (&"held".into(), &10.into()), "{answered}");
    assert_eq!(rule("handshake.quarantined")["verdict"], "not_exercised");
    let entries = lines(&record);
    assert_eq!(entries[0]["event"], "connected");
    assert_eq!(entries[1]["hex"], "000b0005312e302e3000000001");
    assert_eq!((&entries[2]["from"], &entries[2]["hex"]), (&"server".into(), &"00051100000002".into()));
}

#[test]
fn tls_ends_and_begins_at_the_proxy() {
    let folder = Folder::new();
    for name in ["acme", "other"] {
        sinkcheck(["init", &folder.at(name)]).run().exits(0);
    }
    let pki = |name: &str| folder.at(&format!("acme/pki/{name}"));
    // Only the listener with TLS, at a free port.
    let config = folder.read("acme/reference-server.yaml");
    let config: String = config
        .lines()
        .filter(|line| !line.contains("'tcp://"))
        .map(|line| {
            let port =
                line.split("tls://127.0.0.1:").nth(1).map(|rest| rest.trim_matches(|c: char| !c.is_ascii_digit()));
            format!("{}\n", port.map_or(line.to_owned(), |port| line.replace(port, "0")))
        })
        .collect();
    let config = folder.write("acme/server.yaml", config);
    let server = Listening::start(&["simulate", "server", "--config", &config]);
    let upstream = server.address.clone();
    assert!(upstream.starts_with("tls://"), "{upstream}");
    let identities = folder.write(
        "identities.yaml",
        "identities:\n  - { client: acme/pki/known.pem, certificate: acme/pki/known.pem, key: acme/pki/known.key }\n",
    );
    let (ca, certificate, key) = (pki("ca.pem"), pki("server.pem"), pki("server.key"));
    let result = folder.at("result.json");
    let arguments = [
        ["proxy", "--listen", "tls://127.0.0.1:0", "--upstream", &upstream, "--certificate", &certificate],
        ["--key", &key, "--clients-ca", &ca, "--upstream-ca", &ca, "--upstream-name"],
        ["localhost", "--identities", &identities, "--format", "json", "--output", &result],
    ];
    let mut proxy = Listening::start(&arguments.concat());
    let words = |of: &str, name: &str| {
        let file = |kind: &str| folder.at(&format!("{of}/pki/{name}.{kind}"));
        let words = ["--ca", &ca, "--certificate", &file("pem"), "--key", &file("key"), "--server-name", "localhost"];
        words.map(str::to_owned)
    };
    let known = words("acme", "known");
    client(&proxy.address, &known.each_ref().map(String::as_str));
    // Whoever has no entry isn't passed on, and whoever isn't trusted isn't let in.
    let mut strangers = Vec::new();
    for (of, name, told) in [("acme", "new", "--identities has no entry for"), ("other", "known", "failed: ")] {
        let words = words(of, name);
        let call = ["simulate", "client", &proxy.address].into_iter().chain(words.iter().map(String::as_str));
        strangers.push(sinkcheck(call).start());
        proxy.running.wait_for_message(told);
    }
    proxy.running.signal(Signal::SIGTERM);
    proxy.running.end().exits(0);
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&result).expect("a result")).expect("JSON");
    assert_eq!(document["summary"]["pass"], 2, "{document:#}");
}

#[test]
fn a_server_that_breaks_a_rule_is_told_at_once_and_fails() {
    let folder = Folder::new();
    let server = Peer::new(|stream| {
        let mut request = [0; 17];
        stream.read_exact(&mut request)?;
        stream.write_all(&[0, 1, 0x10])?;
        stream.read_exact(&mut [0; 4])?;
        // An ACK of nothing that was ever published.
        stream.write_all(&[0, 2, 0x36, 0x66, 0, 2, 0x60, 0])?;
        stream.read_exact(&mut [0; 4])
    });
    let findings = folder.at("findings.jsonl");
    let mut proxy = Listening::proxy(&server.address(), &["--findings", &findings]);
    let mut stream = proxy.connect();
    stream.write_all(&framed(&hex::decode("0005312e302e300000000100000002").expect("hex"))).expect("it is open");
    stream.read_exact(&mut [0; 3]).expect("it comes");
    stream.write_all(&framed(&[0x50, 0])).expect("it is open");
    stream.read_exact(&mut [0; 8]).expect("it comes, broken as it is");
    // Told while the connection is open.
    let said = proxy.running.wait_for_message("breaks");
    assert!(said.contains("server on connection 1") && said.contains("ACK 1638"), "{said}");
    proxy.running.signal(Signal::SIGINT);
    let done = proxy.running.end().exits(1);
    let rule = lines(&findings)[0]["rule"].as_str().expect("a rule").to_owned();
    let done = done.says("BROKEN by side").says(&rule).says("does not conform").says("1 failed");
    assert!(!done.stdout.contains("connection/1/client  "), "{}", done.stdout);
    let schema = sinkcheck(["schema", "finding"]).run().exits(0).stdout;
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    for line in lines(&findings) {
        schema.validate(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
}

#[test]
fn findings_may_go_to_standard_output_and_nothing_else_does_then() {
    let server = Listening::server();
    let arguments = ["proxy", "--listen", "tcp://127.0.0.1:0", "--upstream", &server.address];
    let more = ["--findings", "-", "--quiet", "--connections", "1"];
    let mut running = sinkcheck([&arguments[..], &more].concat()).start();
    let line = running.wait_for_message("ready tcp://");
    let place = line.trim().split_once("//").expect("an address").1;
    let mut stream = TcpStream::connect(place).expect("it listens");
    // Not a request.
    stream.write_all(&framed(&[0x50, 0])).expect("it is open");
    running.wait_for_output("introduction.request-first");
    drop(stream);
    let done = running.end().exits(1);
    for line in done.stdout.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(line["side"], "client");
    }
}

#[test]
fn a_sudden_end_leaves_a_record_that_can_be_read() {
    let (server, folder) = (Listening::server(), Folder::new());
    let record = folder.at("session.jsonl");
    let proxy = Listening::proxy(&server.address, &["--record", &record]);
    client(&proxy.address, &[]);
    crate::program::eventually("the last line", || {
        std::fs::read_to_string(&record).ok().filter(|text| text.contains("closed"))
    });
    proxy.running.signal(Signal::SIGKILL);
    drop(proxy);
    let entries = lines(&record);
    assert!(entries.iter().any(|entry| entry["hex"] == "00051100000002"), "{entries:?}");
}

#[test]
fn a_full_disk_ends_the_record_alone() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let server = Listening::server();
    let proxy = Listening::proxy(&server.address, &["--record", "/dev/full", "--connections", "2"]);
    client(&proxy.address, &[]);
    client(&proxy.address, &["--server-instance-id", "2"]);
    let done = proxy.running.end().exits(4);
    done.says("the record ends here, the traffic goes on").says("The record is not whole").says("2 connections");
}

#[test]
fn a_server_that_is_not_there_is_told_once() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it is bound");
    let proxy = Listening::proxy(&format!("tcp://{free}"), &["--connections", "3"]);
    for _ in 0..3 {
        let mut stream = proxy.connect();
        assert_eq!(stream.read(&mut [0]).expect("an end"), 0);
    }
    let done = proxy.running.end().exits(3);
    assert_eq!(done.stderr.matches("can't be reached").count(), 1, "{}", done.stderr);
    done.says("Does it listen there?").says("3 clients' connections were closed").says("no case was run");
}

#[test]
fn it_ends_by_itself_after_a_time_and_at_a_signal() {
    let server = Listening::server();
    Listening::proxy(&server.address, &["--for", "200ms"]).running.end().exits(3);
    let proxy = Listening::proxy(&server.address, &[]);
    client(&proxy.address, &[]);
    // A connection that is open doesn't keep it.
    let stream = proxy.connect();
    proxy.running.signal(Signal::SIGTERM);
    proxy.running.end().exits(0).says("VERDICT conforms");
    drop(stream);
}

#[test]
fn more_clients_than_there_are_files_for_wait_their_turn() {
    let server = Listening::server();
    let call = format!("ulimit -n 90; exec {} \"$@\"", crate::program::PROGRAM);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &call, "sh", "proxy", "--listen", "tcp://127.0.0.1:0", "--upstream", &server.address]);
    let mut proxy = Listening::of(Call::of(command));
    let clients: Vec<TcpStream> = (0..60).map(|_| proxy.connect()).collect();
    let said = proxy.running.wait_for_message("clients wait meanwhile");
    assert!(said.contains("raise it (ulimit -n)"), "{said}");
    // They come to their turn when others have gone.
    for mut stream in clients {
        stream.write_all(&framed(&hex::decode("0005312e302e300000000100000002").expect("hex"))).expect("it is open");
        stream.read_exact(&mut [0; 3]).expect("it comes");
    }
    proxy.running.signal(Signal::SIGTERM);
    proxy.running.end().exits(0).says("Watched 60 connections");
}

#[track_caller]
fn refused(arguments: &[&str], says: &str) {
    sinkcheck(["proxy"].iter().chain(arguments)).run().exits(2).says(says);
}

#[test]
fn calls_that_cannot_be_right_say_what_to_write() {
    let (listen, upstream) = (["--listen", "tcp://127.0.0.1:0"], ["--upstream", "tcp://127.0.0.1:1"]);
    let with = |more: &[&str], says: &str| refused(&[&listen, &upstream, more].concat(), says);
    refused(&listen, "--upstream <ADDRESS>");
    refused(&[&listen[..], &["--upstream", "127.0.0.1:1"]].concat(), "write tcp://HOST:PORT or tls://HOST:PORT");
    refused(&[&listen[..], &["--upstream", "tcp://127.0.0.1:0"]].concat(), "the server's port is needed");
    refused(&["--listen", "tcp://127.0.0.1:1", "--upstream", "tcp://127.0.0.1:1"], "it would speak to itself");
    refused(&[&["--listen", "tls://127.0.0.1:0"][..], &upstream].concat(), "--certificate FILE --key FILE");
    refused(&[&listen[..], &["--upstream", "tls://127.0.0.1:1"]].concat(), "--upstream-ca FILE");
    refused(&[&["--listen", "tcp://192.0.2.1:1"][..], &upstream].concat(), "--listen tcp://192.0.2.1:1:");
    with(&["--certificate", "x.pem", "--key", "x.key"], "are for tls://HOST:PORT");
    with(&["--identities", "x.yaml"], "are for tls://HOST:PORT");
    with(&["--patience", "soon"], "write a number and a unit");
    with(&["--for", "3"], "write a number and a unit");
    with(&["--keepalive-interval", "0s"], "longer than 0");
    with(&["--record", "/no/such/folder/x"], "--record /no/such/folder/x");
    with(&["--findings", "/no/such/folder/x"], "--findings /no/such/folder/x");
    let folder = Folder::new();
    let file = folder.at("out");
    with(&["--record", &file, "--findings", &file], "two things can't be written to");
    with(&["--record", &file, "--format", "json", "--output", &file], "two things can't be written to");
}
