//! Servers that do what no server does. Each run is soon over, takes little memory, and says what happened.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use crate::document::{cases, document, inconclusive, notes};
use crate::folder::Folder;
use crate::peer::{PING, PONG, Peer, flood, frame, framed, stand_still, swallow, welcome};
use crate::program::{Done, sinkcheck};

const SOON: Duration = Duration::from_secs(60);

/// Certifies a server, of which the address alone is given, by these cases.
fn certify(
    serve: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    cases: &str,
) -> (Done, serde_json::Value) {
    let (peer, folder) = (Peer::new(serve), Folder::new());
    let json = folder.at("a.json");
    let arguments =
        ["certify", "server", &peer.address(), "--case", cases, "--verbose", "--format", "json", "--output", &json];
    let done = sinkcheck(arguments).run().within(SOON);
    (done, document(&folder.read("a.json")))
}

/// A server that no case can be played at: everything is inconclusive for this reason, and the report says these texts.
#[track_caller]
fn nothing_can_be_shown(
    code: &str,
    texts: &[&str],
    serve: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) {
    let (done, document) = certify(serve, "*");
    assert_eq!(inconclusive(&document, code), cases(&document).len(), "{:?}", cases(&document)[0]["reason"]);
    done.exits(3).says_all(texts).says("VERDICT inconclusive");
}

#[test]
fn one_that_ends_each_connection_at_once() {
    nothing_can_be_shown("no-response", &["no response to a connection request: it ended the connection"], |_| Ok(()));
}

#[test]
fn one_that_resets_each_connection_at_once() {
    nothing_can_be_shown("no-response", &["it ended the connection: reset"], |stream| {
        // Octets that nobody read make the end a reset.
        frame(stream).map(drop)?;
        socket2::SockRef::from(&*stream).set_linger(Some(Duration::ZERO))
    });
}

#[test]
fn one_that_never_answers() {
    nothing_can_be_shown("no-response", &["nothing came within 5000 ms", "is that a Sink server?"], swallow);
}

#[test]
fn one_that_never_reads() {
    nothing_can_be_shown("no-response", &["nothing came within 5000 ms"], stand_still);
}

#[test]
fn one_that_stalls_within_a_frame() {
    nothing_can_be_shown("no-response", &["but 3 octets that are no whole frame: 000511"], |stream| {
        frame(stream)?;
        stream.write_all(&[0, 5, 0x11])?;
        swallow(stream)
    });
}

/// It is there, and what is wrong with it is no reason to look at nothing.
#[test]
fn one_whose_lengths_have_their_octets_swapped() {
    let (done, document) = certify(
        |stream| {
            frame(stream)?;
            stream.write_all(&[1, 0, 0x10])?;
            swallow(stream)
        },
        "server/keepalive/ping-answered",
    );
    done.exits(1);
    assert_eq!(cases(&document)[0]["broken_rules"][0], "framing.length-prefix");
}

#[test]
fn one_whose_frame_never_ends() {
    nothing_can_be_shown("no-response", &["octets that are no whole frame: ffff7878"], |stream| {
        stream.write_all(&[0xff, 0xff])?;
        loop {
            stream.write_all(b"x")?;
            std::thread::sleep(Duration::from_millis(20));
        }
    });
}

#[test]
fn one_that_speaks_tls() {
    nothing_can_be_shown(
        "no-response",
        &["15030300020232", "that is how TLS begins", "tls:// in a target file"],
        |stream| {
            frame(stream)?;
            stream.write_all(&[0x15, 3, 3, 0, 2, 2, 0x32])
        },
    );
}

#[test]
fn one_that_speaks_http() {
    nothing_can_be_shown("no-response", &["that is how HTTP begins"], |stream| {
        frame(stream)?;
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    });
}

#[test]
fn one_that_pings_without_end() {
    // Whether so many come in time that it is a flood depends on the machine.
    certify(|stream| flood(stream, PING), "server/handshake/*").0.certifies_nothing();
}

#[test]
fn one_that_accepts_and_then_pings_without_end() {
    let serve = |stream: &mut TcpStream| {
        welcome(stream)?;
        flood(stream, PING)
    };
    certify(serve, "server/handshake/*").0.certifies_nothing();
}

#[test]
fn one_that_quarantines_with_a_huge_reason() {
    let mut content = vec![0x13, 0xfd, 0x7f];
    content.extend([b'm'; 16_381]);
    content.extend([b'h'; 40_000]);
    nothing_can_be_shown(
        "not-accepted",
        &["the server answered quarantined", "a target file can say"],
        move |stream| {
            frame(stream)?;
            stream.write_all(&framed(&content))
        },
    );
}

/// A server that breaks a MUST, however badly it behaves beside.
#[track_caller]
fn does_not_conform(
    cases: &str,
    texts: &[&str],
    serve: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
) -> serde_json::Value {
    let (done, document) = certify(serve, cases);
    done.exits(1).says_all(texts).says("VERDICT does not conform");
    document
}

#[test]
fn one_that_sends_random_octets() {
    let mut random = fastrand::Rng::with_seed(7);
    let octets: Vec<u8> = (0..1 << 20).map(|_| random.u8(..)).collect();
    let document = does_not_conform("server/handshake/unsupported-*", &["broke"], move |stream| flood(stream, &octets));
    assert!(!notes(&document).contains("did not announce"), "a rule of clients is blamed: {}", notes(&document));
}

#[test]
fn one_that_sends_pongs_without_end() {
    let serve = |stream: &mut TcpStream| {
        welcome(stream)?;
        flood(stream, PONG)
    };
    certify(serve, "server/keepalive/ping-*").0.certifies_nothing();
}

#[test]
fn one_that_sends_long_nacks_without_end() {
    let nack = framed(&[&[0x70, 0, 0][..], &[b'h'; 60_000]].concat());
    does_not_conform("server/events/answer*", &["events."], move |stream| {
        welcome(stream)?;
        flood(stream, &nack)
    });
}

#[test]
fn one_that_accepts_and_then_is_silent() {
    let document = does_not_conform("server/keepalive/ping-*", &["did not answer events and PINGs"], |stream| {
        welcome(stream)?;
        swallow(stream)
    });
    assert_eq!(inconclusive(&document, "target-gone"), 0, "it is there");
}

#[test]
fn one_that_accepts_and_then_never_reads() {
    does_not_conform("server/events/answer*", &["an answer to each PUBLISH"], |stream| {
        welcome(stream)?;
        stand_still(stream)
    });
}

#[test]
fn one_that_accepts_and_then_only_pings() {
    does_not_conform("server/keepalive/ping*", &["a PONG"], |stream| {
        welcome(stream)?;
        loop {
            stream.write_all(PING)?;
            std::thread::sleep(Duration::from_millis(100));
        }
    });
}

#[test]
fn one_that_accepts_and_then_ends_the_connection() {
    does_not_conform("server/handshake/connected", &["the peer ended it"], |stream| welcome(stream).map(drop));
}

/// It greets whoever comes, and closes.
#[test]
fn one_that_accepts_before_it_closes_has_not_just_closed() {
    let peer = Peer::new(|stream| {
        frame(stream)?;
        stream.write_all(&framed(&[0x11, 0, 0, 0, 2]))?;
        // Nothing is left unread, so its end is no reset that could overtake what it said.
        stream.shutdown(std::net::Shutdown::Write)?;
        swallow(stream)
    });
    let folder = Folder::new();
    let steps = "steps:\n  - send: { connection_request: { server_instance_id: $other_server } }\n  - expect: { one_of: [rejection, closed] }\n";
    let rule = "handshake.mismatch-other-server";
    folder.write(
        "cases/server/handshake/mine.yaml",
        format!("title: A wrong id is not accepted\nunder_test: server\nrequirements: [{rule}]\n{steps}"),
    );
    let arguments = ["certify", "server", &peer.address(), "--suite", &folder.at("cases"), "--verbose"];
    sinkcheck(arguments).run().within(SOON).exits(1).says_all(&[rule, "Observed hello new client"]);
}
