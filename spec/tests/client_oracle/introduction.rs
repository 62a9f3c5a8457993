//! The request, what may come before the response, and what follows it.

use sinkcheck_spec::oracle::{ClientOracle, Phase};

use crate::exchange::{CONNECTED, HELLO, Line, MISMATCH, PUBLISH_5, REQUEST, check, check_accepted};

const FIRST: &str = "introduction.request-first";
const EARLY: &str = "introduction.only-request-before-response";
const EARLY_ACK: &str = "introduction.early-publish-not-acked";
const AFTER_REJECTION: &str = "introduction.no-publish-after-rejection";

#[test]
fn the_request_comes_first() {
    for content in [PUBLISH_5, "5000", "6000", "3000", "700000", CONNECTED] {
        check(&[("<", content, &[FIRST]), ("<", REQUEST, &[])]);
        // An acceptance that nobody asked for changes nothing in that.
        check(&[(">", CONNECTED, &[]), ("<", content, &[FIRST])]);
    }
    check(&[("<", "", &["framing.one-message-in-a-frame", FIRST])]);
    // Only one message is the first.
    check(&[("<", "5000", &[FIRST]), ("<", "5000", &[]), ("<", PUBLISH_5, &[EARLY]), ("<", REQUEST, &[])]);
    // To answer a PING of ours is open before the response, so it is before the request.
    check(&[(">", "5000", &[]), ("<", "6000", &[]), ("<", REQUEST, &[])]);
}

#[test]
fn the_request_is_for_version_0() {
    for content in ["01", "0fff", "0105312e302e300000000100000002"] {
        check(&[("<", content, &["introduction.carries-protocol-version"])]);
    }
    check(&[("<", "00000000000000000000", &[])]);
}

#[test]
fn a_second_request_is_one_too_many() {
    check(&[("<", REQUEST, &[]), ("<", REQUEST, &["introduction.one-request"])]);
    check(&[("<", REQUEST, &[]), (">", MISMATCH, &[]), ("<", REQUEST, &["introduction.one-request"])]);
    check_accepted(&[("<", REQUEST, &["introduction.one-request"])]);
    check(&[("<", "0005", &["layout.connection-request"]), ("<", REQUEST, &["introduction.one-request"])]);
    check(&[("<", REQUEST, &[]), ("<", "01", &["introduction.carries-protocol-version", "introduction.one-request"])]);
}

#[test]
fn only_ping_and_pong_come_between_request_and_response() {
    for content in [PUBLISH_5, "3000", "700000", CONNECTED, HELLO] {
        check(&[("<", REQUEST, &[]), ("<", content, &[EARLY])]);
    }
    check(&[("<", REQUEST, &[]), ("<", "", &["framing.one-message-in-a-frame", EARLY])]);
    check(&[("<", REQUEST, &[]), ("<", "5000", &[]), ("<", "6000", &[])]);
    // What was on its way when the response went can't be told from what came because of it.
    check_accepted(&[("<", PUBLISH_5, &[])]);
}

#[test]
fn an_early_event_may_be_nacked_late_and_not_acked() {
    check(&[(">", PUBLISH_5, &[]), ("<", "3005", &[EARLY_ACK]), ("<", REQUEST, &[])]);
    check(&[("<", REQUEST, &[]), (">", PUBLISH_5, &[]), ("<", "3005", &[EARLY_ACK])]);
    check(&[("<", REQUEST, &[]), (">", PUBLISH_5, &[]), (">", CONNECTED, &[]), ("<", "3005", &[EARLY_ACK])]);
    check(&[("<", REQUEST, &[]), (">", PUBLISH_5, &[]), ("<", "700500", &[EARLY])]);
    check(&[("<", REQUEST, &[]), (">", PUBLISH_5, &[]), (">", CONNECTED, &[]), ("<", "700500", &[])]);
    // Sent again behind the response it is another event, and the ACK is for that one.
    let again: &[Line<'_>] =
        &[("<", REQUEST, &[]), (">", PUBLISH_5, &[]), (">", CONNECTED, &[]), (">", PUBLISH_5, &[]), ("<", "3005", &[])];
    check(again);
    let mut twice = again.to_vec();
    twice.push(("<", "3005", &[EARLY_ACK]));
    check(&twice);
}

#[test]
fn nothing_is_published_after_a_rejection() {
    for rejection in [MISMATCH, "13 00", "13 04 00000002", "14", "15", "13 00 ff"] {
        check(&[("<", REQUEST, &[]), (">", rejection, &[]), ("<", PUBLISH_5, &[AFTER_REJECTION])]);
        check(&[
            ("<", REQUEST, &[]),
            (">", rejection, &[]),
            ("<", "5000", &[]),
            (">", PUBLISH_5, &[]),
            ("<", "700500", &[]),
        ]);
    }
    check_accepted(&[(">", MISMATCH, &[]), ("<", PUBLISH_5, &[])]);
}

#[test]
fn an_acceptance_behind_a_rejection_accepts_nobody() {
    let second = "malformed.second-response";
    check(&[("<", REQUEST, &[]), (">", MISMATCH, &[]), (">", CONNECTED, &[]), ("<", PUBLISH_5, &[second])]);
    check(&[("<", REQUEST, &[]), (">", MISMATCH, &[]), (">", "14", &[]), ("<", PUBLISH_5, &[AFTER_REJECTION])]);
    // A reason that isn't UTF-8 may be a rejection for one client and no response for another, which then may be accepted.
    check(&[("<", REQUEST, &[]), (">", "1300ff", &[]), (">", CONNECTED, &[]), ("<", PUBLISH_5, &[])]);
    // One that came before the request may be read before it or behind it.
    check(&[(">", MISMATCH, &[]), ("<", REQUEST, &[]), (">", CONNECTED, &[]), ("<", PUBLISH_5, &[])]);
    check(&[(">", CONNECTED, &[]), ("<", REQUEST, &[]), (">", MISMATCH, &[]), ("<", PUBLISH_5, &[])]);
}

#[test]
fn the_phase_follows_what_we_sent() {
    assert_eq!(ClientOracle::new().phase(), Phase::NoRequest);
    assert_eq!(check(&[(">", CONNECTED, &[])]).phase(), Phase::NoRequest);
    assert_eq!(check(&[("<", REQUEST, &[])]).phase(), Phase::Asked);
    assert_eq!(check(&[("<", "01", &["introduction.carries-protocol-version"])]).phase(), Phase::Asked);
    assert_eq!(check(&[("<", REQUEST, &[]), (">", "16", &[])]).phase(), Phase::Asked);
    assert_eq!(check(&[("<", REQUEST, &[]), (">", HELLO, &[])]).phase(), Phase::Accepted);
    assert_eq!(check(&[("<", REQUEST, &[]), (">", "16", &[]), (">", HELLO, &[])]).phase(), Phase::Accepted);
    assert_eq!(check(&[("<", REQUEST, &[]), (">", MISMATCH, &[])]).phase(), Phase::Rejected);
    assert_eq!(check_accepted(&[(">", MISMATCH, &[])]).phase(), Phase::Accepted);
}

#[test]
fn a_client_shows_that_it_read_the_acceptance() {
    assert!(!check_accepted(&[]).took_acceptance());
    assert!(check_accepted(&[("<", PUBLISH_5, &[])]).took_acceptance());
    assert!(check_accepted(&[(">", PUBLISH_5, &[]), ("<", "3005", &[])]).took_acceptance());
    assert!(check_accepted(&[(">", PUBLISH_5, &[]), ("<", "700500", &[])]).took_acceptance());
    // It may send these without having read anything.
    assert!(!check_accepted(&[("<", "5000", &[]), ("<", "6000", &[])]).took_acceptance());
    assert!(!check(&[("<", REQUEST, &[]), ("<", PUBLISH_5, &[EARLY]), (">", CONNECTED, &[])]).took_acceptance());
    let early: &[Line<'_>] = &[("<", REQUEST, &[]), (">", PUBLISH_5, &[]), (">", CONNECTED, &[]), ("<", "700500", &[])];
    assert!(!check(early).took_acceptance());
}
