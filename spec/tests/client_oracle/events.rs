//! Answers to our events, and the ids of the client's.

use sinkcheck_spec::wire::MessageId;

use crate::exchange::{CONNECTED, Line, PUBLISH_5, REQUEST, ack, check, check_accepted, publish};

const IN_FLIGHT: &str = "events.id-not-reused-in-flight";
const BY_ONE: &str = "events.ids-go-up-by-one";

#[test]
fn each_event_has_one_answer_with_its_id() {
    check_accepted(&[(">", PUBLISH_5, &[]), ("<", "3005", &[]), ("<", "3005", &["events.answered-once"])]);
    check_accepted(&[(">", PUBLISH_5, &[]), ("<", "700500", &[]), ("<", "3005", &["events.answered-once"])]);
    check_accepted(&[(">", PUBLISH_5, &[]), ("<", "3105", &["events.answer-carries-id"])]);
    check_accepted(&[("<", "700000", &["events.answer-carries-id"])]);
    check_accepted(&[(">", PUBLISH_5, &[]), ("<", "3005", &[]), (">", PUBLISH_5, &[]), ("<", "700500", &[])]);
    // Of our ACK for the client's event nothing is to be answered.
    check_accepted(&[("<", PUBLISH_5, &[]), (">", "3005", &[]), ("<", "3005", &["events.answer-carries-id"])]);
}

#[test]
fn what_is_owed_is_what_was_sent_behind_the_acceptance() {
    let id = |number| MessageId::new(number).expect("an id");
    let early = publish(1);
    let (first, second) = (publish(2), publish(3));
    let lines: &[Line<'_>] = &[
        ("<", REQUEST, &[]),
        (">", &early, &[]),
        (">", CONNECTED, &[]),
        (">", &first, &[]),
        (">", &second, &[]),
        ("<", "3003", &[]),
    ];
    assert_eq!(check(lines).unanswered().collect::<Vec<_>>(), [id(2)]);
    // Behind an acceptance that may not have been taken nothing is owed, and what comes is right.
    for doubtful in
        [&[(">", CONNECTED, &[] as &[&str]), ("<", REQUEST, &[])], &[("<", REQUEST, &[] as &[&str]), (">", "16", &[])]]
    {
        let mut lines = doubtful.to_vec();
        lines.extend_from_slice(&[(">", CONNECTED, &[]), (">", &first, &[]), (">", &second, &[]), ("<", "3003", &[])]);
        assert_eq!(check(&lines).unanswered().count(), 0);
    }
}

#[test]
fn the_clients_ids_are_its_own_and_go_up_by_one() {
    check_accepted(&[("<", &publish(7), &[]), ("<", &publish(7), &[IN_FLIGHT, BY_ONE])]);
    check_accepted(&[("<", &publish(7), &[]), (">", &ack(7), &[]), ("<", &publish(9), &[BY_ONE])]);
    check_accepted(&[("<", &publish(4095), &[]), (">", &ack(4095), &[]), ("<", &publish(1), &["events.ids-wrap"])]);
    check_accepted(&[("<", &publish(4095), &[]), ("<", &publish(0), &[])]);
    // Those of the other direction don't count.
    check_accepted(&[("<", &publish(7), &[]), (">", &publish(8), &[]), ("<", &publish(8), &[]), ("<", &ack(8), &[])]);
    // A malformed one has used its id up.
    check_accepted(&[("<", &publish(7), &[]), ("<", "4008", &["layout.publish"]), ("<", &publish(9), &[])]);
}

#[test]
fn only_a_right_answer_of_ours_settles_an_id() {
    // Every id is used once, so that all may come again in their turn.
    let publishes: Vec<String> = (0..4096).map(publish).collect();
    let all: Vec<Line<'_>> = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])).collect();
    let again = |answer: (&'static str, &'static str), broken: &[&str]| {
        let mut lines = all.clone();
        lines.push((answer.0, answer.1, &[]));
        lines.push(("<", &publishes[0], broken));
        check_accepted(&lines);
    };
    again((">", "3000"), &[]);
    again((">", "700000"), &[]);
    // What a receiver does with text that is none is open.
    again((">", "700000ff"), &[]);
    again((">", "300000"), &[IN_FLIGHT]);
    again((">", "30"), &[IN_FLIGHT]);
    again((">", "7000"), &[IN_FLIGHT]);
    again((">", "700005 61"), &[IN_FLIGHT]);
    again((">", "3001"), &[IN_FLIGHT]);
    again(("|", "0003 7000"), &[IN_FLIGHT]);
    again(("|", "0002 30"), &[IN_FLIGHT]);
}

#[test]
fn a_stray_answer_may_meet_an_event_that_is_on_its_way() {
    let publishes: Vec<String> = (0..4096).map(publish).collect();
    let all = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str]));
    // For the client the ACK of 0 came behind its event 0, so it uses the id again. It has no answer to that one.
    let mut lines: Vec<Line<'_>> = vec![(">", "3000", &[])];
    lines.extend(all);
    lines.push(("<", &publishes[0], &[]));
    check_accepted(&lines);
    lines.push(("<", &publishes[0], &[IN_FLIGHT]));
    check_accepted(&lines);
}

#[test]
fn what_is_in_flight_is_told() {
    let publishes: Vec<String> = [4094, 4095, 0].map(publish).to_vec();
    let mut lines: Vec<Line<'_>> = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])).collect();
    let answered = ack(4095);
    lines.push((">", &answered, &[]));
    let oracle = check_accepted(&lines);
    let ids: Vec<u16> = oracle.ids_in_flight().map(MessageId::get).collect();
    assert_eq!((oracle.in_flight(), ids), (2, vec![0, 4094]));
    assert_eq!((check_accepted(&[]).in_flight(), check_accepted(&[]).ids_in_flight().count()), (0, 0));
}
