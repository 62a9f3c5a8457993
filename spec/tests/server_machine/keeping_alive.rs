use std::time::Duration;

use sinkcheck_spec::machine::{Input, Output};
use sinkcheck_spec::wire::Message;

use crate::side::{KNOWN, PING, PONG, Side, close, event, publish, send};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn each_ping_gets_one_pong_and_a_pong_gets_nothing() {
    let mut side = Side::accepted();
    assert_eq!(side.receive(PING), [send(PONG)]);
    assert_eq!(side.receive("000250000002500000026000"), [send(PONG), send(PONG)]);
    assert_eq!(side.receive("00025abc"), [send(PONG)], "the twelve bits are ignored");
    assert_eq!(side.receive("00026abc"), []);
}

#[test]
fn pings_may_come_among_other_messages() {
    let mut side = Side::accepted();
    let event = Message::from(publish(1, event(1, 1))).to_frame();
    let octets = [&hex::decode(PING).expect("hex")[..], &event, &hex::decode(PING).expect("hex")].concat();
    let outputs = side.receive_octets(&octets);
    assert_eq!(outputs.len(), 4, "{outputs:?}");
    assert_eq!((&outputs[0], &outputs[3]), (&send(PONG), &send(PONG)));
}

#[test]
fn silence_is_dropped_after_one_and_a_half_intervals_and_not_before() {
    let mut side = Side::accepted();
    assert_eq!(side.machine.deadline(), Some(seconds(90)));
    assert_eq!(side.tick_at(seconds(90) - Duration::from_nanos(1)), []);
    assert_eq!(side.tick_at(seconds(90)), [close(Input::Silence)]);
    assert_eq!(side.machine.deadline(), None);
    assert_eq!(side.tick_at(seconds(900)), []);
}

#[test]
fn a_connection_that_never_asks_is_dropped_as_well() {
    let mut side = Side::new(Some(1));
    assert_eq!(side.machine.deadline(), Some(seconds(90)));
    assert_eq!(side.tick_at(seconds(90)), [close(Input::Silence)]);
    assert_eq!(side.receive(KNOWN), []);
}

#[test]
fn octets_put_the_deadline_off_even_of_an_unfinished_frame() {
    let mut side = Side::accepted();
    for round in 1..10 {
        side.now = seconds(89 * round);
        side.receive(PONG);
        assert_eq!(side.machine.deadline(), Some(seconds(89 * round + 90)));
    }
    side.now = seconds(850);
    assert_eq!(side.receive("ff"), []);
    assert_eq!(side.machine.deadline(), Some(seconds(940)));
    side.now = seconds(860);
    assert_eq!(side.receive(""), [], "nothing arrived");
    assert_eq!(side.machine.deadline(), Some(seconds(940)));
}

#[test]
fn what_is_sent_does_not_put_the_deadline_off() {
    let mut side = Side::accepted();
    side.now = seconds(80);
    assert!(matches!(side.publish([event(1, 1)])[..], [Output::Send(_)]));
    assert_eq!(side.machine.deadline(), Some(seconds(90)));
}
