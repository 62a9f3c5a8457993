//! Sessions at the edge of what a peer may send. The model and the checks of the rules are written apart and have to agree on each:
//! a disagreement, or one of them giving up, fails here even where nobody is to blame.

use std::time::Duration;

use sinkcheck_spec::catalogue::{Level, Role, catalogue};
use sinkcheck_spec::oracle::{FindingKind, Observer, Settings};

use crate::contents::{CONNECTED, FIRST_CONTACT, HELLO, KNOWN, MISMATCH, PING, PONG, ack, nack, octets, publish};
use crate::sessions::{C, S, Session, accepted, asked, frame};
use crate::world::observe;

/// An early response that a client may take for a rejection or for none: its text is not UTF-8.
const OPEN_REJECTION: &str = "1300ff";

/// A request whose application version is not UTF-8: a server may take it for malformed.
const OPEN_REQUEST: &str = "0001ff00000001";

/// A PUBLISH with this id, cut off behind its type and schema version.
fn malformed_publish(id: u16) -> Vec<u8> {
    let mut content = publish(id);
    content.truncate(4);
    content
}

/// Who breaks which MUST.
fn broken(session: &Session) -> Vec<(Role, &'static str)> {
    let mut observer = Observer::new(Settings::default());
    for (from, passing) in session {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    std::iter::from_fn(|| observer.poll())
        .filter_map(|finding| match finding.kind {
            FindingKind::Broken(rule) => (catalogue().level_of(rule) == Level::Must).then_some((finding.by, rule)),
            _ => panic!("{finding:?} in {session:?}"),
        })
        .collect()
}

/// This peer is not to blame, whatever the other one did.
fn is_right(peer: Role, session: &Session) {
    let of_peer: Vec<_> = broken(session).into_iter().filter(|(by, _)| *by == peer).collect();
    assert_eq!(of_peer, [], "{session:?}");
}

/// This peer breaks this rule, once.
fn is_wrong(peer: Role, rule: &'static str, session: &Session) {
    let of_peer: Vec<_> = broken(session).into_iter().filter(|(by, _)| *by == peer).collect();
    assert_eq!(of_peer, [(peer, rule)], "{session:?}");
}

#[test]
fn a_rejection_that_a_client_may_overlook_leaves_the_next_response_to_decide() {
    is_right(C, &asked(KNOWN, [frame(S, OPEN_REJECTION), frame(S, CONNECTED), frame(C, publish(1))]));
    is_right(C, &vec![frame(S, MISMATCH), frame(C, KNOWN), frame(S, CONNECTED), frame(C, publish(1))]);
    // Whoever has read a rejection that is none of these two may not publish.
    let second = asked(KNOWN, [frame(S, MISMATCH), frame(S, CONNECTED), frame(C, publish(1))]);
    is_wrong(C, "malformed.second-response", &second);
    let rule = "introduction.no-publish-after-rejection";
    is_wrong(C, rule, &asked(KNOWN, [frame(S, OPEN_REJECTION), frame(C, publish(1))]));
}

#[test]
fn an_acceptance_may_be_overlooked_by_a_client_that_expected_another() {
    for (request, response) in [(KNOWN, HELLO), (FIRST_CONTACT, CONNECTED)] {
        is_right(C, &asked(request, [frame(S, response), frame(C, publish(1)), frame(S, ack(1))]));
        is_right(C, &asked(request, [frame(S, response), frame(S, publish(1)), frame(C, nack(1))]));
    }
}

#[test]
fn only_a_request_is_answered_by_a_response() {
    is_wrong(S, "malformed.unused-type", &vec![frame(C, "80"), frame(S, CONNECTED)]);
    // A close, or a rejection, is what may come of it.
    is_right(S, &vec![frame(C, "80"), frame(S, MISMATCH)]);
    let twice = "handshake.first-request-answered-once";
    is_wrong(S, twice, &accepted([frame(C, "80"), frame(S, MISMATCH)]));
    // What was on its way before the response may be rejected, and not accepted.
    is_wrong(S, twice, &asked(KNOWN, [frame(C, "80"), frame(S, CONNECTED), frame(S, CONNECTED)]));
    is_right(S, &asked(KNOWN, [frame(C, "80"), frame(S, CONNECTED), frame(S, MISMATCH)]));
    let malformed_request = [frame(C, "0005"), frame(S, CONNECTED), frame(S, CONNECTED)];
    is_wrong(S, twice, &asked(KNOWN, malformed_request));
    let third = [frame(C, "80"), frame(C, KNOWN), frame(S, CONNECTED), frame(S, CONNECTED)];
    is_right(S, &asked(KNOWN, third));
    is_right(S, &asked("0005", [frame(S, MISMATCH)]));
}

#[test]
fn before_the_response_a_client_sends_its_request_and_nothing_else_but_pings_and_pongs() {
    let rule = "introduction.only-request-before-response";
    is_wrong(C, rule, &asked(KNOWN, [frame(S, publish(1)), frame(C, nack(1))]));
    is_wrong(C, rule, &asked(KNOWN, [frame(C, publish(1))]));
    is_right(C, &asked(KNOWN, [frame(C, PING), frame(S, PING), frame(C, PONG), frame(C, PONG)]));
    // An early PING may be answered first. Nothing else comes before the request.
    is_right(C, &vec![frame(S, PING), frame(C, PONG), frame(C, KNOWN), frame(S, CONNECTED), frame(C, publish(1))]);
    for first in [octets(PONG), octets(PING), publish(1), ack(1), nack(1)] {
        is_wrong(C, "introduction.request-first", &vec![frame(C, first)]);
    }
    is_wrong(C, "introduction.early-publish-not-acked", &asked(KNOWN, [frame(S, publish(1)), frame(C, ack(1))]));
    // Once it is accepted it may turn the early one away.
    is_right(C, &asked(KNOWN, [frame(S, publish(1)), frame(S, CONNECTED), frame(C, nack(1))]));
}

#[test]
fn an_answer_to_nothing_frees_an_id_that_its_reader_has_taken_meanwhile() {
    let crossing = [frame(C, ack(7)), frame(C, nack(8)), frame(C, ack(7))];
    let then = |rest: Session| accepted(crossing.clone().into_iter().chain(rest));
    let twice = |id| vec![frame(S, publish(id)), frame(S, publish(id))];
    is_right(S, &then(twice(7)));
    is_right(S, &then(twice(8)));
    is_right(S, &then([twice(7), twice(8)].concat()));
    // Once.
    let rule = "events.id-not-reused-in-flight";
    is_wrong(S, rule, &then([twice(7), vec![frame(S, publish(7))]].concat()));
    is_wrong(S, rule, &then(twice(9)));
}

#[test]
fn an_answer_to_nothing_frees_nothing_once_it_was_read() {
    let rule = "events.id-not-reused-in-flight";
    let twice = || vec![frame(S, publish(7)), frame(S, publish(7))];
    // To answer 1 the server has read the ACK that went before it.
    let read = accepted([frame(C, ack(7)), frame(C, publish(1)), frame(S, ack(1))]);
    is_wrong(S, rule, &[read, twice()].concat());
    // So it has where an event of its own has the same id.
    let beside_its_own = [frame(S, publish(1)), frame(C, ack(7)), frame(C, publish(1)), frame(S, ack(1))];
    is_wrong(S, rule, &[accepted(beside_its_own), twice()].concat());
    // To answer what went before, or the first of two under one id, it hasn't.
    let before = accepted([frame(C, publish(1)), frame(C, ack(7)), frame(S, ack(1))]);
    is_right(S, &[before, twice()].concat());
    let may_be_unread = accepted([frame(C, publish(1)), frame(C, ack(7)), frame(C, publish(1)), frame(S, ack(1))]);
    is_right(S, &[may_be_unread, twice()].concat());
}

#[test]
fn a_server_may_pass_over_what_is_malformed_or_reject_it() {
    let malformed = "0005";
    is_right(S, &vec![frame(C, malformed), frame(C, KNOWN), frame(S, CONNECTED)]);
    is_right(S, &vec![frame(C, malformed), frame(C, KNOWN), frame(S, MISMATCH)]);
    is_right(S, &vec![frame(C, malformed), frame(C, KNOWN), frame(S, MISMATCH), frame(S, CONNECTED)]);
    is_right(S, &vec![frame(C, malformed), frame(S, MISMATCH)]);
    is_right(S, &vec![frame(C, malformed), frame(S, PING)]);
    is_right(S, &vec![frame(C, CONNECTED), frame(S, MISMATCH)]);
    is_wrong(S, "malformed.request-ids-length", &vec![frame(C, "0005312e302e30000000"), frame(S, CONNECTED)]);
    is_wrong(S, "malformed.response-to-server", &vec![frame(C, CONNECTED), frame(S, CONNECTED)]);
    // An event behind it and ahead of the request is an early one, whatever comes of the request.
    let early = [frame(C, malformed), frame(C, publish(1)), frame(C, KNOWN), frame(S, CONNECTED)];
    is_wrong(S, "handshake.early-event-not-acked", &[early.to_vec(), vec![frame(S, ack(1))]].concat());
    is_right(S, &[early.to_vec(), vec![frame(S, nack(1))]].concat());
    // One behind the request may be read when the server has accepted.
    is_right(S, &asked(KNOWN, [frame(C, publish(1)), frame(S, CONNECTED), frame(S, ack(1))]));
    is_right(S, &asked(KNOWN, [frame(C, publish(1)), frame(S, MISMATCH), frame(S, nack(1))]));
    is_wrong(
        S,
        "handshake.event-after-rejection-not-acked",
        &asked(KNOWN, [frame(S, MISMATCH), frame(C, publish(1)), frame(S, ack(1))]),
    );
}

#[test]
fn what_may_be_malformed_may_be_taken_for_either() {
    is_right(S, &asked(OPEN_REQUEST, [frame(S, CONNECTED), frame(C, publish(1)), frame(S, ack(1))]));
    is_right(S, &asked(OPEN_REQUEST, [frame(S, MISMATCH)]));
    is_right(S, &asked(OPEN_REQUEST, [frame(S, MISMATCH), frame(C, FIRST_CONTACT), frame(S, HELLO)]));
    is_right(S, &asked(OPEN_REQUEST, [frame(C, KNOWN), frame(S, CONNECTED)]));
}

#[test]
fn malformed_events_may_only_be_nacked() {
    is_right(S, &accepted([frame(C, malformed_publish(1)), frame(S, nack(1))]));
    is_right(C, &accepted([frame(S, malformed_publish(1)), frame(C, nack(1))]));
    for by in [S, C] {
        let nacked_twice = [frame(by.other(), malformed_publish(1)), frame(by, nack(1)), frame(by, nack(1))];
        is_wrong(by, "events.answered-once", &accepted(nacked_twice));
        let session = accepted([frame(by.other(), malformed_publish(1)), frame(by, ack(1))]);
        assert!(broken(&session).iter().any(|(who, rule)| *who == by && rule.starts_with("malformed.")), "{session:?}");
        // Beside a good one of the same id, each has its own answer.
        let beside = [frame(by.other(), malformed_publish(1)), frame(by.other(), publish(1))];
        is_right(by, &accepted(beside.clone().into_iter().chain([frame(by, nack(1)), frame(by, ack(1))])));
        is_right(by, &accepted(beside.into_iter().chain([frame(by, ack(1)), frame(by, nack(1))])));
    }
}

#[test]
fn a_peer_that_has_strayed_is_blamed_by_the_rules_alone() {
    let session =
        accepted([frame(C, publish(1)), frame(S, ack(2)), frame(S, ack(1)), frame(S, ack(1)), frame(S, PING)]);
    assert_eq!(broken(&session), [(S, "events.answer-carries-id"), (S, "events.answered-once")]);
}

#[test]
fn so_many_readings_are_followed_and_no_more() {
    let requests = |count: usize| -> Session { vec![frame(C, OPEN_REQUEST); count] };
    is_right(S, &requests(5));
    let mut observer = Observer::new(Settings::default());
    for (from, passing) in requests(6) {
        observe(&mut observer, from, Duration::ZERO, &passing);
    }
    let gave_up = std::iter::from_fn(|| observer.poll()).any(|finding| finding.kind == FindingKind::GaveUp);
    assert!(gave_up);
}
