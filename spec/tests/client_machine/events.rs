use sinkcheck_spec::machine::{ClientConfig, EventNumber, Input, Output};
use sinkcheck_spec::wire::{Event, EventFields, Message};

use crate::side::{CONNECTED, PING, PONG, Side, ack, close, event, id, nack, publish, send, send_message};

/// The ids of the PUBLISHes among the outputs.
fn published(outputs: &[Output]) -> Vec<(u16, u64)> {
    let frames = outputs.iter().filter_map(|output| if let Output::Send(frame) = output { Some(frame) } else { None });
    let message = |frame: &Vec<u8>| match Message::decode(&frame[2..]) {
        Ok(Message::Publish(publish)) => Some((publish.message_id.get(), publish.event.offset())),
        _ => None,
    };
    frames.filter_map(message).collect()
}

#[test]
fn an_event_is_delivered_field_for_field_and_acked() {
    let mut side = Side::accepted();
    let widest = EventFields {
        event_type_id: u64::MAX,
        schema_version: 0,
        key: vec![0, 255].into(),
        offset: u64::MAX,
        timestamp: u64::MAX,
        event_data: vec![7; 60_000].into(),
    };
    let widest = Event::new(widest).expect("fits a frame");
    let outputs = side.receive_message(publish(4095, widest.clone()));
    assert_eq!(outputs, [Output::Deliver(widest.clone()), send_message(ack(4095))]);
    assert_eq!(side.delivered(), [widest]);
}

#[test]
fn a_refused_event_is_nacked_and_the_connection_goes_on() {
    let mut side = Side::accepted();
    let outputs = side.receive_message(publish(3, event(99, 1)));
    assert_eq!(outputs, [send("001170030204046e6f20737563682074797065")]);
    assert_eq!(side.delivered(), []);
    assert_eq!(side.receive(PING), [send(PONG)]);
}

#[test]
fn events_are_answered_in_their_order_and_a_repeated_one_again() {
    let mut side = Side::accepted();
    let octets: Vec<u8> = [publish(9, event(1, 1)), publish(3, event(99, 2)), publish(10, event(1, 1))]
        .map(|publish| Message::from(publish).to_frame())
        .concat();
    let nacked = send_message(nack(3, &[4, 4], "no such type"));
    let expected = [
        Output::Deliver(event(1, 1)),
        send_message(ack(9)),
        nacked,
        Output::Deliver(event(1, 1)),
        send_message(ack(10)),
    ];
    assert_eq!(side.receive_octets(&octets), expected);
    assert_eq!(side.delivered(), [event(1, 1), event(1, 1)]);
}

#[test]
fn ids_start_where_they_are_told_go_up_by_one_and_wrap() {
    let config = ClientConfig { first_message_id: id(4094), ..ClientConfig::default() };
    let mut side = Side::with(config, Side::accepted().server).connected();
    let outputs = side.publish((0..4).map(|offset| event(1, offset)));
    assert_eq!(published(&outputs), [(4094, 0), (4095, 1), (0, 2), (1, 3)]);
}

#[test]
fn at_most_4096_events_are_in_flight_and_each_answer_makes_room_for_one() {
    let mut side = Side::accepted();
    let outputs = side.publish((0..5000).map(|offset| event(1, offset)));
    assert_eq!(published(&outputs), (0..4096).map(|n| (n as u16, n)).collect::<Vec<_>>());
    let outputs = side.receive_message(ack(17));
    assert_eq!(outputs[0], Output::EventDelivered(EventNumber(17)));
    assert_eq!(published(&outputs), [(17, 4096)], "the only id that is free");
    let outputs = side.receive_message(nack(5, b"", ""));
    assert_eq!(published(&outputs), [(5, 4097)]);
    assert_eq!(side.receive_message(ack(5000 % 4096)).len(), 2);
}

#[test]
fn both_directions_use_the_same_id_for_themselves() {
    let mut side = Side::accepted();
    assert_eq!(published(&side.publish([event(1, 1)])), [(0, 1)]);
    assert_eq!(side.receive_message(publish(0, event(1, 9))), [Output::Deliver(event(1, 9)), send_message(ack(0))]);
    assert_eq!(side.receive_message(ack(0)), [Output::EventDelivered(EventNumber(0))]);
}

#[test]
fn an_ack_delivers_and_what_is_unanswered_is_sent_again_after_a_reconnect() {
    let mut side = Side::accepted();
    side.publish((0..3).map(|offset| event(1, offset)));
    assert_eq!(side.receive_message(ack(1)), [Output::EventDelivered(EventNumber(1))]);
    assert_eq!((side.server.outbox.delivered(), side.server.outbox.unanswered()), (1, 2));
    side.peer_closed();

    let mut side = side.reconnected();
    assert_eq!(published(&side.outputs()), [(0, 0), (1, 2)], "from the first id again, without the one that was ACKed");
    side.receive_message(ack(0));
    side.receive_message(ack(1));
    assert_eq!((side.server.outbox.delivered(), side.server.outbox.unanswered()), (3, 0));
    assert_eq!(published(&side.reconnected().outputs()), []);
}

#[test]
fn a_nacked_event_is_neither_delivered_nor_sent_again() {
    let mut side = Side::accepted();
    side.publish([event(1, 1), event(1, 2)]);
    let outputs = side.receive_message(nack(0, b"\x07", "no such type"));
    let reason = nack(0, b"\x07", "no such type").reason;
    assert_eq!(outputs, [Output::EventRefused { number: EventNumber(0), reason: reason.clone() }]);
    let refused: Vec<_> =
        side.server.outbox.refused().iter().map(|refused| (&refused.event, &refused.reason)).collect();
    assert_eq!(refused, [(&event(1, 1), &reason)]);
    assert_eq!(side.server.outbox.delivered(), 0);
    assert_eq!(side.receive(PING), [send(PONG)], "the connection goes on");
    side.peer_closed();
    assert_eq!(published(&side.reconnected().outputs()), [(0, 2)]);
}

#[test]
fn an_answer_to_nothing_delivers_nothing() {
    let mut side = Side::accepted();
    assert_eq!(side.receive_message(ack(0)), []);
    side.publish([event(1, 1)]);
    assert_eq!(side.receive_message(ack(1)), []);
    assert_eq!(side.receive_message(nack(4095, b"", "")), []);
    assert_eq!((side.server.outbox.delivered(), side.server.outbox.unanswered()), (0, 1));
    assert_eq!(side.receive_message(ack(0)).len(), 1);
    assert_eq!(side.receive_message(ack(0)), [], "answered already");
    assert_eq!(side.receive_message(nack(0, b"", "")), [], "answered already");
    assert_eq!((side.server.outbox.delivered(), side.server.outbox.refused().len()), (1, 0));
}

#[test]
fn an_answer_before_the_response_is_to_nothing() {
    let mut side = Side::accepted();
    side.publish([event(1, 1), event(1, 2)]);
    side.peer_closed();
    let mut side = Side::with(ClientConfig::default(), side.server);
    side.outputs();
    assert_eq!(side.receive_message(ack(0)), [], "not accepted yet, so nothing is in flight");
    assert_eq!(published(&side.receive(CONNECTED)), [(0, 1), (1, 2)]);
}

#[test]
fn an_event_that_the_end_cuts_off_is_neither_delivered_nor_answered() {
    let mut side = Side::accepted();
    let frame = Message::from(publish(1, event(1, 1))).to_frame();
    assert_eq!(side.receive_octets(&frame[..frame.len() - 1]), []);
    assert_eq!(side.peer_closed(), [close(Input::PeerClosedWithinFrame)]);
    assert_eq!(side.receive_octets(&frame[frame.len() - 1..]), []);
    assert_eq!(side.delivered(), []);
}
