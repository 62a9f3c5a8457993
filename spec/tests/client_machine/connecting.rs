use sinkcheck_spec::machine::{ApplicationVersion, ClientConfig, Input, Output, Reply, ServerRecord};
use sinkcheck_spec::wire::{ConnectionRequest, InstanceId, Message, QuarantineReason, ResponseCode};

use crate::side::{CONNECTED, FIRST_CONTACT, HELLO, KNOWN, Side, close, event, publish, send, send_message};

/// One connection of a client that knows this server, if any: what comes of the response, and the id kept afterwards.
fn check(server: Option<u32>, response: &str, expected: &[Output], afterwards: Option<u32>) {
    let mut side = Side::asked(server);
    assert_eq!(side.receive(response), expected, "{response}");
    assert_eq!(side.is_open(), expected.contains(&Output::Accepted), "{response}");
    assert_eq!(side.server.server_instance_id, afterwards.map(InstanceId), "{response}");
    assert_eq!(side.server.client_instance_id, InstanceId(1));
}

fn rejected(code: ResponseCode, reply: Reply) -> [Output; 2] {
    [Output::Rejected(code), close(Input::Response(reply))]
}

#[test]
fn the_request_is_the_first_thing_that_is_said() {
    assert_eq!(Side::new(None).outputs(), [send(FIRST_CONTACT)]);
    assert_eq!(Side::new(Some(2)).outputs(), [send(KNOWN)]);
    let application_version = ApplicationVersion::new("2.1-ü").expect("a short version");
    let config = ClientConfig { application_version, ..ClientConfig::default() };
    let mut side = Side::with(config, ServerRecord::new(InstanceId(u32::MAX), Some(InstanceId(0))));
    let request = ConnectionRequest::new("2.1-ü", InstanceId(u32::MAX), Some(InstanceId(0))).expect("a request");
    assert_eq!(side.outputs(), [send_message(request)]);
}

#[test]
fn acceptances_that_fit_the_request_are_taken_and_a_hellos_id_is_kept() {
    check(None, HELLO, &[Output::ServerIdChanged(InstanceId(2)), Output::Accepted], Some(2));
    check(Some(2), CONNECTED, &[Output::Accepted], Some(2));
}

#[test]
fn acceptances_that_do_not_fit_the_request_close_and_change_nothing() {
    check(Some(2), HELLO, &[close(Input::Response(Reply::UnexpectedHello))], Some(2));
    check(Some(2), "00051100000009", &[close(Input::Response(Reply::UnexpectedHello))], Some(2));
    check(None, CONNECTED, &[close(Input::Response(Reply::UnexpectedConnected))], None);
}

#[test]
fn rejections_close_and_change_nothing() {
    for server in [None, Some(2)] {
        check(server, "000112", &rejected(ResponseCode::InstanceIdMismatch, Reply::Mismatch), server);
        let unsupported = rejected(ResponseCode::UnsupportedProtocolVersion, Reply::UnsupportedProtocol);
        check(server, "000114", &unsupported, server);
        let unsupported = rejected(ResponseCode::UnsupportedApplicationVersion, Reply::UnsupportedApplication);
        check(server, "000115", &unsupported, server);
        // A reason that looks like an id.
        let reason = Output::Quarantined(QuarantineReason::new(&[0, 0, 9][..], "blocked").expect("a small reason"));
        let [code, close] = rejected(ResponseCode::Quarantined, Reply::Quarantined);
        check(server, "000c1303000009626c6f636b6564", &[reason, code, close], server);
    }
}

#[test]
fn the_id_of_a_hello_is_in_every_later_request() {
    let mut side = Side::asked(None);
    side.receive(HELLO);
    side.peer_closed();
    let mut side = side.reconnected();
    side.peer_closed();
    // A rejection in between changes nothing.
    let mut side = Side::with(ClientConfig::default(), side.server);
    assert_eq!(side.outputs(), [send(KNOWN)]);
    side.receive("000112");
    side.reconnected();
}

#[test]
fn nothing_but_the_request_is_said_before_the_response_and_events_follow_an_acceptance() {
    let mut side = Side::asked(Some(2));
    assert_eq!(side.publish([event(1, 1)]), []);
    let outputs = side.receive(CONNECTED);
    assert_eq!(outputs[0], Output::Accepted);
    assert_eq!(outputs[1..], [send_message(publish(0, event(1, 1)))]);
}

#[test]
fn no_event_follows_a_rejection_nor_an_answer_that_does_not_fit() {
    for response in ["000112", "00021300", "000114", "000115", HELLO] {
        let mut side = Side::asked(Some(2));
        side.publish([event(1, 1)]);
        let outputs = side.receive(response);
        assert!(!outputs.iter().any(|output| matches!(output, Output::Send(_))), "{response}: {outputs:?}");
        assert_eq!(side.receive(CONNECTED), [], "{response}: too late");
        assert_eq!(side.server.outbox.unanswered(), 1);
    }
}

#[test]
fn an_event_before_the_response_is_neither_taken_nor_answered_and_closes() {
    for (kind, input) in [(1, Input::PublishTaken), (99, Input::PublishRefused)] {
        let mut side = Side::asked(Some(2));
        assert_eq!(side.receive_message(publish(5, event(kind, 1))), [close(input)]);
        assert_eq!(side.receive(CONNECTED), [], "too late");
        assert_eq!(side.delivered(), []);
    }
}

#[test]
fn pings_and_stray_answers_before_the_response_are_ignored() {
    let mut side = Side::asked(Some(2));
    side.publish([event(1, 1)]);
    assert_eq!(side.receive("0002500000026000"), []);
    assert_eq!(side.receive("00023000"), []);
    assert_eq!(side.receive("0003700000"), []);
    assert_eq!(side.receive(CONNECTED).len(), 2, "accepted, and the event is still to be sent");
}

#[test]
fn a_second_response_closes_and_changes_nothing() {
    for second in [HELLO, "00051100000009", CONNECTED, "000112", "00021300", "000114", "000115"] {
        let mut side = Side::accepted();
        side.publish([event(1, 1)]);
        let outputs = side.receive(second);
        assert!(matches!(outputs[..], [Output::Close { because: Input::Response(_) }]), "{second}: {outputs:?}");
        assert_eq!(side.server.server_instance_id, Some(InstanceId(2)), "{second}");
        assert_eq!(side.server.outbox.unanswered(), 1);
    }
}

#[test]
fn an_acceptance_and_what_follows_it_may_share_a_segment() {
    let mut side = Side::asked(None);
    let event_frame = Message::from(publish(7, event(1, 1))).to_frame();
    let octets = [hex::decode(HELLO).expect("hex"), event_frame].concat();
    let expected = [
        Output::ServerIdChanged(InstanceId(2)),
        Output::Accepted,
        Output::Deliver(event(1, 1)),
        send_message(crate::side::ack(7)),
    ];
    assert_eq!(side.receive_octets(&octets), expected);
}

#[test]
fn what_follows_a_rejection_in_the_same_segment_is_ignored() {
    let mut side = Side::asked(None);
    let event_frame = Message::from(publish(7, event(1, 1))).to_frame();
    let octets = [hex::decode("000112").expect("hex"), hex::decode(HELLO).expect("hex"), event_frame].concat();
    assert_eq!(side.receive_octets(&octets), rejected(ResponseCode::InstanceIdMismatch, Reply::Mismatch));
    assert_eq!((side.server.server_instance_id, side.delivered()), (None, vec![]));
}
