//! Throughput of the codec: `cargo bench -p sinkcheck-spec --bench codec`.

use std::borrow::Cow;
use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sinkcheck_spec::wire::{Ack, Deframer, Event, EventFields, Message, MessageId, Publish, explain};

/// Octets of event data: none, a usual event, a large one.
const SIZES: [usize; 3] = [0, 200, 60_000];

fn publish(size: usize) -> Message<'static> {
    let event = Event::new(EventFields {
        event_type_id: 1,
        schema_version: 2,
        key: Cow::Borrowed(b"a-key-of-16-byte"),
        offset: 1_000_000,
        timestamp: 1_700_000_000,
        event_data: Cow::Owned(vec![b'd'; size]),
    });
    let event = event.unwrap_or_else(|error| panic!("{error}"));
    Publish { message_id: MessageId::MAX, event }.into()
}

/// An ACK and a PUBLISH of each size, by name.
fn messages() -> Vec<(String, Message<'static>)> {
    let ack = Message::from(Ack { message_id: MessageId::MAX });
    let publishes = SIZES.map(|size| (format!("publish_{size}"), publish(size)));
    [("ack".to_owned(), ack)].into_iter().chain(publishes).collect()
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    for (name, message) in messages() {
        group.throughput(Throughput::Bytes(message.content_len() as u64));
        let mut out = Vec::new();
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| {
                out.clear();
                black_box(&message).encode_into(&mut out);
                black_box(&out);
            });
        });
    }
}

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for (name, message) in messages() {
        let content = message.encode();
        group.throughput(Throughput::Bytes(content.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter(|| Message::decode(black_box(&content)).is_ok());
        });
    }
}

fn explanation(criterion: &mut Criterion) {
    let content = publish(200).encode();
    criterion.bench_function("explain/publish_200", |bencher| bencher.iter(|| explain(black_box(&content))));
}

/// A stream of a thousand usual frames, in pieces of different sizes: an octet, a TCP segment, all.
fn deframe(criterion: &mut Criterion) {
    let stream = publish(200).to_frame().repeat(1000);
    let mut group = criterion.benchmark_group("deframe");
    group.throughput(Throughput::Bytes(stream.len() as u64));
    for piece in [1, 1460, stream.len()] {
        group.bench_function(BenchmarkId::new("in_pieces_of", piece), |bencher| {
            bencher.iter(|| {
                let mut deframer = Deframer::new();
                let mut frames = 0;
                for piece in black_box(&stream).chunks(piece) {
                    deframer.push(piece);
                    while let Some(content) = deframer.next() {
                        black_box(content);
                        frames += 1;
                    }
                }
                assert_eq!(frames, 1000);
            });
        });
    }
}

criterion_group!(codec, encode, decode, explanation, deframe);
criterion_main!(codec);
