//! What holds for any octets, however they are cut.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sinkcheck_spec::machine::{ClientRecord, Effect, Input, Output, ServerConfig, ServerMachine, State, Table};
use sinkcheck_spec::wire::{ConnectionRequest, Deframer, Event, InstanceId, Message, MessageId, ResponseCode, frame};

use crate::side::{Side, ack, event, id, nack, publish};

/// A stream of frames: good ones, of which few are alike, spoilt ones and noise.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    vec(prop_oneof![8 => good(), 1 => spoilt(), 1 => vec(any::<u8>(), 0..40)], 0..12).prop_map(|parts| parts.concat())
}

fn good() -> impl Strategy<Value = Vec<u8>> {
    let small = 0..8_u16;
    prop_oneof![
        4 => request(),
        4 => (small.clone(), select(vec![1, 2, 99]), 0..100_u64)
            .prop_map(|(id, kind, offset)| Message::from(publish(id, event(kind, offset))).to_frame()),
        2 => small.clone().prop_map(|id| Message::from(ack(id)).to_frame()),
        1 => small.prop_map(|id| Message::from(nack(id, b"\x01", "no")).to_frame()),
        1 => Just(Message::Ping.to_frame()),
        1 => Just(Message::Pong.to_frame()),
    ]
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let version = select(vec!["1.0.0", "1.0.0", "1.0.0", "0.0.0"]);
    (version, 1..3_u32, proptest::option::of(2..4_u32)).prop_map(|(version, client, server)| {
        let request = ConnectionRequest::new(version, InstanceId(client), server.map(InstanceId));
        Message::from(request.expect("a small request")).to_frame()
    })
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

/// A connection before its request, or one that is accepted and has five events in flight.
fn start(accepted: bool, recorded: Option<u32>) -> Side {
    if !accepted {
        return Side::new(recorded);
    }
    let mut side = Side::accepted();
    side.publish((0..5).map(|offset| event(1, offset)));
    side
}

fn recorded() -> impl Strategy<Value = Option<u32>> {
    proptest::option::of(1..3_u32)
}

/// What comes of the pieces, when no event is sent meanwhile.
fn outputs(mut side: Side, pieces: &[&[u8]]) -> (Vec<Output>, Side) {
    let mut outputs = Vec::new();
    for piece in pieces {
        side.machine.receive(side.now, piece, &mut side.client);
        outputs.extend(std::iter::from_fn(|| side.machine.poll()));
    }
    (outputs, side)
}

/// What a server may take of a stream, told without its table.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    accepts: bool,
    records: Option<InstanceId>,
    delivered: Vec<Event<'static>>,
    acks: Vec<MessageId>,
    nacks: Vec<MessageId>,
    pongs: usize,
}

fn expected(stream: &[u8], mut accepted: bool, recorded: Option<InstanceId>) -> Expected {
    let mut deframer = Deframer::new();
    deframer.push(stream);
    let mut expected = Expected { records: recorded, ..Expected::default() };
    while let Some(content) = deframer.next() {
        match Message::decode(content) {
            Ok(Message::ConnectionRequest(request)) if !accepted => {
                let client = recorded.unwrap_or(request.client_instance_id());
                let server = request.server_instance_id();
                let knows = server == Some(InstanceId(2)) && recorded.is_some() || server.is_none();
                if request.application_version() == "0.0.0" || client != request.client_instance_id() || !knows {
                    break;
                }
                accepted = true;
                expected.accepts = true;
                expected.records = Some(client);
            }
            Ok(Message::Publish(publish)) if accepted => {
                if publish.event.event_type_id() == 99 {
                    expected.nacks.push(publish.message_id);
                } else {
                    expected.acks.push(publish.message_id);
                    expected.delivered.push(publish.event.into_owned());
                }
            }
            Ok(Message::Ping) => expected.pongs += usize::from(accepted),
            Ok(Message::Pong | Message::Ack(_) | Message::Nack(_)) => {}
            _ => break,
        }
    }
    expected
}

fn observed(outputs: &[Output], side: &Side) -> Expected {
    let mut observed = Expected {
        accepts: outputs.contains(&Output::Accepted),
        records: side.client.recorded,
        delivered: side.delivered(),
        ..Expected::default()
    };
    for output in outputs {
        let Output::Send(octets) = output else { continue };
        match Message::decode(&octets[2..]).expect("what a server sends is a message") {
            Message::Ack(ack) => observed.acks.push(ack.message_id),
            Message::Nack(nack) => observed.nacks.push(nack.message_id),
            Message::Pong => observed.pongs += 1,
            Message::ConnectionResponse(_) => {}
            other => panic!("a server that has nothing to publish sends {other}"),
        }
    }
    observed
}

fn effect() -> impl Strategy<Value = Effect> {
    let codes = (0..16).map(|nibble| Effect::Respond(ResponseCode::from_nibble(nibble)));
    let others = [
        Effect::Record,
        Effect::Deliver,
        Effect::Ack,
        Effect::Nack,
        Effect::CountDelivered,
        Effect::CountRefused,
        Effect::Pong,
        Effect::Publish,
    ];
    select(codes.chain(others).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn a_stream_means_the_same_however_it_is_cut(
        stream in stream(), cuts in vec(any::<prop::sample::Index>(), 0..6), accepted: bool, recorded in recorded(),
    ) {
        let whole = outputs(start(accepted, recorded), &[&stream]);
        let octets: Vec<&[u8]> = stream.chunks(1).collect();
        let one_by_one = outputs(start(accepted, recorded), &octets);
        prop_assert_eq!(&whole.0, &one_by_one.0);

        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        places.extend([0, stream.len()]);
        places.sort_unstable();
        let pieces: Vec<&[u8]> = places.windows(2).map(|ends| &stream[ends[0]..ends[1]]).collect();
        let cut = outputs(start(accepted, recorded), &pieces);
        prop_assert_eq!(&whole.0, &cut.0);
        prop_assert_eq!(whole.1.delivered(), cut.1.delivered());
        prop_assert_eq!(whole.1.client.recorded, cut.1.client.recorded);
    }

    #[test]
    fn only_what_is_well_formed_and_accepted_is_answered_delivered_and_recorded(
        stream in stream(), accepted: bool, recorded in recorded(),
    ) {
        let side = start(accepted, recorded);
        let expected = expected(&stream, accepted, side.client.recorded);
        let (outputs, side) = outputs(side, &[&stream]);
        prop_assert_eq!(observed(&outputs, &side), expected);
    }

    #[test]
    fn nothing_follows_a_close_and_nothing_but_a_rejection_comes_before_an_acceptance(
        stream in stream(), recorded in recorded(),
    ) {
        let (outputs, side) = outputs(start(false, recorded), &[&stream]);
        let closes = outputs.iter().position(|output| matches!(output, Output::Close { .. }));
        prop_assert!(closes.is_none_or(|at| at + 1 == outputs.len()), "{:?}", outputs);
        prop_assert_eq!(closes.is_some(), !side.is_open());
        let accepted = outputs.iter().position(|output| *output == Output::Accepted);
        let sends = |outputs: &[Output]| outputs.iter().filter(|output| matches!(output, Output::Send(_))).count();
        prop_assert!(sends(&outputs[..accepted.unwrap_or(outputs.len())]) <= 1, "{:?}", outputs);
        prop_assert_eq!(outputs.iter().filter(|output| **output == Output::Accepted).count(), usize::from(accepted.is_some()));
    }

    #[test]
    fn noise_is_survived(pieces in vec(vec(any::<u8>(), 0..300), 0..8), accepted: bool) {
        let pieces: Vec<&[u8]> = pieces.iter().map(Vec::as_slice).collect();
        let (_, mut side) = outputs(start(accepted, Some(1)), &pieces);
        side.peer_closed();
        prop_assert!(!side.is_open());
    }

    #[test]
    fn an_id_is_never_used_while_it_is_in_flight(steps in vec(0..40_u16, 1..400), first in 0..4096_u16) {
        let config = ServerConfig { first_message_id: id(first), ..ServerConfig::default() };
        let mut side = Side::with(config, Side::accepted().client);
        side.receive(crate::side::KNOWN);
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
            prop_assert_eq!(side.client.outbox.unanswered(), in_flight.len());
        }
    }

    #[test]
    fn any_changed_entry_is_a_machine_that_runs(
        stream in stream(), state in select(State::OF_SERVER), input in select(Input::OF_SERVER),
        next in select(State::OF_SERVER), effects in vec(effect(), 0..3),
    ) {
        let table = Table::server().with(state, input, next, effects);
        let mut machine = ServerMachine::with_table(Arc::default(), Arc::new(table), Duration::ZERO);
        let mut client = ClientRecord::default();
        client.outbox.push(event(1, 1)).expect("room");
        machine.receive(Duration::ZERO, &stream, &mut client);
        let mut events = 0;
        while machine.publish_next(&mut client) {
            events += 1;
        }
        prop_assert!(events <= 1);
        machine.tick(Duration::from_secs(90), &mut client);
        machine.taken_over(&mut client);
        machine.peer_closed(&mut client);
        while machine.poll().is_some() {}
    }
}
