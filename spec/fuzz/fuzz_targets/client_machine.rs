//! A client takes any stream without a panic, says the same however it is cut, and nothing that it must not.

#![no_main]

use std::collections::BTreeSet;
use std::iter::from_fn;
use std::sync::Arc;
use std::time::Duration;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sinkcheck_spec::machine::{ClientConfig, ClientMachine, Output, ServerRecord, State};
use sinkcheck_spec::wire::{Event, InstanceId, Message};

#[derive(Arbitrary, Debug)]
enum Piece<'a> {
    Octets(&'a [u8]),
    Message(Message<'a>),
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    client_instance_id: InstanceId,
    server_instance_id: Option<InstanceId>,
    rejected: u64,
    waiting: Vec<Event<'a>>,
    pieces: Vec<Piece<'a>>,
    silence: u32,
}

fuzz_target!(|input: Input<'_>| {
    let pieces: Vec<Vec<u8>> = input
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Octets(octets) => octets.to_vec(),
            Piece::Message(message) => message.to_frame(),
        })
        .collect();
    let config =
        Arc::new(ClientConfig { rejected_event_types: BTreeSet::from([input.rejected]), ..ClientConfig::default() });

    // Whole, and octet by octet; without events of its own, which it sends whenever there is room.
    let run = |pieces: &mut dyn Iterator<Item = &[u8]>| {
        let mut server = ServerRecord::new(input.client_instance_id, input.server_instance_id);
        let mut machine = ClientMachine::new(Arc::clone(&config), Duration::ZERO, &mut server);
        let mut outputs = Vec::new();
        for piece in pieces {
            machine.receive(Duration::ZERO, piece, &mut server);
            outputs.extend(from_fn(|| machine.poll()));
        }
        (outputs, server.client_instance_id, server.server_instance_id, machine.state())
    };
    let stream = pieces.concat();
    let whole = run(&mut [&stream[..]].into_iter());
    assert_eq!(whole, run(&mut stream.chunks(1)));

    let (outputs, client_id, server_id, state) = whole;
    assert_eq!(client_id, input.client_instance_id);
    let accepted = outputs.iter().position(|output| *output == Output::Accepted);
    let early = &outputs[..accepted.unwrap_or(outputs.len())];
    assert!(early.iter().filter(|output| matches!(output, Output::Send(_))).count() <= 1, "the request, at most");
    assert!(!early.iter().any(|output| matches!(output, Output::Deliver(_))));
    assert!(server_id == input.server_instance_id || accepted.is_some() && input.server_instance_id.is_none());
    let closed = outputs.iter().position(|output| matches!(output, Output::Close { .. }));
    assert!(closed.is_none_or(|at| at + 1 == outputs.len()));
    assert_eq!(closed.is_some(), state == State::Closed);

    // With events of its own, time that passes, and the end.
    let mut server = ServerRecord::new(input.client_instance_id, input.server_instance_id);
    let mut machine = ClientMachine::new(config, Duration::ZERO, &mut server);
    let mut in_flight = BTreeSet::new();
    for event in input.waiting {
        assert!(server.outbox.push(event.into_owned()).is_ok());
    }
    for piece in &pieces {
        let before = server.outbox.unanswered();
        machine.receive(Duration::ZERO, piece, &mut server);
        while machine.publish_next(Duration::ZERO, &mut server) {}
        let mut settled = 0;
        for output in from_fn(|| machine.poll()) {
            match output {
                Output::Send(frame) => match Message::decode(&frame[2..]) {
                    Ok(Message::Publish(publish)) => assert!(in_flight.insert(publish.message_id)),
                    Ok(_) => {}
                    Err(error) => panic!("a client sends messages: {error}"),
                },
                Output::EventDelivered(_) | Output::EventRefused { .. } => settled += 1,
                _ => {}
            }
        }
        assert_eq!(before - server.outbox.unanswered(), settled);
        // Which ids were answered the fuzzer knows no better than the machine, so an id may be used again after any.
        if settled > 0 {
            in_flight.clear();
        }
    }
    machine.tick(Duration::from_millis(input.silence.into()), &mut server);
    machine.peer_closed(&mut server);
    assert_eq!(machine.state(), State::Closed);
    assert_eq!(machine.deadline(), None);
});
