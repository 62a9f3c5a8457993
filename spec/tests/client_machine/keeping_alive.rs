use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::{ClientConfig, ClientMachine, Effect, Input, Output, ServerRecord, State, Table};

use crate::side::{PING, PONG, Side, ack, close, event, publish, send};

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
fn a_ping_is_sent_after_an_interval_of_nothing_and_not_before() {
    let mut side = Side::accepted();
    assert_eq!(side.machine.deadline(), Some(seconds(60)));
    assert_eq!(side.tick_at(seconds(60) - Duration::from_nanos(1)), []);
    assert_eq!(side.tick_at(seconds(60)), [send(PING)]);
    assert_eq!(side.tick_at(seconds(60)), [], "one is enough");
    side.receive(PONG);
    assert_eq!(side.machine.deadline(), Some(seconds(120)));
    assert_eq!(side.tick_at(seconds(120)), [send(PING)]);
}

#[test]
fn what_is_received_and_what_is_sent_puts_the_ping_off() {
    let mut side = Side::accepted();
    side.now = seconds(50);
    side.receive(PONG);
    assert_eq!(side.machine.deadline(), Some(seconds(110)));
    side.now = seconds(100);
    assert!(matches!(side.publish([event(1, 1)])[..], [Output::Send(_)]));
    // The server's silence is nearer than the end of the interval.
    assert_eq!(side.machine.deadline(), Some(seconds(140)));
    side.now = seconds(105);
    side.receive_message(ack(0));
    assert_eq!(side.machine.deadline(), Some(seconds(165)));
    side.now = seconds(160);
    side.receive_message(publish(0, event(1, 1)));
    assert_eq!(side.machine.deadline(), Some(seconds(220)));
}

#[test]
fn silence_is_dropped_after_one_and_a_half_intervals_and_not_before() {
    let mut side = Side::accepted();
    assert_eq!(side.tick_at(seconds(60)), [send(PING)]);
    assert_eq!(side.machine.deadline(), Some(seconds(90)));
    assert_eq!(side.tick_at(seconds(90) - Duration::from_nanos(1)), []);
    assert_eq!(side.tick_at(seconds(90)), [close(Input::Silence)]);
    assert_eq!(side.machine.deadline(), None);
    assert_eq!(side.tick_at(seconds(900)), []);
}

#[test]
fn a_server_that_never_answers_the_request_is_dropped_without_a_ping() {
    let mut side = Side::asked(Some(2));
    assert_eq!(side.tick_at(seconds(60)), []);
    assert_eq!(side.machine.deadline(), Some(seconds(90)));
    assert_eq!(side.tick_at(seconds(90)), [close(Input::Silence)]);
}

#[test]
fn octets_of_an_unfinished_frame_are_no_silence() {
    let mut side = Side::accepted();
    for round in 1..10 {
        side.now = seconds(59 * round);
        assert_eq!(side.receive("01"), []);
        assert_eq!(side.machine.deadline(), Some(seconds(59 * round + 60)));
    }
    assert_eq!(side.receive(""), [], "nothing arrived");
}

#[test]
fn a_table_that_ignores_idleness_does_not_keep_the_driver_busy() {
    let table = Table::client().with(State::Accepted, Input::Idle, State::Accepted, []);
    let mut server = ServerRecord::default();
    let mut machine = ClientMachine::with_table(Arc::default(), Arc::new(table), Duration::ZERO, &mut server);
    machine.tick(seconds(60), &mut server);
    assert!(machine.deadline() > Some(seconds(60)));
}

#[test]
fn a_table_may_ping_before_the_response() {
    let table = Table::client().with(State::AwaitingResponse, Input::Idle, State::AwaitingResponse, [Effect::Ping]);
    let mut server = ServerRecord::default();
    let config = Arc::new(ClientConfig::default());
    let mut machine = ClientMachine::with_table(config, Arc::new(table), Duration::ZERO, &mut server);
    assert!(machine.poll().is_some());
    machine.tick(seconds(60), &mut server);
    assert_eq!(machine.poll(), Some(send(PING)));
}
