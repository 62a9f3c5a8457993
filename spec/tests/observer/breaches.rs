//! A session with one thing wrong in it: who is blamed, for which rule, and with which frames.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{FindingKind, Judged, Observer, Settings};

use crate::contents::{
    CONNECTED, FIRST_CONTACT, HELLO, KNOWN, MISMATCH, OTHER_VERSION, PING, PONG, QUARANTINED, UNSUPPORTED_APPLICATION,
    UNSUPPORTED_PROTOCOL, ack, nack, publish,
};
use crate::sessions::{C, S, Session, accepted, asked, end, frame};
use crate::world::observe;

type Blame = (Role, &'static str, Vec<u64>);

fn blames(settings: Settings, session: &Session) -> Vec<Blame> {
    let mut observer = Observer::new(settings);
    for (from, passing) in session {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    let mut list = Vec::new();
    while let Some(finding) = observer.poll() {
        match finding.kind {
            FindingKind::Broken(rule) => list.push((finding.by, rule, finding.frames)),
            other => panic!("{other:?}: {finding:?}"),
        }
    }
    list
}

/// Exactly this is blamed, on this peer, with these frames.
fn check(session: Session, by: Role, rule: &'static str, frames: &[u64]) {
    let found = blames(Settings::default(), &session);
    assert_eq!(found, [(by, rule, frames.to_vec())], "{session:?}");
}

#[test]
fn answers_to_a_request_that_no_record_makes_right() {
    check(asked(KNOWN, [frame(S, HELLO)]), S, "handshake.mismatch-without-record", &[0, 1]);
    check(asked(FIRST_CONTACT, [frame(S, CONNECTED)]), S, "handshake.hello-repeated", &[0, 1]);
    check(asked(KNOWN, [frame(S, UNSUPPORTED_PROTOCOL)]), S, "handshake.rejection-that-applies", &[0, 1]);
    check(
        asked(KNOWN, [frame(S, CONNECTED), frame(S, CONNECTED)]),
        S,
        "handshake.first-request-answered-once",
        &[0, 1, 2],
    );
    check(vec![frame(S, PING)], S, "handshake.nothing-before-request", &[0]);
    check(vec![frame(S, PONG)], S, "handshake.nothing-before-request", &[0]);
    for response in [CONNECTED, HELLO, MISMATCH, QUARANTINED, UNSUPPORTED_APPLICATION] {
        let found = blames(Settings::default(), &asked(OTHER_VERSION, [frame(S, response)]));
        let of_server: Vec<_> = found.into_iter().filter(|(by, ..)| *by == S).collect();
        assert_eq!(of_server, [(S, "handshake.unsupported-protocol", vec![0, 1])], "{response}");
    }
}

#[test]
fn where_the_harness_knows_the_record_answers_are_for_the_case_to_judge() {
    let settings = Settings { judged: Judged::Server, judges_answers: false, ..Settings::default() };
    assert_eq!(blames(settings, &asked(KNOWN, [frame(S, HELLO)])), []);
    assert_eq!(blames(settings, &vec![frame(S, PING)]).len(), 1);
    // Whatever we did ourselves, we did on purpose.
    assert_eq!(blames(settings, &vec![frame(C, publish(1))]), []);
}

#[test]
fn a_pong_too_many_is_blamed_only_by_who_knows_that_the_peer_sends_none_of_its_own_accord() {
    let twice = accepted([frame(C, PING), frame(S, PONG), frame(S, PONG)]);
    let settings = Settings { judges_pongs: true, ..Settings::default() };
    assert_eq!(blames(settings, &twice), [(S, "keepalive.ping-answered-once", vec![2, 3, 4])]);
    assert_eq!(blames(Settings::default(), &twice), []);
}

#[test]
fn answers_to_events() {
    let rule = "events.answered-once";
    check(accepted([frame(C, publish(1)), frame(S, ack(1)), frame(S, ack(1))]), S, rule, &[2, 3, 4]);
    check(accepted([frame(S, publish(1)), frame(C, ack(1)), frame(C, nack(1))]), C, rule, &[2, 3, 4]);
    let rule = "events.answer-carries-id";
    check(accepted([frame(C, publish(1)), frame(S, ack(2))]), S, rule, &[3]);
    // The ids of the other direction are no help.
    check(accepted([frame(S, publish(1)), frame(S, ack(1))]), S, rule, &[3]);
    let rejected = || asked(KNOWN, [frame(S, MISMATCH)]);
    let mut session = rejected();
    session.extend([frame(C, publish(1)), frame(S, ack(1))]);
    let of_server: Vec<_> = blames(Settings::default(), &session).into_iter().filter(|(by, ..)| *by == S).collect();
    assert_eq!(of_server, [(S, "handshake.event-after-rejection-not-acked", vec![0, 1, 2, 3])]);
    let session = asked(KNOWN, [frame(S, publish(1)), frame(C, ack(1))]);
    let of_client: Vec<_> = blames(Settings::default(), &session).into_iter().filter(|(by, ..)| *by == C).collect();
    assert_eq!(of_client, [(C, "introduction.early-publish-not-acked", vec![0, 1, 2])]);
}

#[test]
fn ids_of_events() {
    let rule = "events.id-not-reused-in-flight";
    let wrapped = accepted([frame(C, publish(4095)), frame(C, publish(0)), frame(S, ack(0))]);
    assert_eq!(blames(Settings::default(), &wrapped), []);
    let twice = [(S, rule, vec![2, 3]), (S, "events.ids-go-up-by-one", vec![2, 3])];
    assert_eq!(blames(Settings::default(), &accepted([frame(S, publish(1)), frame(S, publish(1))])), twice);
    check(accepted([frame(S, publish(1)), frame(S, publish(3))]), S, "events.ids-go-up-by-one", &[3]);
    check(accepted([frame(C, publish(4095)), frame(C, publish(1))]), C, "events.ids-wrap", &[3]);
    // An answer that was read before the PUBLISH it can't be for frees nothing: the server read it before it answered 7.
    let read_before = accepted([
        frame(C, ack(1)),
        frame(C, publish(7)),
        frame(S, ack(7)),
        frame(S, publish(1)),
        frame(S, publish(1)),
    ]);
    let of_server: Vec<_> = blames(Settings::default(), &read_before).into_iter().filter(|(by, ..)| *by == S).collect();
    assert_eq!(of_server.first(), Some(&(S, rule, vec![5, 6])));
}

#[test]
fn an_event_that_may_be_malformed_is_too_early_all_the_same() {
    // Its offset is a varint of eleven octets.
    let early = asked(KNOWN, [frame(C, "40010101016b818080808080808080800080e2cfaa060464617461"), frame(S, ack(1))]);
    let of_server: Vec<_> = blames(Settings::default(), &early).into_iter().filter(|(by, ..)| *by == S).collect();
    assert_eq!(of_server, [(S, "handshake.early-event-not-acked", vec![0, 1, 2])]);
}

#[test]
fn a_clients_first_messages() {
    check(vec![frame(C, PING)], C, "introduction.request-first", &[0]);
    check(vec![frame(C, PONG)], C, "introduction.request-first", &[0]);
    check(asked(KNOWN, [frame(C, publish(1))]), C, "introduction.only-request-before-response", &[0, 1]);
    check(asked(OTHER_VERSION, []), C, "introduction.carries-protocol-version", &[0]);
    check(asked(KNOWN, [frame(C, KNOWN)]), C, "introduction.one-request", &[0, 1]);
    check(
        asked(KNOWN, [frame(S, MISMATCH), frame(C, publish(1))]),
        C,
        "introduction.no-publish-after-rejection",
        &[0, 1, 2],
    );
}

#[test]
fn contents_that_nobody_may_send() {
    for (content, rule) in [
        ("", "framing.one-message-in-a-frame"),
        ("2000", "layout.message-type"),
        ("30", "layout.ack"),
        ("4001", "layout.publish"),
        ("500000", "layout.ping"),
        ("60", "layout.pong"),
        ("7001", "layout.nack"),
        ("1000", "layout.response-bare"),
        ("16", "layout.connection-response"),
    ] {
        let found = blames(Settings::default(), &accepted([frame(S, content)]));
        assert_eq!(found.first(), Some(&(S, rule, vec![2])), "{content}");
    }
    // Reading on past it is the fault of whoever does.
    let session = accepted([frame(S, "2000"), frame(S, publish(1)), frame(C, ack(1))]);
    let of_client: Vec<_> = blames(Settings::default(), &session).into_iter().filter(|(by, ..)| *by == C).collect();
    assert_eq!(of_client, [(C, "malformed.closes", vec![2, 4])]);
}

#[test]
fn a_connection_that_is_joined_late() {
    let settings = Settings { from_the_start: false, ..Settings::default() };
    let check = |session: Session, expected: &[Blame]| assert_eq!(blames(settings, &session), expected, "{session:?}");
    // What answers something that passed before can't be told from what answers nothing, once for each id.
    check(vec![frame(S, ack(1)), frame(C, publish(1)), frame(S, ack(1)), frame(S, PONG)], &[]);
    check(vec![frame(S, CONNECTED), frame(C, publish(1)), frame(S, ack(1))], &[]);
    check(vec![frame(C, publish(1)), frame(S, publish(9)), frame(C, nack(9)), frame(S, ack(1))], &[]);
    check((0..100).map(|number| frame(C, ack(number))).collect(), &[]);
    check(vec![frame(S, ack(1)), frame(S, ack(1))], &[(S, "events.answered-once", vec![1])]);
    check(
        vec![frame(C, publish(1)), frame(S, ack(1)), frame(S, ack(1))],
        &[(S, "events.answered-once", vec![0, 1, 2])],
    );
    check(
        vec![frame(C, publish(3)), frame(C, publish(3))],
        &[(C, "events.id-not-reused-in-flight", vec![0, 1]), (C, "events.ids-go-up-by-one", vec![0, 1])],
    );
}

#[test]
fn frames_that_prove_a_breach_are_those_of_the_right_peer() {
    let pongs = Settings { judges_pongs: true, ..Settings::default() };
    for (by, other) in [(S, C), (C, S)] {
        let session =
            accepted([frame(other, PING), frame(by, PING), frame(by, PONG), frame(other, PONG), frame(by, PONG)]);
        let found = blames(pongs, &session);
        assert_eq!(found, [(by, "keepalive.pong-not-answered", vec![2, 4, 5, 6])]);
    }
}

#[test]
fn frames_that_prove_a_breach_are_those_that_have_to_do_with_it() {
    let last = |by: Role, session: Session| {
        let found = blames(Settings { judges_pongs: true, ..Settings::default() }, &session);
        let of_last =
            found.into_iter().filter(|(who, _, frames)| *who == by && frames.ends_with(&[session.len() as u64 - 1]));
        of_last.map(|(_, rule, frames)| (rule, frames)).collect::<Vec<_>>()
    };
    // With what it acted on.
    let malformed_publish = accepted([frame(C, "4009"), frame(S, ack(9))]);
    assert_eq!(last(S, malformed_publish), [("malformed.publish-short", vec![2, 3])]);
    let malformed_ping = accepted([frame(C, "500000"), frame(S, PONG)]);
    assert_eq!(last(S, malformed_ping), [("malformed.ping-length", vec![2, 3])]);
    let of_the_other_role = accepted([frame(C, CONNECTED), frame(S, PONG)]);
    assert_eq!(last(S, of_the_other_role), [("malformed.response-to-server", vec![2, 3])]);
    // Whatever else is wrong with it has nothing to do with that.
    let of_nobodys = accepted([frame(C, "80"), frame(S, ack(7))]);
    assert_eq!(last(S, of_nobodys), [("events.answer-carries-id", vec![3])]);
    let ill_laid_out = accepted([frame(C, publish(1)), frame(S, "700100ff")]);
    assert_eq!(last(S, ill_laid_out), [("layout.text-utf8", vec![3])]);
    let long = "4001818080808080808080800001016b0180e2cfaa060464617461";
    let ids_and_layout = [
        ("events.id-not-reused-in-flight", vec![2, 3]),
        ("events.ids-go-up-by-one", vec![2, 3]),
        ("layout.varint-shortest", vec![3]),
    ];
    for by in [C, S] {
        assert_eq!(last(by, accepted([frame(by, publish(1)), frame(by, long)])), ids_and_layout);
    }
    let second = asked(KNOWN, [frame(S, "12ff"), frame(S, "1300ff")]);
    assert_eq!(last(S, second), [("layout.text-utf8", vec![2])]);
}

#[test]
fn when_one_peer_is_given_up_the_other_is_still_blamed() {
    for (by, other) in [(S, C), (C, S)] {
        let mut session = accepted((0..5).map(|_| frame(other, publish(1))));
        session.push(frame(other, ack(7)));
        let mut observer = Observer::new(Settings::default());
        for (from, passing) in &session {
            observe(&mut observer, *from, Duration::ZERO, passing);
        }
        let found: Vec<_> = std::iter::from_fn(|| observer.poll()).collect();
        assert!(found.iter().any(|finding| (finding.by, finding.kind) == (by, FindingKind::GaveUp)), "{found:?}");
        let last = found.last().map(|finding| (finding.by, finding.rule()));
        assert_eq!(last, Some((other, Some("events.answer-carries-id"))), "{found:?}");
    }
}

#[test]
fn who_is_given_up_is_blamed_for_nothing_more() {
    // Five PUBLISHes with one id at a time: which of them is answered how can't be told any more.
    let mut session = accepted((0..5).map(|_| frame(C, publish(1))));
    session.extend((0..9).map(|_| frame(S, ack(1))));
    session.push(end(S));
    let mut observer = Observer::new(Settings::default());
    for (from, passing) in &session {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    let found: Vec<_> = std::iter::from_fn(|| observer.poll()).filter(|finding| finding.by == S).collect();
    assert_eq!(found.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::GaveUp]);
}
