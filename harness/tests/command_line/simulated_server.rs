//! `sinkcheck simulate`: the reference server as a program.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::folder::Folder;
use crate::peer::framed;
use crate::program::{Done, Running, sinkcheck};

fn simulate(arguments: &[&str]) -> Running {
    sinkcheck(["simulate", "server"].iter().chain(arguments)).start()
}

/// The addresses of its first line.
fn ready(running: &mut Running) -> Vec<String> {
    let line = running.wait_for_output("\n");
    let mut words = line.split_whitespace().map(str::to_owned);
    assert_eq!(words.next().as_deref(), Some("ready"), "{line}");
    words.collect()
}

fn connect(place: &str) -> TcpStream {
    let place = place.trim_start_matches("tcp://").split('=').next().unwrap_or_default();
    let stream = TcpStream::connect(place).expect("it listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it is a socket");
    stream
}

#[test]
fn it_tells_when_it_listens_and_serves() {
    let mut running = simulate(&["--listen", "tcp://127.0.0.1:0=known", "--listen", "tcp://127.0.0.1:0=new"]);
    let places = ready(&mut running);
    assert!(places.len() == 2 && places[0].ends_with("=known") && places[1].ends_with("=new"), "{places:?}");
    let mut stream = connect(&places[0]);
    let request = [&[0, 5][..], b"1.0.0", &[0, 0, 0, 1, 0, 0, 0, 2]].concat();
    stream.write_all(&framed(&request)).expect("it reads");
    let mut answer = [0; 3];
    stream.read_exact(&mut answer).expect("it answers");
    assert_eq!(answer, [0, 1, 0x10]);
    running.signal(Signal::SIGTERM);
    running.end().exits(0);
}

#[test]
fn signals_end_it_in_order() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let mut running = simulate(&[]);
        let places = ready(&mut running);
        // A connection that is open keeps it from nothing.
        let _open = connect(&places[0]);
        running.signal(signal);
        let done = running.end().exits(0);
        assert_eq!(done.stderr, "");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let place = format!("tcp://{}", taken.local_addr().expect("it is bound"));
    let done = sinkcheck(["simulate", "server", "--listen", &format!("{place}=known")]).run().exits(2);
    assert_eq!(done.stdout, "", "it isn't ready");
    done.says_all(&["can't listen at", &place, "in use"]);
    let control = taken.local_addr().expect("it is bound").to_string();
    sinkcheck(["simulate", "server", "--control", &control]).run().exits(2).says_all(&[
        "--control",
        &control,
        "in use",
    ]);
}

#[test]
fn arguments_that_cant_be_meant() {
    let check = |arguments: &[&str], text: &str| {
        sinkcheck(["simulate", "server"].iter().chain(arguments)).run().exits(2).says(text);
    };
    check(&["--listen", "tcp://127.0.0.1:0"], "write ADDRESS=CLIENT");
    check(&["--listen", "nonsense=known"], "is no address");
    check(&["--listen", "tls://127.0.0.1:0=known"], "tls");
    check(&["--keepalive-interval", "soon"], "such as 60s");
    check(&["--server-instance-id", "-1"], "-1");
    check(&["--control", "nonsense"], "--control nonsense");
    sinkcheck(["simulate", "adapter", "127.0.0.1:1"]).run().exits(2).says("127.0.0.1:1");
}

fn configured(text: &str) -> Done {
    let folder = Folder::new();
    folder.write("s.yaml", text);
    sinkcheck(["simulate", "server", "--config", "s.yaml"]).within(folder.path()).run().exits(2)
}

#[test]
fn mistakes_in_a_configuration_are_shown_with_their_places() {
    let check = |text: &str, place: &str, texts: &[&str]| {
        configured(text).says(&format!("--> s.yaml:{place}")).says_all(texts);
    };
    check("listen: []\n", "1:1", &["unknown key `listen`", "did you mean `listeners`?"]);
    check("keepalive_interval: soon\n", "1:21", &["\"soon\" is no duration"]);
    check("listeners: [ { address: 'tcp://127.0.0.1' } ]\n", "1:25", &["is no address"]);
    check("listeners:\n  - { address: 'tcp://127.0.0.1:0' }\n", "2:7", &["plain TCP proves no identity"]);
    check("listeners:\n  - { address: 'tcp://127.0.0.1:0', client: me }\n", "2:45", &["there is no client \"me\""]);
    check("listeners:\n  - { address: 'tls://127.0.0.1:0' }\n", "1:1", &["tls", "is missing"]);
    let tls = "tls: { certificate: absent.pem, key: k, ca: absent-too.pem }\nlisteners: [ { address: 'tls://127.0.0.1:0' } ]\n";
    check(tls, "1:", &["absent-too.pem", "No such file"]);
    configured("").says("s.yaml: the file is empty");
    configured("server_instance_id: 2\n").says("no `listeners`");
}
