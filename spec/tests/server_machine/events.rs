use sinkcheck_spec::machine::{EventNumber, Input, Outbox, OutboxFull, Output, ServerConfig};
use sinkcheck_spec::wire::{Event, EventFields, Message};

use crate::side::{KNOWN, PING, PONG, Side, ack, close, event, id, nack, publish, send, send_message};

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
    let config = ServerConfig { first_message_id: id(4094), ..ServerConfig::default() };
    let mut side = Side::with(config, Side::accepted().client);
    side.receive(KNOWN);
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
    assert_eq!((side.client.outbox.delivered(), side.client.outbox.unanswered()), (1, 2));
    side.peer_closed();

    let mut side = Side::with(ServerConfig::default(), side.client);
    let outputs = side.receive(KNOWN);
    assert_eq!(published(&outputs), [(0, 0), (1, 2)], "from the first id again, without the one that was ACKed");
    side.receive_message(ack(0));
    side.receive_message(ack(1));
    assert_eq!((side.client.outbox.delivered(), side.client.outbox.unanswered()), (3, 0));
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
        side.client.outbox.refused().iter().map(|refused| (&refused.event, &refused.reason)).collect();
    assert_eq!(refused, [(&event(1, 1), &reason)]);
    assert_eq!(side.client.outbox.delivered(), 0);
    assert_eq!(side.receive(PING), [send(PONG)], "the connection goes on");
    let mut side = Side::with(ServerConfig::default(), side.client);
    assert_eq!(published(&side.receive(KNOWN)), [(0, 2)]);
}

#[test]
fn an_answer_to_nothing_delivers_nothing() {
    let mut side = Side::accepted();
    assert_eq!(side.receive_message(ack(0)), []);
    side.publish([event(1, 1)]);
    assert_eq!(side.receive_message(ack(1)), []);
    assert_eq!(side.receive_message(nack(4095, b"", "")), []);
    assert_eq!((side.client.outbox.delivered(), side.client.outbox.unanswered()), (0, 1));
    assert_eq!(side.receive_message(ack(0)).len(), 1);
    assert_eq!(side.receive_message(ack(0)), [], "answered already");
    assert_eq!(side.receive_message(nack(0, b"", "")), [], "answered already");
    assert_eq!((side.client.outbox.delivered(), side.client.outbox.refused().len()), (1, 0));
}

#[test]
fn an_answer_on_one_connection_is_none_on_another() {
    let mut older = Side::accepted();
    older.publish([event(1, 1), event(1, 2)]);
    let mut newer = Side::with(ServerConfig::default(), older.client.clone());
    assert_eq!(newer.receive_message(ack(0)), [], "not accepted yet, so nothing is in flight");
    assert_eq!(newer.client.outbox.unanswered(), 2);
}

#[test]
fn an_event_that_was_answered_on_two_connections_counts_once() {
    let mut older = Side::accepted();
    older.publish([event(1, 1), event(1, 2)]);
    let mut newer = Side::with(ServerConfig::default(), std::mem::take(&mut older.client));
    newer.receive(KNOWN);
    assert_eq!(newer.receive_message(ack(0)), [Output::EventDelivered(EventNumber(0))]);
    assert_eq!(newer.receive_message(nack(1, b"", "")).len(), 1);
    // The older connection's answers were on their way.
    std::mem::swap(&mut older.client, &mut newer.client);
    assert_eq!(older.receive_message(ack(0)), []);
    assert_eq!(older.receive_message(ack(1)), []);
    let outbox = &older.client.outbox;
    assert_eq!((outbox.delivered(), outbox.refused().len(), outbox.unanswered()), (1, 1, 0));
}

#[test]
fn the_outbox_is_bounded() {
    let mut outbox = Outbox::new();
    for offset in 0..Outbox::CAPACITY as u64 {
        assert_eq!(outbox.push(event(1, offset)), Ok(EventNumber(offset)));
    }
    assert_eq!(outbox.push(event(1, 0)), Err(OutboxFull));
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
