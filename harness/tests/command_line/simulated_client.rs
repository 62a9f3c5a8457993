//! `sinkcheck simulate client`: the reference client as a program.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::process::ChildStdin;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::peer::{Peer, frame, framed, obliging, welcome};
use crate::program::{Done, Running, eventually, sinkcheck};

fn client(arguments: &[&str]) -> crate::program::Call {
    sinkcheck(["simulate", "client"].iter().chain(arguments))
}

/// A reference server in a process, with a control.
struct Server {
    _running: Running,
    address: String,
    control: String,
}

impl Server {
    /// It knows one client, of this name.
    fn start(client: &str) -> Self {
        let control = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it is bound");
        let control = control.to_string();
        let listen = format!("tcp://127.0.0.1:0={client}");
        let mut running = sinkcheck(["simulate", "server", "--listen", &listen, "--control", &control]).start();
        let line = running.wait_for_output("\n");
        let place = line.split_whitespace().nth(1).expect("an address");
        let address = place.split('=').next().expect("it begins with the address").to_owned();
        Self { _running: running, address, control }
    }

    /// Asks its control, which answers with yes.
    #[track_caller]
    fn ask(&self, question: &Value) -> Value {
        let done = sinkcheck(["simulate", "adapter", &self.control]).input(format!("{question}\n")).run().exits(0);
        let answer: Value = serde_json::from_str(&done.stdout).expect("a line of JSON");
        assert_eq!(answer["ok"], true, "{answer}");
        answer
    }

    /// The events that its application took.
    fn delivered(&self) -> Vec<Value> {
        self.ask(&json!({ "ask": "delivered", "client": "new" }))["events"].as_array().cloned().unwrap_or_default()
    }
}

fn event(offset: u64) -> Value {
    json!({
        "event_type_id": 1, "schema_version": 3, "key": { "hex": "00ff" }, "offset": offset,
        "timestamp": u64::MAX, "event_data": "\"ü\\ {}"
    })
}

fn lines(events: impl IntoIterator<Item = Value>) -> String {
    events.into_iter().map(|event| format!("{event}\n")).collect()
}

/// The lines of JSON that were printed.
fn printed(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[test]
fn events_arrive_with_all_their_fields() {
    let (server, folder) = (Server::start("new"), Folder::new());
    let different = json!({
        "event_type_id": u64::MAX, "schema_version": 0, "key": "", "offset": 0, "timestamp": 1, "event_data": "d".repeat(65_000)
    });
    let events = vec![event(1), different, event(3)];
    let file = folder.write("events.jsonl", lines(events.clone()));
    let done = client(&[&server.address, "--events", &file, "--exit-when-delivered"]).run().exits(0);
    assert_eq!(done.stdout, "", "nothing was delivered to it");
    assert_eq!(server.delivered(), events);
    done.says_all(&["connecting to tcp://", "accepted"]);
}

#[test]
fn events_of_the_server_are_printed_and_acked() {
    let server = Server::start("new");
    let mut running = client(&[&server.address, "--reject", "7"]).start();
    running.wait_for_message("accepted");
    let mut refused = event(2);
    refused["event_type_id"] = 7.into();
    for event in [event(1), refused, event(3)] {
        server.ask(&json!({ "ask": "publish", "client": "new", "event": event }));
    }
    let output = running.wait_for_output("\"offset\":3");
    assert_eq!(printed(&output), [event(1), event(3)]);
    running.signal(Signal::SIGTERM);
    running.end().exits(0);
}

#[test]
fn made_up_events_are_as_many_as_wanted() {
    let server = Server::start("new");
    client(&[&server.address, "--publish", "1000", "--exit-when-delivered", "-q"]).run().exits(0);
    let offsets: Vec<_> = server.delivered().iter().map(|event| event["offset"].as_u64()).collect();
    assert_eq!(offsets, (1..=1000).map(Some).collect::<Vec<_>>());
}

#[test]
fn lines_of_standard_input_are_answered_and_a_wrong_one_harms_no_other() {
    let server = Server::start("new");
    let input = format!("{}\nnonsense\n\n{}\n{}", event(1), json!({ "offset": 1 }), event(5));
    let done = client(&[&server.address, "--events", "-", "--exit-when-delivered"]).input(input).run().exits(2);
    let answers: Vec<Value> = printed(&done.stdout)
        .into_iter()
        .map(|mut answer| {
            if let Some(why) = answer.get_mut("why") {
                *why = Value::Null;
            }
            answer
        })
        .collect();
    let refused = |line: u64| json!({ "refused": line, "why": null });
    assert_eq!(answers, [json!({ "accepted": 1 }), refused(2), refused(4), json!({ "accepted": 5 })]);
    assert_eq!(server.delivered(), [event(1), event(5)]);
    done.says_all(&["standard input:2: no event, not published", "standard input:4:", "missing field `event_type_id`"]);
}

#[test]
fn a_line_without_end_is_refused_and_not_kept() {
    let server = Server::start("new");
    let input = format!("{}\n{}\n", "x".repeat(50 << 20), event(2));
    let done = client(&[&server.address, "--events", "-", "--exit-when-delivered"]).input(input).run().exits(2);
    done.says("standard input:1: no event, not published: longer than 1048576 octets");
    assert_eq!(server.delivered(), [event(2)]);
}

#[test]
fn a_wrong_line_of_a_file_is_named_and_the_rest_published_once() {
    let (server, folder) = (Server::start("new"), Folder::new());
    let file = folder.write("e.jsonl", format!("{}nonsense\n{}", lines([event(1)]), lines([event(3)])));
    let state = folder.at("state");
    let arguments = [&server.address, "--events", &file, "--state", &state, "--exit-when-delivered"];
    client(&arguments).run().exits(2).says(&format!("{file}:2: no event"));
    // Again, and with a line more: what was taken isn't taken twice.
    folder.write("e.jsonl", lines([event(1), event(2), event(3), event(4)]));
    client(&arguments).run().exits(0);
    assert_eq!(server.delivered(), [event(1), event(3), event(4)]);
    folder.write("e.jsonl", lines([event(1)]));
    client(&arguments).run().exits(0).says("it has 1 lines, and 4 were taken before");
}

#[test]
fn it_speaks_tls_with_certificates_on_both_sides() {
    let folder = Folder::new();
    sinkcheck(["init", &folder.at("i")]).run().exits(0);
    let control =
        TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it is bound").to_string();
    let config = folder.at("i/reference-server.yaml");
    let mut server = sinkcheck(["simulate", "server", "--config", &config, "--control", &control]).start();
    let line = server.wait_for_output("\n");
    let address = line.split_whitespace().find(|place| place.starts_with("tls://")).expect("it speaks TLS").to_owned();
    let pki = |name: &str| folder.at(&format!("i/pki/{name}"));
    let (ca, certificate, key) = (pki("ca.pem"), pki("new.pem"), pki("new.key"));
    let mut arguments = vec![address.as_str(), "--ca", &ca, "--certificate", &certificate, "--key", &key];
    let publish = ["--publish", "2", "--exit-when-delivered"];
    client(&[&arguments[..], &publish].concat()).run().exits(0).says("accepted");
    // A name that the certificate isn't for: nothing is sent, and it goes on trying.
    arguments.extend(["--server-name", "other.example"]);
    let mut running = client(&[&arguments[..], &publish].concat()).start();
    running.wait_for_message("waiting");
    running.signal(Signal::SIGINT);
    running.end().exits(0).says_all(&["not connected:", "certificate"]);
}

#[test]
fn it_waits_longer_after_each_rejection() {
    let server = Server::start("quarantined");
    let arguments = [&server.address, "--back-off", "1ms,300ms,600ms", "--publish", "1", "--exit-when-delivered"];
    let mut running = client(&arguments).start();
    let begun = Instant::now();
    let message = eventually("three waits", || {
        let message = running.wait_for_message("waiting");
        (message.matches("waiting").count() >= 3).then_some(message)
    });
    assert!(begun.elapsed() >= Duration::from_millis(250), "{:?}", begun.elapsed());
    let waits: Vec<u64> =
        message.lines().filter_map(|line| line.strip_prefix("waiting ")?.split(' ').next()?.parse().ok()).collect();
    assert!(waits[0] <= 2 && (270..=330).contains(&waits[1]) && (540..=660).contains(&waits[2]), "{waits:?}");
    assert!(message.contains("rejected: quarantined { machine"), "{message}");
    running.signal(Signal::SIGTERM);
    running.end().exits(0);
}

#[test]
fn it_connects_again_and_sends_again_what_was_not_answered() {
    let (heard, hears) = mpsc::channel();
    let peer = Peer::new({
        let connections = std::sync::atomic::AtomicUsize::new(0);
        move |stream| {
            if connections.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                welcome(stream)?;
                return frame(stream).map(drop);
            }
            obliging(stream, |content| drop(heard.send(content.to_vec())))
        }
    });
    let arguments = [&peer.address(), "--publish", "1", "--exit-when-delivered", "--first-message-id", "4095"];
    client(&arguments).run().exits(0).says_all(&["disconnected: peer closed", "waiting"]);
    let contents: Vec<Vec<u8>> = hears.try_iter().collect();
    assert_eq!(contents[0][7..], [0, 0, 0, 1, 0, 0, 0, 2], "the ids that it keeps");
    assert_eq!(contents[1][..3], [0x4f, 0xff, 1], "its event");
}

#[test]
fn the_environment_of_a_launched_client_is_enough() {
    let (heard, hears) = mpsc::channel();
    let peer = Peer::new(move |stream| obliging(stream, |content| drop(heard.send(content.to_vec()))));
    let place = peer.address();
    let port = place.rsplit(':').next().expect("a port");
    let control = TcpListener::bind("127.0.0.1:0").expect("a port is free").local_addr().expect("it is bound");
    let call = client(&["--application-version", "v"])
        .with("SINK_HOST", "127.0.0.1")
        .with("SINK_PORT", port)
        .with("SINK_CLIENT_INSTANCE_ID", "258")
        .with("SINK_SERVER_INSTANCE_ID", "")
        .with("SINK_PUBLISH", "1")
        .with("SINK_CONTROL_PORT", &control.port().to_string());
    let mut running = call.start();
    running.wait_for_message("accepted");
    let next = || hears.recv_timeout(Duration::from_secs(20)).expect("it speaks");
    assert_eq!(next(), [0, 1, b'v', 0, 0, 1, 2]);
    assert_eq!(next()[0] >> 4, 4);
    // Whatever the adapter calls it, it is the one that is meant.
    let asks = "{\"ask\":\"restart\",\"client\":\"known\"}\n{\"ask\":\"delivered\",\"client\":\"known\"}\n";
    let done = sinkcheck(["simulate", "adapter", &control.to_string()]).input(asks).run().exits(0);
    assert_eq!(printed(&done.stdout), [json!({ "ok": true }), json!({ "ok": true, "events": [] })]);
    assert_eq!(next(), [0, 1, b'v', 0, 0, 1, 2, 0, 0, 0, 2], "it was started anew");
    running.signal(Signal::SIGTERM);
    running.end().exits(0);
}

#[test]
fn a_producer_that_goes_on_is_served_until_a_signal() {
    let server = Server::start("new");
    let (mut running, mut input) =
        client(&[&server.address, "--events", "-", "--exit-when-delivered"]).start_with_input();
    for offset in 1..=3 {
        input.write_all(format!("{}\n", event(offset)).as_bytes()).expect("it reads");
        running.wait_for_output(&format!("{{\"accepted\":{offset}}}"));
    }
    eventually("all events", || (server.delivered().len() == 3).then_some(()));
    running.signal(Signal::SIGTERM);
    running.end().exits(0);
}

#[test]
fn a_signal_ends_it_though_nobody_reads_what_it_prints() {
    let server = Server::start("new");
    let mut command = std::process::Command::new(crate::program::PROGRAM);
    command.args(["simulate", "client", &server.address, "-q"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().expect("it starts");
    let mut large = event(1);
    large["event_data"] = "x".repeat(60_000).into();
    for _ in 0..4 {
        server.ask(&json!({ "ask": "publish", "client": "new", "event": large }));
    }
    let mut first = [0; 1];
    child.stdout.as_mut().expect("it is piped").read_exact(&mut first).expect("it prints");
    std::thread::sleep(Duration::from_millis(100));
    let id = nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("ids are small"));
    nix::sys::signal::kill(id, Signal::SIGTERM).expect("it runs");
    let status = eventually("its end", || child.try_wait().expect("it can be waited for"));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn an_event_that_nobody_would_read_is_not_acked() {
    let server = Server::start("new");
    server.ask(&json!({ "ask": "publish", "client": "new", "event": event(1) }));
    let mut command = std::process::Command::new(crate::program::PROGRAM);
    command.args(["simulate", "client", &server.address]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let mut message = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut message).expect("it is text");
    assert_eq!(child.wait().expect("it ends").code(), Some(4), "{message}");
    assert!(message.contains("standard output"), "{message}");
    let done = client(&[&server.address]).start();
    let mut again = done;
    again.wait_for_output("\"offset\":1");
}

#[test]
fn calls_that_cant_be_meant() {
    let folder = Folder::new();
    let (events, garbage) = (folder.write("e", ""), folder.write("garbage", "not a state\n"));
    let (absent, place) = (folder.at("absent"), folder.at(""));
    let check = |arguments: &[&str], texts: &[&str]| -> Done {
        let done = client(arguments).run().exits(2);
        assert_eq!(done.stdout, "", "{arguments:?}");
        done.says_all(texts)
    };
    let to = "tcp://127.0.0.1:1";
    check(&[], &["where is the server?", "tcp://127.0.0.1:4000", "SINK_HOST"]);
    check(&["127.0.0.1:1"], &["no scheme", "write tcp://HOST:PORT"]);
    check(&["tcp://127.0.0.1:0"], &["which port?"]);
    check(&["tls://127.0.0.1:1"], &["TLS takes certificates", "--ca is missing"]);
    check(&["tls://127.0.0.1:1", "--ca", &absent, "--certificate", &events], &["--key is missing"]);
    let tls = ["tls://127.0.0.1:1", "--ca", &events, "--certificate", &events, "--key", &events];
    check(&tls, &["--", &events]);
    check(&[to, "--ca", &events], &["--ca is for TLS", "tls://HOST:PORT"]);
    check(&[to, "--events", &absent], &["--events", &absent, "No such file"]);
    check(&[to, "--events", &place], &["--events", "it is a folder"]);
    check(&[to, "--events", &events, "--publish", "1"], &["cannot be used with"]);
    check(&[to, "--publish", "-1"], &["-1"]);
    check(&[to, "--state", &garbage], &["garbage: is not the state file of a client"]);
    check(&[to, "--state", &folder.at("absent/state")], &["absent/state", "No such file"]);
    check(&[to, "--keepalive-interval", "60"], &["--keepalive-interval 60", "such as 60s"]);
    check(&[to, "--keepalive-interval", "0s"], &["longer than 0"]);
    check(&[to, "--back-off", "50ms,soon"], &["--back-off soon", "such as 60s"]);
    check(&[to, "--first-message-id", "4096"], &["4096", "0..=4095"]);
    check(&[to, "--client-instance-id", "4294967296"], &["4294967296"]);
    check(&[to, "--application-version", &"v".repeat(65_600)], &["--application-version"]);
    check(&[to, "--control", "nonsense"], &["--control nonsense"]);
    client(&[])
        .with("SINK_HOST", "h")
        .with("SINK_PORT", "many")
        .run()
        .exits(2)
        .says("SINK_PORT=many in the environment");
}

#[test]
fn a_state_file_has_one_client_at_a_time() {
    let (server, folder) = (Server::start("new"), Folder::new());
    let state = folder.at("state");
    let mut running = client(&[&server.address, "--state", &state]).start();
    running.wait_for_message("accepted");
    client(&[&server.address, "--state", &state]).run().exits(2).says("another client uses this state file");
    running.signal(Signal::SIGTERM);
    running.end().exits(0);
    let other = client(&[&server.address, "--state", &state, "--client-instance-id", "9", "--exit-when-delivered"]);
    other.run().exits(0).says("the client in it is 1, and that counts, not --client-instance-id");
}

/// Kills it again and again while events are taken and delivered. `accepted` tells from what it printed which events it has
/// taken for good.
struct Killing {
    server: Server,
    folder: Folder,
    until: Instant,
}

impl Killing {
    fn new() -> Self {
        Self { server: Server::start("new"), folder: Folder::new(), until: Instant::now() + Duration::from_secs(4) }
    }

    /// Any moment within the time in which it starts, connects and is busy.
    fn pause() {
        std::thread::sleep(Duration::from_micros(u64::from(fastrand::u32(..150_000))));
    }

    fn state(&self) -> String {
        self.folder.at("state")
    }

    /// The offsets that the server has, each at least once.
    fn offsets(&self) -> std::collections::BTreeSet<u64> {
        self.server.delivered().iter().filter_map(|event| event["offset"].as_u64()).collect()
    }
}

#[test]
fn no_line_of_a_file_is_lost_by_kills_at_any_moment() {
    const COUNT: u64 = 20_000;
    let killing = Killing::new();
    let file = killing.folder.write("events.jsonl", lines((1..=COUNT).map(event)));
    let state = killing.state();
    let arguments = [&killing.server.address, "--events", &file, "--state", &state, "--exit-when-delivered", "-q"];
    let mut kills = 0;
    while Instant::now() < killing.until {
        let running = client(&arguments).start();
        Killing::pause();
        running.signal(Signal::SIGKILL);
        kills += u32::from(running.end().code.is_none());
    }
    client(&arguments).run().exits(0);
    assert_eq!(killing.offsets(), (1..=COUNT).collect(), "after {kills} kills");
}

#[test]
fn no_accepted_line_of_standard_input_is_lost_by_kills_at_any_moment() {
    let killing = Killing::new();
    let state = killing.state();
    let arguments = [&killing.server.address, "--events", "-", "--state", &state, "-q"];
    let (mut offset, mut accepted) = (0, std::collections::BTreeSet::new());
    while Instant::now() < killing.until {
        let (running, mut input) = client(&arguments).start_with_input();
        let first = offset + 1;
        let writer = std::thread::spawn(move || write_until_it_is_gone(&mut input, first));
        Killing::pause();
        running.signal(Signal::SIGKILL);
        let done = running.end();
        offset = writer.join().expect("a writer ends with its reader");
        // The last line may be cut off, and then it says nothing.
        let whole = done.stdout.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let taken = printed(whole).iter().filter_map(|answer| answer["accepted"].as_u64()).max().unwrap_or(0);
        accepted.extend(first..first + taken);
    }
    assert!(!accepted.is_empty(), "it was always too soon");
    client(&[&arguments[..], &["--exit-when-delivered"]].concat()).run().exits(0);
    let lost: Vec<_> = accepted.difference(&killing.offsets()).copied().collect();
    assert!(lost.is_empty(), "of {} accepted events these are lost: {lost:?}", accepted.len());
}

/// Writes one event after the other; the last offset that may have been read.
fn write_until_it_is_gone(input: &mut ChildStdin, first: u64) -> u64 {
    let mut offset = first;
    while input.write_all(format!("{}\n", event(offset)).as_bytes()).is_ok() {
        offset += 1;
    }
    offset
}

#[test]
fn an_event_is_printed_before_it_is_acked() {
    // A peer that sends one event, and looks whether the ACK comes only after the line is there for others to read.
    let (acked, is_acked) = mpsc::channel();
    let peer = Peer::new(move |stream| {
        welcome(stream)?;
        stream.write_all(&framed(&[0x40, 5, 1, 1, 0, 7, 0, 0]))?;
        let content = frame(stream)?;
        drop(acked.send(content));
        frame(stream).map(drop)
    });
    let mut running = client(&[&peer.address()]).start();
    let ack = is_acked.recv_timeout(Duration::from_secs(20)).expect("it answers");
    assert_eq!(ack, [0x30, 5]);
    let output = running.wait_for_output("\n");
    assert_eq!(printed(&output)[0]["offset"], 7);
}
