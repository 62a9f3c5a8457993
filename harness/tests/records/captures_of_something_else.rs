//! Captures that hold something else than Sink, or more.

use sinkcheck::record::Options;
use sinkcheck_spec::catalogue::Role;

use crate::making::{CAPTURES, Did, Ends, File, Link, Session, V4, capture, ip_packet, segments, session};
use crate::telling::{remarks, told};

fn speaking(first: &[u8]) -> Session {
    vec![
        (1, Role::Client, Did::Sent(first.to_vec())),
        (2, Role::Server, Did::Sent(b"whatever it answers".to_vec())),
        (3, Role::Client, Did::Closed),
        (4, Role::Server, Did::Closed),
    ]
}

#[track_caller]
fn check(input: &[u8], ports: &[u16], connections: usize, expected: &str) {
    let options = Options { ports: ports.to_vec(), ..Options::default() };
    let (list, account) = told(input, &options).expect("made for the test");
    assert_eq!(list.len(), connections, "{}", remarks(&account));
    assert!(remarks(&account).contains(expected), "{}", remarks(&account));
}

#[test]
fn a_capture_of_something_else_is_told_apart() {
    for first in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"SSH-2.0-x\r\n", &[0, 5, 0x0f, 1, 2, 3, 4], &[0, 2, 0x50, 0]] {
        let input = capture(&segments(&speaking(first), [1, 2]));
        check(&input, &[], 0, "No TCP connection of this capture looks like Sink");
        check(&input, &[5000], 0, "no TCP connection leads to the port of --port");
        // Whoever says that it is Sink is believed.
        check(&input, &[4000], 1, "");
    }
    check(&capture(&[]), &[], 0, "holds no packets");
}

#[test]
fn tls_asks_for_a_key_log() {
    let input = capture(&segments(&speaking(&[22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), [1, 2]));
    check(&input, &[], 0, "1 connection speaking TLS: give the key log");
    check(&input, &[4000], 0, "--keylog FILE");
    // Within it, too: application data.
    let records = segments(&speaking(&[23, 3, 3, 0, 20, 1, 2, 3, 4]), [1, 2]);
    check(&capture(&records[3..]), &[], 0, "--keylog FILE");
}

#[test]
fn other_connections_of_a_capture_are_left_out_and_counted() {
    let sink = segments(&session(CAPTURES[0].1), [1, 2]);
    let web = segments(&speaking(b"GET / HTTP/1.1\r\n\r\n"), [1, 2]);
    let other = Ends { client: (V4.client.0, 40_000), server: (V4.server.0, 80) };
    let mut packets: Vec<(u64, Vec<u8>)> = Vec::new();
    for at in 0..sink.len().max(web.len()) {
        for (segments, ends) in [(&sink, V4), (&web, other)] {
            let Some(segment) = segments.get(at) else { continue };
            packets.push((at as u64, Link::Ethernet.around(&ip_packet(segment, ends))));
        }
    }
    let input = File::ALL[0].of(Link::Ethernet, &packets, usize::MAX);
    check(&input, &[], 1, "1 connection of the capture are not Sink");
}

#[test]
fn an_odd_connection_to_a_known_server_is_told_of() {
    let sink = segments(&session(CAPTURES[0].1), [1, 2]);
    let mut odd = segments(&speaking(&[0, 2, 0x50, 0]), [1, 2]);
    for segment in &mut odd {
        segment.at_us += 10_000_000;
    }
    let ends = Ends { client: (V4.client.0, 40_000), ..V4 };
    let of = |segments: &[crate::making::Segment], ends| -> Vec<(u64, Vec<u8>)> {
        segments.iter().map(|segment| (segment.at_us, Link::Raw.around(&ip_packet(segment, ends)))).collect()
    };
    let behind = File::ALL[0].of(Link::Raw, &[of(&sink, V4), of(&odd, ends)].concat(), usize::MAX);
    check(&behind, &[], 2, "");
    let before = File::ALL[0].of(Link::Raw, &[of(&odd, ends), of(&sink, V4)].concat(), usize::MAX);
    check(&before, &[], 1, "");
}

#[test]
fn packets_that_are_not_read_are_named() {
    let sink = segments(&session(CAPTURES[0].1), [1, 2]);
    let mut fragment = ip_packet(&sink[3], V4);
    // "More fragments" in the IP header.
    fragment[6] |= 0x20;
    let packets = [(1, fragment)];
    let input = File::ALL[0].of(Link::Raw, &packets, usize::MAX);
    check(&input, &[], 0, "packet 1: 1 IP fragments");
    let mut strange = File::ALL[0].of(Link::Raw, &[(1, vec![0; 64])], usize::MAX);
    // The link type stands at the end of the header.
    strange[20] = 200;
    check(&strange, &[], 0, "packet 1: 1 packets of link type 200, which isn't read");
}
