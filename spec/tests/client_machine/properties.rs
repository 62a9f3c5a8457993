//! What holds for any octets, however they are cut.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sinkcheck_spec::machine::{
    ClientConfig, ClientMachine, Effect, EventNumber, Input, Output, ServerRecord, State, Table,
};
use sinkcheck_spec::wire::{
    ConnectionResponse, Deframer, Event, InstanceId, Message, MessageId, QuarantineReason, frame,
};

use crate::side::{Side, ack, event, id, nack, publish};

/// A stream of frames: good ones, of which few are alike, spoilt ones and noise.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![8 => good(), 1 => spoilt(), 1 => vec(any::<u8>(), 0..40)], 0..12).prop_map(|parts| parts.concat())
}

fn good() -> impl Strategy<Value = Vec<u8>> {
    let small = 0..8_u16;
    prop_oneof![
        4 => response().prop_map(|response| Message::from(response).to_frame()),
        4 => (small.clone(), select(vec![1, 2, 99]), 0..100_u64)
            .prop_map(|(id, kind, offset)| Message::from(publish(id, event(kind, offset))).to_frame()),
        2 => small.clone().prop_map(|id| Message::from(ack(id)).to_frame()),
        1 => small.prop_map(|id| Message::from(nack(id, b"\x01", "no")).to_frame()),
        1 => Just(Message::Ping.to_frame()),
        1 => Just(Message::Pong.to_frame()),
    ]
}

fn response() -> impl Strategy<Value = ConnectionResponse<'static>> {
    let reason = QuarantineReason::new(&[0, 0, 9][..], "blocked").expect("a small reason");
    prop_oneof![
        6 => (2..4_u32).prop_map(|id| ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(id) }),
        6 => Just(ConnectionResponse::Connected),
        1 => Just(ConnectionResponse::InstanceIdMismatch),
        1 => Just(ConnectionResponse::Quarantined(reason)),
        1 => Just(ConnectionResponse::UnsupportedProtocolVersion),
        1 => Just(ConnectionResponse::UnsupportedApplicationVersion),
    ]
}

/// A good frame's content, one octet of which is another, or that is shorter or longer.
fn spoilt() -> impl Strategy<Value = Vec<u8>> {
    (good(), any::<prop::sample::Index>(), any::<u8>(), 0..3).prop_map(|(good, place, octet, how)| {
        let mut content = good[2..].to_vec();
        let place = place.index(content.len());
        match how {
            0 => content[place] = octet,
            1 => content.truncate(place),
            _ => content.push(octet),
        }
        frame(&content).expect("a short content")
    })
}

/// A connection that has asked, or one that is accepted and has five events in flight.
fn start(accepted: bool, server: Option<u32>) -> Side {
    if !accepted {
        return Side::asked(server);
    }
    let mut side = Side::accepted();
    side.publish((0..5).map(|offset| event(1, offset)));
    side
}

fn known() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![Just(None), Just(Some(2))]
}

/// What comes of the pieces, when no event is sent meanwhile.
fn outputs(mut side: Side, pieces: &[&[u8]]) -> (Vec<Output>, Side) {
    let outputs = pieces.iter().flat_map(|piece| side.receive_octets_alone(piece)).collect();
    (outputs, side)
}

/// What a client may take of a stream, told without its table.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    accepted: bool,
    keeps: Option<InstanceId>,
    delivered: Vec<Event<'static>>,
    acks: Vec<MessageId>,
    nacks: Vec<MessageId>,
    pongs: usize,
    /// Its own events that count as delivered, and as refused.
    settled: (Vec<EventNumber>, Vec<EventNumber>),
}

fn expected(stream: &[u8], mut accepted: bool, keeps: Option<InstanceId>) -> Expected {
    let mut deframer = Deframer::new();
    deframer.push(stream);
    let mut expected = Expected { keeps, ..Expected::default() };
    let mut in_flight: BTreeSet<u16> = if accepted { (0..5).collect() } else { BTreeSet::new() };
    while let Some(content) = deframer.next() {
        match Message::decode(content) {
            Ok(Message::ConnectionResponse(ConnectionResponse::Connected)) if !accepted && keeps.is_some() => {
                (accepted, expected.accepted) = (true, true);
            }
            Ok(Message::ConnectionResponse(ConnectionResponse::HelloNewClient { server_instance_id }))
                if !accepted && keeps.is_none() =>
            {
                (accepted, expected.accepted) = (true, true);
                expected.keeps = Some(server_instance_id);
            }
            Ok(Message::Publish(publish)) if accepted => {
                if publish.event.event_type_id() == 99 {
                    expected.nacks.push(publish.message_id);
                } else {
                    expected.acks.push(publish.message_id);
                    expected.delivered.push(publish.event.into_owned());
                }
            }
            Ok(Message::Ack(ack)) => {
                if in_flight.remove(&ack.message_id.get()) {
                    expected.settled.0.push(EventNumber(ack.message_id.get().into()));
                }
            }
            Ok(Message::Nack(nack)) => {
                if in_flight.remove(&nack.message_id.get()) {
                    expected.settled.1.push(EventNumber(nack.message_id.get().into()));
                }
            }
            Ok(Message::Ping) => expected.pongs += usize::from(accepted),
            Ok(Message::Pong) => {}
            _ => break,
        }
    }
    expected
}

fn observed(outputs: &[Output], side: &Side) -> Expected {
    let mut observed = Expected {
        accepted: outputs.contains(&Output::Accepted),
        keeps: side.server.server_instance_id,
        delivered: side.delivered(),
        ..Expected::default()
    };
    for output in outputs {
        let octets = match output {
            Output::Send(octets) => octets,
            Output::EventDelivered(number) => {
                observed.settled.0.push(*number);
                continue;
            }
            Output::EventRefused { number, .. } => {
                observed.settled.1.push(*number);
                continue;
            }
            _ => continue,
        };
        match Message::decode(&octets[2..]).expect("what a client sends is a message") {
            Message::Ack(ack) => observed.acks.push(ack.message_id),
            Message::Nack(nack) => observed.nacks.push(nack.message_id),
            Message::Pong => observed.pongs += 1,
            other => panic!("a client that has asked and has nothing to publish sends {other}"),
        }
    }
    observed
}

fn effect() -> impl Strategy<Value = Effect> {
    select(vec![
        Effect::Record,
        Effect::Request,
        Effect::KeepServerId,
        Effect::Deliver,
        Effect::Ack,
        Effect::Nack,
        Effect::CountDelivered,
        Effect::CountRefused,
        Effect::Ping,
        Effect::Pong,
        Effect::Publish,
    ])
}

proptest! {
    #[test]
    fn a_stream_means_the_same_however_it_is_cut(
        stream in stream(), cuts in vec(any::<prop::sample::Index>(), 0..6), accepted: bool, known in known(),
    ) {
        let whole = outputs(start(accepted, known), &[&stream]);
        let octets: Vec<&[u8]> = stream.chunks(1).collect();
        let one_by_one = outputs(start(accepted, known), &octets);
        prop_assert_eq!(&whole.0, &one_by_one.0);

        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        places.extend([0, stream.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect();
        let cut = outputs(start(accepted, known), &pieces);
        prop_assert_eq!(&whole.0, &cut.0);
        prop_assert_eq!(whole.1.delivered(), cut.1.delivered());
        prop_assert_eq!(whole.1.server.server_instance_id, cut.1.server.server_instance_id);
    }

    #[test]
    fn only_what_is_well_formed_and_fits_is_answered_delivered_settled_and_kept(
        stream in stream(), accepted: bool, known in known(),
    ) {
        let side = start(accepted, known);
        let expected = expected(&stream, accepted, side.server.server_instance_id);
        let (outputs, side) = outputs(side, &[&stream]);
        prop_assert_eq!(observed(&outputs, &side), expected);
    }

    #[test]
    fn nothing_follows_a_close_and_nothing_is_sent_before_an_acceptance(stream in stream(), known in known()) {
        let (outputs, side) = outputs(start(false, known), &[&stream]);
        let closes = outputs.iter().position(|output| matches!(output, Output::Close { .. }));
        prop_assert!(closes.is_none_or(|at| at + 1 == outputs.len()), "{:?}", outputs);
        prop_assert_eq!(closes.is_some(), !side.is_open());
        let accepted = outputs.iter().position(|output| *output == Output::Accepted);
        let before = &outputs[..accepted.unwrap_or(outputs.len())];
        prop_assert!(!before.iter().any(|output| matches!(output, Output::Send(_))), "{:?}", outputs);
        let times = outputs.iter().filter(|output| **output == Output::Accepted).count();
        prop_assert_eq!(times, usize::from(accepted.is_some()));
    }

    #[test]
    fn noise_is_survived(pieces in vec(vec(any::<u8>(), 0..300), 0..8), accepted: bool) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let (_, mut side) = outputs(start(accepted, Some(2)), &pieces);
        side.peer_closed();
        prop_assert!(!side.is_open());
    }

    #[test]
    fn an_id_is_never_used_while_it_is_in_flight(steps in vec(0..40_u16, 1..400), first in 0..4096_u16) {
        let config = ClientConfig { first_message_id: id(first), ..ClientConfig::default() };
        let mut side = Side::with(config, Side::accepted().server).connected();
        let mut in_flight = BTreeSet::new();
        for step in steps {
            let near = id((first + step) & MessageId::MAX.get());
            let outputs = match step % 4 {
                0 => side.receive_message(ack(near.get())),
                1 => side.receive_message(nack(near.get(), b"", "")),
                _ => side.publish([event(1, 1)]),
            };
            if step % 4 < 2 {
                in_flight.remove(&near);
            }
            for output in outputs {
                if let Output::Send(octets) = output {
                    let Ok(Message::Publish(publish)) = Message::decode(&octets[2..]) else { panic!("only events") };
                    prop_assert!(in_flight.insert(publish.message_id), "{} is in flight", publish.message_id);
                }
            }
            prop_assert_eq!(side.server.outbox.unanswered(), in_flight.len());
        }
    }

    #[test]
    fn a_driver_that_keeps_the_deadlines_pings_once_an_interval_and_drops_a_silent_server(
        steps in vec((0..70_u64, 0..3_u8), 1..30),
    ) {
        let mut side = Side::accepted();
        let (mut received, mut busy) = (0, 0);
        for (wait, what) in steps {
            let until = side.now + Duration::from_secs(wait);
            while let Some(deadline) = side.machine.deadline().filter(|&deadline| deadline <= until) {
                let at = deadline.as_secs();
                match side.tick_at(deadline)[..] {
                    [Output::Send(_)] => prop_assert_eq!(at, busy + 60),
                    [Output::Close { because: Input::Silence }] => prop_assert_eq!(at, received + 90),
                    ref other => panic!("{other:?}"),
                }
                busy = at;
            }
            if !side.is_open() {
                prop_assert!(until.as_secs() >= received + 90);
                break;
            }
            prop_assert!(until.as_secs() < received + 90 && until.as_secs() < busy + 60);
            side.now = until;
            if what == 0 {
                side.publish([event(1, 1)]);
                busy = until.as_secs();
            } else if what == 1 {
                side.receive_message(Message::Pong);
                (received, busy) = (until.as_secs(), until.as_secs());
            }
        }
    }

    #[test]
    fn any_changed_entry_is_a_machine_that_runs(
        stream in stream(), state in select(State::OF_CLIENT), input in select(Input::OF_CLIENT),
        next in select(State::OF_CLIENT), effects in vec(effect(), 0..3),
    ) {
        let table = Table::client().with(state, input, next, effects);
        let mut server = ServerRecord::default();
        server.outbox.push(event(1, 1)).expect("room");
        let mut machine = ClientMachine::with_table(Arc::default(), Arc::new(table), Duration::ZERO, &mut server);
        machine.receive(Duration::ZERO, &stream, &mut server);
        let mut events = 0;
        while machine.publish_next(Duration::ZERO, &mut server) {
            events += 1;
        }
        prop_assert!(events <= 1);
        machine.tick(Duration::from_secs(60), &mut server);
        machine.tick(Duration::from_secs(90), &mut server);
        machine.peer_closed(&mut server);
        while machine.poll().is_some() {}
    }
}
