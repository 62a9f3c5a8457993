//! PONGs.

use crate::exchange::{CONNECTED, HELLO, REQUEST, check, check_accepted};

const ONCE: &str = "keepalive.ping-answered-once";

#[test]
fn pongs_answer_pings() {
    check_accepted(&[(">", "5000", &[]), ("<", "6fff", &[]), ("<", "6000", &[ONCE])]);
    check_accepted(&[(">", "5000", &[]), (">", "5000", &[]), ("<", "6000", &[]), ("<", "6000", &[])]);
    check_accepted(&[(">", "6000", &[]), ("<", "6000", &["keepalive.pong-not-answered"])]);
    check_accepted(&[(">", "5000", &[]), (">", "6000", &[]), ("<", "6000", &[])]);
    // Unasked and answering nothing, it may come at any time, and shows that this client sends some of its own accord.
    assert!(check_accepted(&[("<", "6000", &[])]).ponged_unasked());
    assert!(!check_accepted(&[(">", "5000", &[]), ("<", "6000", &[])]).ponged_unasked());
}

#[test]
fn a_breach_of_a_pong_is_told_from_others() {
    for (content, is_of_pong) in [("6000", true), ("3005", false), ("600000", false)] {
        let mut oracle = check_accepted(&[(">", "6000", &[])]);
        let breaches = oracle.received(&hex::decode(content).expect("hex"));
        let found: Vec<bool> = breaches.iter().map(|breach| breach.is_of_pong()).collect();
        assert_eq!(found, [is_of_pong], "{content}");
    }
}

#[test]
fn behind_several_malformed_contents_a_pong_answers_the_ping_among_them() {
    check_accepted(&[(">", "500000", &[]), (">", "9000", &[]), ("<", "6000", &["malformed.ping-length"])]);
}

#[test]
fn malformed_content_has_no_pong() {
    let cases = [
        ("500000", "malformed.ping-length"),
        ("50", "malformed.ping-length"),
        ("600000", "keepalive.pong-not-answered"),
        ("", "malformed.empty-frame"),
        ("9000", "malformed.unused-type"),
        ("16", "malformed.unused-response-code"),
        ("1000", "malformed.response-long"),
        (REQUEST, "malformed.request-to-client"),
        ("00", "malformed.request-to-client"),
    ];
    for (content, rule) in cases {
        check_accepted(&[(">", content, &[]), ("<", "6000", &[rule])]);
        check_accepted(&[(">", content, &[]), (">", "5000", &[]), ("<", "6000", &[])]);
    }
    check_accepted(&[("|", "0002 50", &[]), ("<", "6000", &["framing.truncated-not-answered"])]);
    check_accepted(&[(">", "5000", &[]), ("|", "0002 50", &[]), ("<", "6000", &[])]);
}

#[test]
fn before_the_response_a_ping_may_be_answered_or_not() {
    let oracle = check(&[("<", REQUEST, &[]), (">", "5000", &[]), ("<", "6000", &[]), ("<", "6000", &[ONCE])]);
    assert_eq!(oracle.pings_waiting(), 0);
    let unanswered = check(&[("<", REQUEST, &[]), (">", "5000", &[]), (">", HELLO, &[])]);
    assert_eq!(unanswered.pings_waiting(), 1);
    // An answer that comes late is no second answer to the next PING.
    let late = check(&[
        ("<", REQUEST, &[]),
        (">", "5000", &[]),
        (">", CONNECTED, &[]),
        (">", "5000", &[]),
        ("<", "6000", &[]),
        ("<", "6000", &[]),
    ]);
    assert_eq!(late.pings_waiting(), 0);
    assert_eq!(check_accepted(&[(">", "5000", &[])]).pings_waiting(), 1);
}
