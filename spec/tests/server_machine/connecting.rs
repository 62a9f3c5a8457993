use sinkcheck_spec::machine::{ClientRecord, Finding, Input, Output, ServerConfig};
use sinkcheck_spec::wire::{ConnectionRequest, InstanceId, QuarantineReason, ResponseCode};

use crate::side::{CONNECTED, FIRST_CONTACT, HELLO, KNOWN, MISMATCH, Side, ack, close, event, publish, send};

/// One connection of a client with this record: its answer, whether it stays open, and the record afterwards.
fn check(recorded: Option<u32>, request: &str, answer: &str, open: bool, afterwards: Option<u32>) {
    let mut side = Side::new(recorded);
    let outputs = side.receive(request);
    assert_eq!(outputs.first(), Some(&send(answer)), "{request}");
    assert_eq!(outputs.iter().filter(|output| matches!(output, Output::Send(_))).count(), 1, "one answer");
    assert_eq!(side.is_open(), open, "{request}");
    assert_eq!(outputs.contains(&Output::Accepted), open);
    assert_eq!(outputs.iter().any(|output| matches!(output, Output::Close { .. })), !open);
    assert_eq!(side.client.recorded, afterwards.map(InstanceId), "{request}");
}

#[test]
fn each_row_of_the_decision_table_is_answered_and_recorded() {
    check(Some(1), KNOWN, CONNECTED, true, Some(1));
    check(Some(1), FIRST_CONTACT, HELLO, true, Some(1));
    check(None, FIRST_CONTACT, HELLO, true, Some(1));
    // A wiped client, another client, another server, both other, and a server id without a record.
    check(Some(7), FIRST_CONTACT, MISMATCH, false, Some(7));
    check(Some(7), KNOWN, MISMATCH, false, Some(7));
    check(Some(1), "000f0005312e302e30000000010000004d", MISMATCH, false, Some(1));
    check(Some(7), "000f0005312e302e30000000010000004d", MISMATCH, false, Some(7));
    check(None, KNOWN, MISMATCH, false, None);
    check(None, "000f0005312e302e30000000010000004d", MISMATCH, false, None);
}

#[test]
fn a_client_that_was_welcomed_is_known_on_its_next_connections() {
    let mut side = Side::new(None);
    assert_eq!(side.receive(FIRST_CONTACT), [send(HELLO), Output::Accepted]);
    let mut side = side.reconnected();
    assert_eq!(side.peer_closed(), [close(Input::PeerClosed)]);
    let mut side = Side::with(ServerConfig::default(), side.client);
    assert_eq!(side.receive(FIRST_CONTACT), [send(HELLO), Output::Accepted], "the first hello may have been lost");
}

#[test]
fn nothing_is_said_before_the_request() {
    let mut side = Side::new(Some(1));
    assert_eq!(side.publish([event(1, 1)]), []);
    assert_eq!(side.receive(&KNOWN[..20]), []);
    let outputs = side.receive(&KNOWN[20..]);
    assert_eq!(outputs[..2], [send(CONNECTED), Output::Accepted]);
    assert_eq!(outputs.len(), 3, "then the event that waited: {outputs:?}");
}

#[test]
fn a_quarantined_client_gets_its_reason() {
    let reason = QuarantineReason::new(&[1, 1, 1][..], "blocked").expect("a small reason");
    let client = ClientRecord::new(Some(InstanceId(1)), Some(reason));
    let mut side = Side::with(ServerConfig::default(), client);
    let because = Input::Request(Finding::Quarantined);
    let expected = [send("000c1303010101626c6f636b6564"), Output::Rejected(ResponseCode::Quarantined), close(because)];
    assert_eq!(side.receive(KNOWN), expected);
}

#[test]
fn another_protocol_version_is_answered_whatever_follows() {
    let rejected = Output::Rejected(ResponseCode::UnsupportedProtocolVersion);
    let because = Input::Request(Finding::UnsupportedProtocol);
    for request in ["000f0105312e302e300000000100000002", "00010f", "000302ffff"] {
        let mut side = Side::new(Some(1));
        assert_eq!(side.receive(request), [send("000114"), rejected.clone(), close(because)]);
        assert_eq!(side.client.recorded, Some(InstanceId(1)));
    }
}

#[test]
fn an_unsupported_application_version_is_turned_away() {
    let mut side = Side::new(None);
    let request = ConnectionRequest::new("0.0.0", InstanceId(1), None).expect("a small request");
    let outputs = side.receive_message(request);
    let because = Input::Request(Finding::UnsupportedApplication);
    let rejected = Output::Rejected(ResponseCode::UnsupportedApplicationVersion);
    assert_eq!(outputs, [send("000115"), rejected, close(because)]);
    assert_eq!(side.client.recorded, None);
}

#[test]
fn a_second_request_closes_without_an_answer() {
    for second in [KNOWN, FIRST_CONTACT, "00010f", "000f0005312e302e30000000090000004d"] {
        let mut side = Side::accepted();
        let outputs = side.receive(second);
        assert!(matches!(outputs[..], [Output::Close { because: Input::Request(_) }]), "{outputs:?}");
        assert_eq!(side.client.recorded, Some(InstanceId(1)));
    }
}

#[test]
fn an_event_before_the_request_is_not_taken_and_closes() {
    let mut side = Side::new(Some(1));
    assert_eq!(side.receive_message(publish(5, event(1, 1))), [close(Input::PublishTaken)]);
    let mut side = Side::new(Some(1));
    assert_eq!(side.receive_message(publish(5, event(99, 1))), [close(Input::PublishRefused)]);
    assert_eq!(side.receive(KNOWN), [], "too late");
    assert_eq!(side.delivered(), []);
}

#[test]
fn what_follows_a_rejection_in_the_same_segment_is_ignored() {
    let mut side = Side::new(Some(7));
    let mut octets = hex::decode(KNOWN).expect("hex");
    octets.extend(sinkcheck_spec::wire::Message::from(publish(1, event(1, 1))).to_frame());
    octets.extend(hex::decode("00025000").expect("hex"));
    octets.extend(hex::decode(FIRST_CONTACT).expect("hex"));
    let because = Input::Request(Finding::OtherClient);
    let rejected = Output::Rejected(ResponseCode::InstanceIdMismatch);
    assert_eq!(side.receive_octets(&octets), [send(MISMATCH), rejected, close(because)]);
    assert_eq!(side.delivered(), []);
    assert_eq!(side.client.recorded, Some(InstanceId(7)));
}

#[test]
fn a_request_and_the_events_behind_it_may_share_a_segment() {
    let mut side = Side::new(Some(1));
    let mut octets = hex::decode(KNOWN).expect("hex");
    octets.extend(sinkcheck_spec::wire::Message::from(publish(7, event(1, 1))).to_frame());
    let expected = [send(CONNECTED), Output::Accepted, Output::Deliver(event(1, 1)), crate::side::send_message(ack(7))];
    assert_eq!(side.receive_octets(&octets), expected);
}

#[test]
fn pings_and_stray_answers_before_the_request_are_ignored() {
    let mut side = Side::new(Some(1));
    assert_eq!(side.receive("0002500000026000"), []);
    assert_eq!(side.receive_message(ack(0)), []);
    assert_eq!(side.receive(KNOWN), [send(CONNECTED), Output::Accepted]);
}

#[test]
fn a_newer_connection_ends_this_one() {
    let mut side = Side::accepted();
    side.machine.taken_over(&mut side.client);
    assert_eq!(side.outputs(), [close(Input::TakenOver)]);
    assert_eq!(side.receive(crate::side::PING), []);
}
