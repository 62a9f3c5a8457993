//! What the judges cost: the proxy with them and without, side by side, a round of each in turn, on loopback. The goal is a
//! throughput with judges of at least 80 % of that without.
//!
//! Peers that do nothing but send and answer take far less time than real ones, so the share that they show is the least. The
//! reference pair is a real client and a real server.
//!
//! `cargo bench -p sinkcheck --bench proxy -- PART` measures one part only: `alone`, `plain`, `reference` or `delay`.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use sinkcheck::observe::{Found, Observed};
use sinkcheck::proxy::{Proxy, ProxyConfig, Tell, Trouble, Upstream, Watching};
use sinkcheck_simulator::client::{Behaviour, Client, ClientConfig, TcpConnect};
use sinkcheck_simulator::{Server, ServerConfig};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Settings;
use sinkcheck_spec::wire::{Event, EventFields, frame_into};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

const REQUEST: &[u8] = &[0, 0x0f, 0, 5, 0x31, 0x2e, 0x30, 0x2e, 0x30, 0, 0, 0, 1, 0, 0, 0, 2];
const CONNECTED: &[u8] = &[0, 1, 0x10];
const PING: &[u8] = &[0, 2, 0x50, 0];
const PONG: &[u8] = &[0, 2, 0x60, 0];

/// PUBLISHes that are sent before their answers are waited for: a quarter of the ids that there are.
const WINDOW: usize = 1024;

/// So many rounds of each are measured.
const ROUNDS: usize = 9;

/// So many where a round takes some hundredths of a second: whatever else the machine does meanwhile comes between some of them only.
const SHORT_ROUNDS: usize = 61;

/// Nothing may be found, or the bench is wrong.
struct Strict;

impl Tell for Strict {
    fn found(&self, found: Found) {
        panic!("the peers of the bench are right: {found:?}");
    }

    fn trouble(&self, trouble: Trouble) {
        // A judge may fall behind peers that do nothing but send, or on a busy machine. How much was judged is printed.
        assert!(matches!(trouble, Trouble::Behind(_)), "{trouble}");
    }
}

/// A proxy before a server, with judges or without.
struct Stand {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    watching: Option<Watching>,
    passing: Runtime,
    judging: Runtime,
}

impl Stand {
    fn new(upstream: SocketAddr, judged: bool) -> Self {
        let runtime =
            |name: &str| Builder::new_multi_thread().thread_name(name).enable_all().build().expect("a runtime");
        let (passing, judging) = (runtime("pass"), runtime("judge"));
        let (stop, stopped) = watch::channel(false);
        let (address, watching) = passing.block_on(async {
            let watching =
                judged.then(|| Watching::new(Settings::default(), judging.handle().clone(), None, Arc::new(Strict)));
            let proxy = Proxy::start(ProxyConfig {
                listen: "tcp://127.0.0.1:0".parse().expect("an address"),
                listen_tls: None,
                upstream: Upstream { address: format!("tcp://{upstream}").parse().expect("an address"), tls: None },
                watching: watching.clone(),
                most: None,
                tell: Arc::new(Strict),
            });
            let proxy = proxy.await.expect("it listens");
            let address = SocketAddr::from(([127, 0, 0, 1], proxy.address().port.expect("a port")));
            tokio::spawn(proxy.run(stopped));
            (address, watching)
        });
        Self { address, stop, watching, passing, judging }
    }

    /// How many frames were judged.
    fn end(self) -> u64 {
        self.stop.send(true).expect("it runs");
        let judged = self.watching.map_or(0, |watching| {
            let ledger = self.passing.block_on(watching.finish(Duration::from_secs(10)));
            let document = ledger.document("bench", "loopback");
            assert_eq!(document.summary.fail, 0, "{:?}", document.summary);
            let mut words = document.notes[0].split(' ').filter_map(|word| word.parse::<u64>().ok());
            words.next_back().unwrap_or_default()
        });
        self.judging.shutdown_background();
        self.passing.shutdown_background();
        judged
    }
}

/// A server that accepts, and ACKs every PUBLISH. It reads no more of one than its id.
fn answering_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || answer(stream));
        }
    });
    address
}

fn answer(mut stream: TcpStream) {
    stream.set_nodelay(true).expect("a socket");
    let mut octets = Vec::new();
    let mut buffer = vec![0; 256 << 10];
    let mut answers = Vec::new();
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        octets.extend_from_slice(&buffer[..count]);
        let mut at = 0;
        while let Some(head) = octets.get(at..at + 4) {
            let length = 2 + usize::from(u16::from_be_bytes([head[0], head[1]]));
            if octets.len() < at + length {
                break;
            }
            match head[2] >> 4 {
                0 => answers.extend_from_slice(CONNECTED),
                4 => answers.extend_from_slice(&[0, 2, 0x30 | head[2] & 0xf, head[3]]),
                5 => answers.extend_from_slice(PONG),
                _ => {}
            }
            at += length;
        }
        octets.drain(..at);
        if stream.write_all(&answers).is_err() {
            return;
        }
        answers.clear();
    }
}

/// Appends a PUBLISH with so many octets of data, its numbers and lengths in their shortest form.
fn event(id: usize, size: usize, octets: &mut Vec<u8>) {
    let mut content = vec![0x40 | (id >> 8 & 0xf) as u8, (id & 0xff) as u8, 1, 1, 1, b'k', 1, 1];
    match size {
        0..0x80 => content.push(size as u8),
        _ => content.extend([0x80 | (size & 0x7f) as u8, (size >> 7) as u8]),
    }
    content.resize(content.len() + size, 7);
    frame_into(&content, octets).expect("it fits");
}

/// Publishes so many events of this size in windows, and waits for their ACKs.
fn publish(address: SocketAddr, events: usize, size: usize) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    stream.write_all(REQUEST).expect("it is open");
    stream.read_exact(&mut [0; CONNECTED.len()]).expect("it answers");
    let mut reader = stream.try_clone().expect("a socket");
    // The answers are taken meanwhile, and tell how far the window may go on.
    let (answered, answers) = std::sync::mpsc::channel();
    let reading = std::thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        let mut all = 0;
        while all < 4 * events {
            let count = reader.read(&mut buffer).expect("it is open");
            assert!(count > 0, "the server has gone");
            all += count;
            // Whoever publishes has ended once all were answered.
            let _ = answered.send(all / 4);
        }
    });
    let mut octets = Vec::new();
    let (mut sent, mut done) = (0, 0);
    while sent < events {
        while sent - done >= WINDOW {
            done = answers.recv().expect("it answers");
        }
        octets.clear();
        let batch = (WINDOW - (sent - done)).min(events - sent).min(256);
        for id in sent..sent + batch {
            event(id, size, &mut octets);
        }
        stream.write_all(&octets).expect("it is open");
        sent += batch;
    }
    reading.join().expect("all were answered");
}

/// A round of peers that do nothing but send and answer.
fn plain_round(address: SocketAddr, connections: usize, events: usize, size: usize) -> Duration {
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..connections {
            scope.spawn(move || publish(address, events, size));
        }
    });
    begun.elapsed()
}

/// A round of the reference pair.
fn reference_round(peers: &Runtime, address: SocketAddr, events: u64) -> Duration {
    peers.block_on(async {
        let begun = Instant::now();
        let server = TcpConnect::new("127.0.0.1", address.port());
        let client = Client::start(ClientConfig::default(), Behaviour::default(), server);
        let control = client.control();
        for offset in 0..events {
            let fields = EventFields {
                event_type_id: 1,
                schema_version: 1,
                key: b"k".into(),
                offset,
                timestamp: 1,
                event_data: vec![7; 100].into(),
            };
            control.publish(Event::new(fields).expect("it fits")).expect("it is kept");
        }
        while control.unanswered() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let took = begun.elapsed();
        client.stop().await;
        took
    })
}

/// Times of a PING's way there and its PONG's way back.
fn round_trips(address: SocketAddr, count: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_nodelay(true).expect("a socket");
    stream.write_all(REQUEST).expect("it is open");
    stream.read_exact(&mut [0; CONNECTED.len()]).expect("it answers");
    let trip = |_| {
        let begun = Instant::now();
        stream.write_all(PING).expect("it is open");
        stream.read_exact(&mut [0; PONG.len()]).expect("it answers");
        begun.elapsed()
    };
    (0..count).map(trip).collect()
}

/// What this process has taken of the cores so far.
fn cpu() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("the system tells");
    let time = usage.user_time() + usage.system_time();
    Duration::from_micros(u64::try_from(time.num_microseconds()).expect("it is no debt"))
}

fn median<T: Copy + PartialOrd>(mut list: Vec<T>) -> T {
    list.sort_by(|a, b| a.partial_cmp(b).expect("times and shares compare"));
    list[list.len() / 2]
}

#[expect(clippy::print_stdout, reason = "a bench prints its result")]
fn compare(name: &str, rounds: usize, frames: f64, octets: f64, mut round: impl FnMut(bool) -> Duration) {
    let (mut with, mut without, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    let (mut with_cpu, mut without_cpu) = (Duration::ZERO, Duration::ZERO);
    let mut round = |is_judged| {
        let before = cpu();
        let took = round(is_judged);
        *if is_judged { &mut with_cpu } else { &mut without_cpu } += cpu() - before;
        took
    };
    // The first of each warms up.
    for number in 0..=rounds {
        let (judged, plain) = if number % 2 == 0 {
            let judged = round(true);
            (judged, round(false))
        } else {
            let plain = round(false);
            (round(true), plain)
        };
        if number > 0 {
            with.push(judged.as_secs_f64());
            without.push(plain.as_secs_f64());
            shares.push(plain.as_secs_f64() / judged.as_secs_f64());
        }
    }
    let rate = |times: Vec<f64>| {
        let seconds = median(times);
        format!("{:>9.0} frames/s {:>7.1} MB/s", frames / seconds, octets / seconds / 1e6)
    };
    println!("{name:<44} judged {}   plain {}   share {:.2}", rate(with), rate(without), median(shares));
    // Of all of this process: peers, proxy and judges. It doesn't depend on who else uses the machine.
    let each = |cpu: Duration| cpu.as_secs_f64() / (rounds + 1) as f64 / frames * 1e6;
    println!("    of a core, for each frame: judged {:.2} µs, plain {:.2} µs", each(with_cpu), each(without_cpu));
}

/// What a judge takes by itself: one connection's frames in pieces of 16 KiB, in this thread.
#[expect(clippy::print_stdout, reason = "a bench prints its result")]
fn judge_alone(size: usize) {
    let mut observed = Observed::new("1", Settings::default(), Duration::ZERO);
    let mut found = Vec::new();
    let mut at = Duration::ZERO;
    observed.octets(Role::Client, at, REQUEST, &mut found);
    observed.octets(Role::Server, at, CONNECTED, &mut found);
    let window = ((16 << 10) / (16 + size)).clamp(1, WINDOW);
    let mut frames = 2_u64;
    // All ids once, made before anything is measured.
    let pieces: Vec<(Vec<u8>, Vec<u8>)> = (0..0x1000_usize)
        .step_by(window)
        .map(|first| {
            let (mut up, mut down) = (Vec::new(), Vec::new());
            for id in first..(first + window).min(0x1000) {
                event(id, size, &mut up);
                down.extend([0, 2, 0x30 | (id >> 8 & 0xf) as u8, (id & 0xff) as u8]);
            }
            (up, down)
        })
        .collect();
    let begun = cpu();
    while cpu() - begun < Duration::from_secs(1) {
        for (up, down) in &pieces {
            at += Duration::from_millis(1);
            observed.octets(Role::Client, at, up, &mut found);
            observed.octets(Role::Server, at, down, &mut found);
        }
        frames += 2 * 0x1000;
    }
    let took = (cpu() - begun).as_secs_f64();
    assert!(found.is_empty(), "{found:?}");
    println!(
        "a judge alone, events with {size} octets of data: {:.0} frames a second of one core",
        frames as f64 / took
    );
}

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let parts: [(&str, fn()); 4] =
        [("alone", judges_alone), ("plain", plain_peers), ("reference", reference_pair), ("delay", delay)];
    for (name, part) in parts {
        if wanted.as_deref().is_none_or(|wanted| wanted == name) {
            part();
        }
    }
}

fn judges_alone() {
    for size in [16, 200, 2000] {
        judge_alone(size);
    }
}

fn stands(upstream: SocketAddr) -> (Stand, Stand) {
    (Stand::new(upstream, true), Stand::new(upstream, false))
}

#[expect(clippy::print_stdout, reason = "a bench prints its result")]
fn plain_peers() {
    let upstream = answering_server();
    for (connections, events, size) in [(1, 200_000, 16), (1, 100_000, 200), (1, 40_000, 2000), (16, 10_000, 200)] {
        let (judged, plain) = stands(upstream);
        let name = format!("{connections} connections, events with {size} octets of data");
        let all = (connections * events) as f64;
        compare(&name, ROUNDS, 2.0 * all, all * (16.0 + size as f64), |is_judged| {
            let stand = if is_judged { &judged } else { &plain };
            plain_round(stand.address, connections, events, size)
        });
        plain.end();
        let all = (ROUNDS + 1) * (2 * connections * events + 2 * connections);
        println!("    of {all} frames {:.1} % were judged", 100.0 * judged.end() as f64 / all as f64);
    }
}

#[expect(clippy::print_stdout, reason = "a bench prints its result")]
fn reference_pair() {
    let peers = Builder::new_multi_thread().thread_name("peers").enable_all().build().expect("a runtime");
    let server = peers.block_on(async {
        let text = "clients: { known: { client_instance_id: 1 } }\nlisteners: [ { address: 'tcp://127.0.0.1:0', client: known } ]";
        let config = ServerConfig::from_yaml(text).expect("a configuration");
        Server::start(config, std::path::Path::new(".")).await.expect("it starts")
    });
    let (judged, plain) = stands(server.listeners()[0].address);
    let events = 20_000;
    let (frames, octets) = (2.0 * events as f64, events as f64 * 116.0);
    compare("the reference pair, 100 octets of data", SHORT_ROUNDS, frames, octets, |is_judged| {
        let stand = if is_judged { &judged } else { &plain };
        reference_round(&peers, stand.address, events)
    });
    plain.end();
    let all = (SHORT_ROUNDS as u64 + 1) * (2 * events + 2);
    println!("    of {all} frames {:.1} % were judged", 100.0 * judged.end() as f64 / all as f64);
    peers.block_on(server.stop());
}

#[expect(clippy::print_stdout, reason = "a bench prints its result")]
fn delay() {
    let upstream = answering_server();
    let (judged, plain) = stands(upstream);
    for (name, place) in [("judged", judged.address), ("plain", plain.address), ("no proxy", upstream)] {
        let mut trips = round_trips(place, 20_000);
        trips.sort_unstable();
        let at = |share: f64| trips[((trips.len() - 1) as f64 * share) as usize];
        println!("a PING and its PONG, {name:<9} median {:?}   99 % within {:?}", at(0.5), at(0.99));
    }
    judged.end();
    plain.end();
}
