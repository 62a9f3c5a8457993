//! What is due, and when: answers and closes within the patience, PINGs and drops within intervals.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Observer, Settings};

use crate::contents::{CONNECTED, KNOWN, MISMATCH, PING, PONG, QUARANTINED, ack, nack, octets, publish};
use crate::sessions::{C, S, end, frame};
use crate::world::{Passing, observe};

const INTERVAL: Duration = Duration::from_secs(10);

/// What passes at which second, and what is blamed by the last.
fn blames(settings: Settings, timed: &[(f64, (Role, Passing))], until: f64) -> Vec<(Role, &'static str, f64)> {
    let mut observer = Observer::new(settings);
    let mut list = Vec::new();
    let advance = |observer: &mut Observer, to: Duration| {
        while let Some(deadline) = observer.deadline().filter(|deadline| *deadline <= to) {
            observer.tick(deadline);
        }
    };
    for (at, (from, passing)) in timed {
        let at = Duration::from_secs_f64(*at);
        advance(&mut observer, at);
        observe(&mut observer, *from, at, passing);
    }
    advance(&mut observer, Duration::from_secs_f64(until));
    while let Some(finding) = observer.poll() {
        list.push((finding.by, finding.rule().expect("a breach"), finding.at.as_secs_f64()));
    }
    list
}

fn accepted(rest: Vec<(f64, (Role, Passing))>) -> Vec<(f64, (Role, Passing))> {
    let mut timed = vec![(0.0, frame(C, KNOWN)), (0.0, frame(S, CONNECTED))];
    timed.extend(rest);
    timed
}

#[test]
fn an_answer_that_does_not_come_is_blamed_when_patience_ends() {
    let patient = Settings { patience: Duration::from_secs(5), ..Settings::default() };
    let check = |timed: &[(f64, (Role, Passing))], until: f64, expected: &[(Role, &'static str, f64)]| {
        assert_eq!(blames(patient, timed, until), expected, "{timed:?}");
    };
    check(&[(1.0, frame(C, KNOWN))], 5.9, &[]);
    check(&[(1.0, frame(C, KNOWN))], 60.0, &[(S, "handshake.first-request-answered", 6.0)]);
    check(&accepted(vec![(1.0, frame(C, publish(1)))]), 60.0, &[(S, "events.answered", 6.0)]);
    check(&accepted(vec![(1.0, frame(S, publish(1)))]), 60.0, &[(C, "events.answered", 6.0)]);
    check(&accepted(vec![(1.0, frame(S, publish(1))), (5.0, frame(C, nack(1)))]), 60.0, &[]);
    check(&accepted(vec![(1.0, frame(S, PING))]), 60.0, &[(C, "keepalive.ping-answered", 6.0)]);
    check(&accepted(vec![(1.0, frame(S, PING)), (2.0, frame(C, PONG))]), 60.0, &[]);
    // One of two that were sent at once is missing.
    let two = vec![(1.0, frame(C, publish(1))), (2.0, frame(C, publish(2))), (3.0, frame(S, ack(2)))];
    check(&accepted(two), 60.0, &[(S, "events.answered", 6.0)]);
    // Whoever is gone, or has been left, owes nothing.
    check(&accepted(vec![(1.0, frame(C, publish(1))), (2.0, end(S))]), 60.0, &[]);
    check(&accepted(vec![(1.0, frame(C, publish(1))), (2.0, end(C))]), 60.0, &[]);
    // Nor does a server that has not accepted.
    check(&[(0.0, frame(C, publish(1)))], 60.0, &[(C, "introduction.request-first", 0.0)]);
}

#[test]
fn a_close_that_does_not_come_is_blamed_when_patience_ends() {
    let patient = Settings { patience: Duration::from_secs(5), ..Settings::default() };
    for (response, rule) in [
        (MISMATCH, "handshake.mismatch-closes"),
        ("1300", "handshake.quarantined-closes"),
        ("15", "handshake.unsupported-application-closes"),
    ] {
        let mut timed = vec![(0.0, frame(C, KNOWN)), (1.0, frame(S, response))];
        assert_eq!(blames(patient, &timed, 60.0), [(S, rule, 6.0)]);
        timed.push((2.0, end(S)));
        assert_eq!(blames(patient, &timed, 60.0), []);
    }
    let of_server = |content: &str| {
        let found = blames(patient, &accepted(vec![(1.0, frame(C, content))]), 60.0);
        found.into_iter().filter(|(by, ..)| *by == S).map(|(_, rule, at)| (rule, at)).collect::<Vec<_>>()
    };
    assert_eq!(of_server("2000"), [("malformed.closes", 6.0)]);
    assert_eq!(of_server("10"), [("malformed.other-role-closes", 6.0)]);
    assert_eq!(of_server("4001"), [("malformed.publish-closes-or-nacks", 6.0)]);
    assert_eq!(of_server(KNOWN), [("handshake.second-request-closes", 6.0)]);
    let nacked = accepted(vec![(1.0, frame(C, "4001")), (2.0, frame(S, nack(1)))]);
    assert!(blames(patient, &nacked, 60.0).iter().all(|(by, ..)| *by == C));
}

/// Content of which the text leaves open whether a receiver takes it for malformed.
const OPEN_REQUEST: &str = "0001ff00000001";
const OPEN_REJECTION: &str = "1300ff";
const OPEN_PUBLISH: &str = "4001818080808080808080800001016b0180e2cfaa060464617461";

#[test]
fn for_what_may_be_malformed_nothing_is_due() {
    let patient = Settings { patience: Duration::from_secs(5), ..Settings::default() };
    let of_server = |timed: &[(f64, (Role, Passing))]| {
        let found = blames(patient, timed, 60.0);
        found.into_iter().filter(|(by, ..)| *by == S).map(|(_, rule, _)| rule).collect::<Vec<_>>()
    };
    let asked = |response: &str| vec![(0.0, frame(C, KNOWN)), (0.0, frame(S, response))];
    assert_eq!(of_server(&[(0.0, frame(C, OPEN_REQUEST))]), Vec::<&str>::new());
    assert_eq!(of_server(&accepted(vec![(1.0, frame(C, OPEN_PUBLISH))])), Vec::<&str>::new());
    assert_eq!(of_server(&asked(OPEN_REJECTION)), ["layout.text-utf8"]);
    assert_eq!(of_server(&asked(QUARANTINED)), ["handshake.quarantined-closes"]);
    // A NACK that may be malformed has answered.
    let nacked = accepted(vec![(1.0, frame(C, publish(1))), (2.0, frame(S, "700100ff"))]);
    assert_eq!(of_server(&nacked), ["layout.text-utf8"]);
    // A client that has sent what has to be closed upon may never have been accepted.
    let strayed = [(0.0, frame(C, KNOWN)), (0.0, frame(C, "80")), (0.0, frame(S, CONNECTED)), (1.0, frame(C, PING))];
    assert!(!of_server(&strayed).contains(&"keepalive.ping-answered"));
}

#[test]
fn behind_an_end_nothing_is_due() {
    let patient = Settings { patience: Duration::from_secs(5), ..Settings::default() };
    assert_eq!(blames(patient, &[(0.0, end(S)), (0.0, frame(C, KNOWN))], 60.0), []);
    let left = [(0.0, frame(C, KNOWN)), (0.0, end(C)), (1.0, frame(S, MISMATCH))];
    assert_eq!(blames(patient, &left, 60.0), []);
    let known = Settings { keepalive_interval: Some(INTERVAL), ..Settings::default() };
    let left = [(0.0, frame(C, KNOWN)), (0.0, end(C)), (1.0, frame(S, CONNECTED))];
    assert_eq!(blames(known, &left, 600.0), []);
}

#[test]
fn a_nack_stands_for_the_close_only_for_the_event_that_was_malformed() {
    let patient = Settings { patience: Duration::from_secs(5), ..Settings::default() };
    let other = accepted(vec![(1.0, frame(C, publish(2))), (1.0, frame(C, "4009")), (1.0, frame(S, nack(2)))]);
    let found = blames(patient, &other, 60.0);
    assert!(found.contains(&(S, "malformed.publish-closes-or-nacks", 6.0)), "{found:?}");
}

#[test]
fn a_client_keeps_a_line_alive_by_a_ping_behind_a_quiet_interval() {
    let known = Settings { keepalive_interval: Some(INTERVAL), ..Settings::default() };
    for (at, from, content, times) in
        [(9.0, C, octets(PING), 1), (8.9, C, octets(PING), 0), (9.0, S, octets(PING), 0), (9.0, C, publish(1), 0)]
    {
        let mut observer = Observer::new(known);
        for (at, (from, passing)) in accepted(vec![(at, frame(from, content))]) {
            observe(&mut observer, from, Duration::from_secs_f64(at), &passing);
        }
        let count = |role| observer.tally(role).count("keepalive.client-pings").exercised;
        assert_eq!((count(C), count(S)), (times, 0), "{from} at {at}");
    }
}

#[test]
fn silence_is_judged_only_where_the_interval_is_known() {
    let known = Settings { keepalive_interval: Some(INTERVAL), ..Settings::default() };
    let quiet = accepted(vec![]);
    assert_eq!(blames(Settings::default(), &quiet, 600.0), []);
    assert_eq!(
        blames(known, &quiet, 600.0),
        [
            (C, "keepalive.client-pings", 12.0),
            (S, "keepalive.silent-peer-dropped", 21.0),
            (C, "keepalive.silent-peer-dropped", 21.0),
        ]
    );
    // 1.1 intervals are still right, and so is every drop between 1.5 and 2.
    assert_eq!(blames(known, &accepted(vec![(11.0, frame(C, PING)), (11.1, frame(S, PONG))]), 21.0), []);
    let dropped = accepted(vec![(1.0, frame(S, publish(1))), (1.0, frame(C, ack(1))), (12.9, end(S))]);
    assert_eq!(blames(known, &dropped, 600.0), []);
    // A client that is talked to need not PING: it has received something.
    let talked_to = accepted((1..9).map(|n| (f64::from(n) * 9.0, frame(S, PONG))).collect());
    let found = blames(known, &talked_to, 72.0);
    assert!(found.iter().all(|(_, rule, _)| *rule == "keepalive.silent-peer-dropped"), "{found:?}");
}

#[test]
fn parts_of_a_large_frame_are_no_silence() {
    let mut observer = Observer::new(Settings { keepalive_interval: Some(INTERVAL), ..Settings::default() });
    for (_, (from, passing)) in accepted(vec![]) {
        observe(&mut observer, from, Duration::ZERO, &passing);
    }
    for second in (5..100).step_by(5) {
        observer.part_of_frame(C, Duration::from_secs(second));
    }
    let found: Vec<_> = std::iter::from_fn(|| observer.poll()).map(|finding| (finding.by, finding.rule())).collect();
    // Nothing at all reaches the client, that is so.
    assert_eq!(found, [(C, Some("keepalive.silent-peer-dropped"))]);
}

#[test]
fn every_rule_that_is_met_is_counted_and_no_other() {
    let mut observer = Observer::new(Settings::default());
    let session = accepted(vec![
        (1.0, frame(C, publish(4095))),
        (1.0, frame(S, publish(4095))),
        (1.1, frame(S, ack(4095))),
        (1.2, frame(C, publish(0))),
        (1.3, frame(S, nack(0))),
        (1.3, frame(C, ack(4095))),
        (1.4, frame(C, PING)),
        (1.5, frame(S, PONG)),
        (1.6, frame(S, PONG)),
    ]);
    for (at, (from, passing)) in session {
        observe(&mut observer, from, Duration::from_secs_f64(at), &passing);
    }
    let of = |role: Role, rule: &str| {
        let count = observer.tally(role).count(rule);
        (count.exercised, count.broken)
    };
    assert_eq!(of(S, "handshake.first-request-answered"), (1, 0));
    assert_eq!(of(S, "handshake.connected-stays-open"), (1, 0));
    assert_eq!(of(S, "events.answered"), (2, 0));
    assert_eq!(of(C, "events.answered"), (1, 0));
    assert_eq!(of(C, "events.ids-wrap"), (1, 0));
    assert_eq!(of(C, "events.ids-go-up-by-one"), (0, 0));
    assert_eq!(of(S, "events.nack-sent-keeps-connection"), (1, 0));
    assert_eq!(of(S, "events.directions-independent"), (0, 0));
    assert_eq!(of(C, "events.directions-independent"), (1, 0));
    assert_eq!(of(S, "keepalive.ping-answered"), (1, 0));
    assert_eq!(of(C, "introduction.request-first"), (1, 0));
    assert_eq!(of(C, "handshake.first-request-answered"), (0, 0));
    assert_eq!(of(S, "layout.ack"), (1, 0));
    assert_eq!(of(S, "handshake.mismatch-closes"), (0, 0));
}
