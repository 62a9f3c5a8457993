//! Every freedom of the text has a session that makes use of it, and nobody is blamed for it.

use std::time::Duration;

use sinkcheck_spec::catalogue::{Role, catalogue};
use sinkcheck_spec::oracle::{Finding, Observer, Settings};

use crate::contents::{
    CONNECTED, FIRST_CONTACT, HELLO, KNOWN, MISMATCH, OTHER_VERSION, PING, PONG, QUARANTINED, UNSUPPORTED_APPLICATION,
    UNSUPPORTED_PROTOCOL, ack, nack, octets, publish,
};
use crate::sessions::{C, S, Session, accepted, asked, end, frame};
use crate::world::observe;

/// A PUBLISH with the id 1 whose offset is a varint of this form.
fn with_offset(varint: &str) -> Vec<u8> {
    octets(&format!("40010101016b{varint}80e2cfaa060464617461"))
}

/// The freedom, and the ways in which it may be used.
fn sessions() -> Vec<(&'static str, Vec<Session>)> {
    vec![
        ("framing.kind-of-close", vec![accepted([end(C), end(S)]), accepted([end(S)]), accepted([end(C)])]),
        (
            "layout.varint-past-10-octets",
            // Nobody sends these but a harness; what the other makes of them is open.
            vec![
                accepted([frame(S, with_offset("8180808080808080808000")), frame(C, ack(1))]),
                accepted([frame(S, with_offset("8180808080808080808000")), frame(C, nack(1))]),
                accepted([frame(S, with_offset("8180808080808080808000")), end(C)]),
            ],
        ),
        (
            "layout.varint-past-64-bits",
            vec![
                accepted([frame(S, with_offset("ffffffffffffffffff02")), frame(C, ack(1))]),
                accepted([frame(S, with_offset("ffffffffffffffffff02")), end(C)]),
            ],
        ),
        (
            "layout.text-not-utf8",
            vec![
                accepted([frame(C, publish(1)), frame(S, "700100ff"), frame(C, publish(2)), frame(S, ack(2))]),
                accepted([frame(C, publish(1)), frame(S, "700100ff"), end(C)]),
                asked(KNOWN, [frame(S, "1300ff"), end(S)]),
            ],
        ),
        (
            "layout.ping-bits-sent",
            vec![accepted([frame(C, "5fff"), frame(S, "6abc"), frame(S, "5001"), frame(C, PONG)])],
        ),
        (
            "handshake.ping-before-acceptance",
            vec![
                vec![frame(C, PING), frame(S, PONG)],
                vec![frame(C, PING), end(S)],
                asked(KNOWN, [frame(C, PING), frame(S, PONG), frame(S, CONNECTED)]),
                asked(KNOWN, [frame(C, PING), frame(S, CONNECTED)]),
                asked(KNOWN, [frame(C, PING), frame(S, CONNECTED), frame(S, PONG)]),
            ],
        ),
        (
            "handshake.choice-of-rejection",
            vec![
                asked(KNOWN, [frame(S, MISMATCH), end(S)]),
                asked(KNOWN, [frame(S, QUARANTINED), end(S)]),
                asked(KNOWN, [frame(S, UNSUPPORTED_APPLICATION), end(S)]),
                asked(OTHER_VERSION, [frame(S, UNSUPPORTED_PROTOCOL), end(S)]),
            ],
        ),
        (
            "handshake.early-event-treatment",
            vec![
                vec![frame(C, publish(1)), end(S)],
                vec![frame(C, publish(1)), frame(S, nack(1))],
                vec![frame(C, publish(1)), frame(C, KNOWN), frame(S, CONNECTED)],
                asked(KNOWN, [frame(S, MISMATCH), frame(C, publish(1)), frame(S, nack(1)), end(S)]),
                asked(KNOWN, [frame(S, MISMATCH), frame(C, publish(1)), end(S)]),
            ],
        ),
        (
            "handshake.event-right-behind-request",
            vec![
                asked(KNOWN, [frame(C, publish(1)), frame(S, CONNECTED), frame(S, ack(1))]),
                asked(KNOWN, [frame(C, publish(1)), frame(S, CONNECTED), frame(S, nack(1))]),
                asked(KNOWN, [frame(C, publish(1)), frame(S, nack(1)), frame(S, CONNECTED)]),
                asked(KNOWN, [frame(C, publish(1)), frame(S, CONNECTED)]),
            ],
        ),
        (
            "handshake.second-request-answer",
            vec![
                accepted([frame(C, KNOWN), frame(S, CONNECTED), end(S)]),
                accepted([frame(C, KNOWN), frame(S, MISMATCH), end(S)]),
                accepted([frame(C, KNOWN), end(S)]),
            ],
        ),
        (
            "handshake.quarantine-reason",
            vec![asked(KNOWN, [frame(S, "1300"), end(S)]), asked(KNOWN, [frame(S, "1302ff006162"), end(S)])],
        ),
        (
            "introduction.ping-before-response",
            vec![
                asked(KNOWN, [frame(S, PING), frame(C, PONG), frame(S, CONNECTED)]),
                asked(KNOWN, [frame(S, PING), frame(S, CONNECTED), frame(C, PONG)]),
                asked(KNOWN, [frame(S, PING), end(C)]),
                asked(KNOWN, [frame(C, PING), frame(S, PONG), frame(S, CONNECTED)]),
            ],
        ),
        (
            "introduction.hello-to-a-known-client",
            vec![
                asked(KNOWN, [frame(S, HELLO), frame(C, publish(1)), frame(S, ack(1))]),
                asked(KNOWN, [frame(S, HELLO), end(C)]),
                asked(KNOWN, [frame(S, HELLO), frame(S, publish(1)), frame(C, ack(1))]),
                asked(KNOWN, [frame(S, HELLO), frame(S, publish(1)), frame(S, PING)]),
            ],
        ),
        (
            "introduction.connected-to-a-new-client",
            vec![
                asked(FIRST_CONTACT, [frame(S, CONNECTED), frame(C, publish(1)), frame(S, ack(1))]),
                asked(FIRST_CONTACT, [frame(S, CONNECTED), end(C)]),
            ],
        ),
        (
            "events.first-id",
            vec![
                accepted([frame(C, publish(4095)), frame(C, publish(0)), frame(S, ack(0)), frame(S, ack(4095))]),
                accepted([frame(S, publish(77)), frame(C, ack(77)), frame(S, publish(78)), frame(C, ack(78))]),
            ],
        ),
        (
            "events.fewer-in-flight",
            vec![
                accepted([frame(C, publish(1)), frame(S, ack(1)), frame(C, publish(2)), frame(S, nack(2))]),
                accepted([frame(S, publish(1)), frame(C, nack(1)), frame(S, publish(2)), frame(C, ack(2))]),
            ],
        ),
        (
            "events.id-still-in-flight",
            // Id 1 waits for its answer while the others go round.
            vec![{
                let mut session = accepted([frame(C, publish(1))]);
                for number in (2..4096).chain([0]) {
                    session.extend([frame(C, publish(number)), frame(S, ack(number))]);
                }
                session.extend([frame(C, publish(2)), frame(S, ack(2)), frame(S, ack(1))]);
                session
            }],
        ),
        (
            "events.answer-order",
            vec![accepted([
                frame(C, publish(1)),
                frame(C, publish(2)),
                frame(C, publish(3)),
                frame(S, ack(3)),
                frame(S, nack(1)),
                frame(S, ack(2)),
            ])],
        ),
        (
            "events.stray-answer-treatment",
            vec![
                accepted([frame(S, ack(9)), frame(C, publish(1)), frame(S, ack(1))]),
                accepted([frame(S, nack(9)), end(C)]),
                accepted([frame(C, ack(9)), end(S)]),
                accepted([frame(C, ack(9)), frame(S, publish(9)), frame(S, publish(10)), frame(C, ack(10))]),
            ],
        ),
        (
            "events.nack-content",
            vec![accepted([
                frame(C, publish(1)),
                frame(S, "700100"),
                frame(C, publish(2)),
                frame(S, "700202ffff"),
                frame(C, publish(3)),
                frame(S, "700300c3a9"),
            ])],
        ),
        (
            "keepalive.extra-pings",
            vec![accepted([
                // PONGs may come at any time, too, and needn't answer anything.
                frame(S, PONG),
                frame(C, PONG),
                frame(S, PONG),
                frame(S, PING),
                frame(C, PING),
                frame(C, PING),
                frame(C, PONG),
                frame(S, PONG),
                frame(S, PONG),
                frame(S, PONG),
            ])],
        ),
        (
            "malformed.publish-closed-or-nacked",
            vec![
                accepted([frame(C, "4001"), frame(S, nack(1)), frame(C, publish(2)), frame(S, ack(2))]),
                accepted([frame(C, "4001"), end(S)]),
                accepted([frame(C, "4001"), frame(S, nack(1)), end(S)]),
            ],
        ),
        (
            "malformed.request-rejected",
            vec![
                asked("0005312e", [frame(S, MISMATCH), end(S)]),
                asked("0005312e", [end(S)]),
                asked("0005312e", [frame(S, UNSUPPORTED_PROTOCOL), end(S)]),
            ],
        ),
    ]
}

/// Freedoms that frames on one connection can't show, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("framing.segmentation", "frames are put together before the observer hears of them"),
    ("layout.timestamp-unit", "a number is a number"),
    ("introduction.length-of-waits", "between connections"),
    ("events.repeated-event-seen-again", "inside an application"),
    ("events.redelivery-order", "over several connections"),
    ("events.nacked-tried-again", "over several connections"),
    ("keepalive.interval", "a setting: see the tests about silence"),
    ("keepalive.unfinished-frame", "a time: see the tests about silence"),
    ("keepalive.wait-for-request", "a time: nothing is due before a request"),
    ("keepalive.wait-for-response", "a time: nothing is due before a response"),
    ("identity.unknown-client-treatment", "an identity is not in the frames"),
    ("identity.takeover-moment", "over two connections"),
];

/// What each peer that was right is blamed for. What provoked it is none of its business.
fn found(session: &Session, blamed: &[Role]) -> Vec<Finding> {
    let mut observer = Observer::new(Settings::default());
    for (from, passing) in session {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    std::iter::from_fn(|| observer.poll()).filter(|finding| blamed.contains(&finding.by)).collect()
}

/// Who uses the freedom. The other peer may have provoked it by breaking a rule.
fn users(freedom: &str) -> &'static [Role] {
    match freedom {
        "layout.varint-past-10-octets" | "layout.varint-past-64-bits" | "layout.text-not-utf8" => &[C],
        "handshake.early-event-treatment"
        | "handshake.event-right-behind-request"
        | "handshake.ping-before-acceptance"
        | "handshake.second-request-answer"
        | "malformed.publish-closed-or-nacked"
        | "malformed.request-rejected"
        | "handshake.choice-of-rejection" => &[S],
        "introduction.hello-to-a-known-client" | "introduction.connected-to-a-new-client" => &[C],
        _ => &[],
    }
}

#[test]
fn nobody_is_blamed_for_using_a_freedom() {
    for (freedom, sessions) in sessions() {
        let blamed = match users(freedom) {
            [] => &Role::ALL[..],
            users => users,
        };
        for (number, session) in sessions.iter().enumerate() {
            let found = found(session, blamed);
            // Stray answers are somebody's fault, though not that of whoever meets them.
            let found: Vec<_> = match freedom {
                "events.stray-answer-treatment" => {
                    found.into_iter().filter(|finding| finding.rule() != Some("events.answer-carries-id")).collect()
                }
                _ => found,
            };
            assert!(found.is_empty(), "{freedom}, session {number}: {found:?}");
        }
    }
}

#[test]
fn every_freedom_has_a_session_or_a_reason_why_not() {
    let sessions = sessions();
    for freedom in catalogue().freedoms() {
        let shown = sessions.iter().any(|(id, ways)| *id == freedom.id && !ways.is_empty());
        let elsewhere = ELSEWHERE.iter().any(|(id, _)| *id == freedom.id);
        assert!(shown != elsewhere, "{}: a session: {shown}, a reason: {elsewhere}", freedom.id);
    }
    for id in sessions.iter().map(|(id, _)| id).chain(ELSEWHERE.iter().map(|(id, _)| id)) {
        assert!(catalogue().freedom(id).is_some(), "there is no freedom {id}");
    }
}
