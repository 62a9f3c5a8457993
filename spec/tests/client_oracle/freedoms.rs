//! What the text leaves to a client: none of it is blamed.

use crate::exchange::{CONNECTED, HELLO, Line, MISMATCH, PUBLISH_5, REQUEST, ack, check, check_accepted, publish};

#[test]
fn every_freedom_of_a_connection() {
    let (five, six, seven) = (publish(5), publish(6), publish(7));
    let freedoms: &[(&str, &[Line<'_>])] = &[
        ("a PING right behind the request", &[("<", REQUEST, &[]), ("<", "5000", &[])]),
        (
            "an early PING answered late",
            &[("<", REQUEST, &[]), (">", "5000", &[]), (">", HELLO, &[]), ("<", "6000", &[])],
        ),
        (
            "bits in a PING and a PONG",
            &[("<", REQUEST, &[]), (">", CONNECTED, &[]), ("<", "5abc", &[]), (">", "5000", &[]), ("<", "6abc", &[])],
        ),
        (
            "a NACK, and then on it goes",
            &[
                ("<", REQUEST, &[]),
                (">", CONNECTED, &[]),
                (">", PUBLISH_5, &[]),
                ("<", "700500", &[]),
                ("<", PUBLISH_5, &[]),
            ],
        ),
        (
            "answers in any order",
            &[
                ("<", REQUEST, &[]),
                (">", CONNECTED, &[]),
                (">", &five, &[]),
                (">", &six, &[]),
                (">", &seven, &[]),
                ("<", "3007", &[]),
                ("<", "700500", &[]),
                ("<", "3006", &[]),
            ],
        ),
        (
            "a stray answer of ours is ignored",
            &[("<", REQUEST, &[]), (">", CONNECTED, &[]), (">", "3123", &[]), (">", "712300", &[]), ("<", &five, &[])],
        ),
        (
            "events without waiting for answers",
            &[("<", REQUEST, &[]), (">", CONNECTED, &[]), ("<", &five, &[]), ("<", &six, &[]), ("<", &seven, &[])],
        ),
        ("hello to a known client, and it goes on", &[("<", REQUEST, &[]), (">", HELLO, &[]), ("<", &five, &[])]),
        (
            "connected to a new client, and it goes on",
            &[("<", "0005312e302e3000000001", &[]), (">", CONNECTED, &[]), ("<", &five, &[])],
        ),
        ("PINGs after a rejection", &[("<", REQUEST, &[]), (">", MISMATCH, &[]), ("<", "5000", &[])]),
        (
            "a malformed event NACKed",
            &[("<", REQUEST, &[]), (">", CONNECTED, &[]), (">", "4005", &[]), ("<", "700500", &[])],
        ),
        (
            "goes on after a second response",
            &[("<", REQUEST, &[]), (">", CONNECTED, &[]), (">", HELLO, &[]), (">", &five, &[]), ("<", "3005", &[])],
        ),
    ];
    for (name, lines) in freedoms {
        let found = std::panic::catch_unwind(|| check(lines));
        assert!(found.is_ok(), "{name}");
    }
}

#[test]
fn ids_begin_anywhere_and_wrap() {
    for first in [0, 1, 1351, 4094, 4095] {
        let publishes: Vec<String> = (0..5).map(|step| publish((first + step) % 4096)).collect();
        let lines: Vec<Line<'_>> = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])).collect();
        check_accepted(&lines);
    }
}

#[test]
fn an_id_in_flight_may_be_skipped_or_waited_for() {
    let publishes: Vec<String> = (0..4096).map(publish).collect();
    let mut lines: Vec<Line<'_>> = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])).collect();
    let acks = [ack(0), ack(1), ack(3)];
    // 2 stays unanswered.
    lines.extend(acks.iter().map(|ack| (">", ack.as_str(), &[] as &[&str])));
    lines.extend([0, 1, 3].map(|id| ("<", publishes[id].as_str(), &[] as &[&str])));
    check_accepted(&lines);
}

#[test]
fn an_id_whose_answer_was_read_is_not_skipped() {
    let publishes: Vec<String> = (0..4096).map(publish).collect();
    let answered = [ack(0), ack(1)];
    let mut lines: Vec<Line<'_>> = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])).collect();
    lines.extend(answered.iter().map(|ack| (">", ack.as_str(), &[] as &[&str])));
    lines.push((">", publishes[9].as_str(), &[]));
    let skipped = publishes[1].as_str();
    check_accepted(&[lines.clone(), vec![("<", skipped, &[])]].concat());
    let answer = ack(9);
    lines.push(("<", answer.as_str(), &[]));
    check_accepted(&[lines, vec![("<", skipped, &["events.ids-wrap"])]].concat());
}
