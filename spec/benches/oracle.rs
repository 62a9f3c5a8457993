//! How many frames a second one core judges: `cargo bench -p sinkcheck-spec --bench oracle`.
//!
//! The goal is 2,000,000 frames a second, offline.

use std::borrow::Cow;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Observer, Settings};
use sinkcheck_spec::wire::{Ack, ConnectionRequest, ConnectionResponse, Event, EventFields, InstanceId, Message};
use sinkcheck_spec::wire::{MessageId, Publish};

/// Frames of a session, about.
const FRAMES: usize = 100_000;

/// So many PUBLISHes are in flight in each direction: one after the other, a few, as many as there can be.
const IN_FLIGHT: [usize; 3] = [1, 16, 4096];

fn publish(id: MessageId) -> Vec<u8> {
    let event = Event::new(EventFields {
        event_type_id: 1,
        schema_version: 2,
        key: Cow::Borrowed(b"a-key-of-16-byte"),
        offset: 1_000_000,
        timestamp: 1_700_000_000,
        event_data: Cow::Owned(vec![b'd'; 100]),
    });
    let event = event.unwrap_or_else(|error| panic!("{error}"));
    Message::from(Publish { message_id: id, event }).encode()
}

/// The frames of a session in which both peers publish.
fn session(in_flight: usize) -> Vec<(Role, Vec<u8>)> {
    let request = ConnectionRequest::new("1.0.0", InstanceId(1), Some(InstanceId(2)));
    let request = request.unwrap_or_else(|error| panic!("{error}"));
    let mut frames = vec![
        (Role::Client, Message::from(request).encode()),
        (Role::Server, Message::from(ConnectionResponse::Connected).encode()),
    ];
    let mut first = MessageId::ZERO;
    while frames.len() < FRAMES {
        let mut ids = vec![first];
        ids.extend((1..in_flight).scan(first, |id, _| {
            *id = id.next();
            Some(*id)
        }));
        for role in Role::ALL {
            frames.extend(ids.iter().map(|id| (role, publish(*id))));
        }
        for role in Role::ALL {
            frames.extend(ids.iter().map(|id| (role, Message::from(Ack { message_id: *id }).encode())));
        }
        first = ids.last().map_or(first, |id| id.next());
    }
    frames
}

fn judge(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("judge");
    for in_flight in IN_FLIGHT {
        let frames = session(in_flight);
        group.throughput(Throughput::Elements(frames.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(in_flight), |bencher| {
            bencher.iter(|| {
                let mut observer = Observer::new(Settings::default());
                for (number, (from, content)) in frames.iter().enumerate() {
                    observer.frame(*from, Duration::from_micros(number as u64), content);
                }
                assert_eq!(observer.poll(), None);
                observer.frames()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
