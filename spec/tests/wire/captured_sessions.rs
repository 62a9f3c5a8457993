//! Captured sessions are read to the last octet and written back the same, however the stream is cut.

use sinkcheck_spec::wire::{Deframer, Message};

use crate::vector_files::{Capture, captures};

/// The contents that one side sent, read from its stream in these pieces.
fn contents<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut deframer = Deframer::new();
    let mut contents = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        contents.extend(std::iter::from_fn(|| deframer.next_frame()));
    }
    assert_eq!(deframer.pending(), 0, "octets after the last frame");
    contents
}

/// Each session's two streams, whole.
fn streams() -> Vec<(String, Vec<u8>)> {
    let mut streams = Vec::new();
    for (name, lines) in captures() {
        for from in ["client", "server"] {
            let of_side = |line: &&Capture| line.from == from;
            let octets = lines.iter().filter(of_side).flat_map(|line| line.hex.clone()).collect();
            streams.push((format!("{name}, {from}"), octets));
        }
    }
    streams
}

#[test]
fn each_line_is_octets_or_an_event() {
    for (name, lines) in captures() {
        for line in lines {
            assert_ne!(line.hex.is_empty(), line.event.is_none(), "{name}");
        }
    }
}

#[test]
fn each_read_is_whole_frames() {
    for (_, lines) in captures() {
        for line in lines {
            contents([line.hex.as_slice()]);
        }
    }
}

#[test]
fn each_stream_is_messages_that_are_written_back_the_same() {
    for (name, stream) in streams() {
        let mut written = Vec::new();
        for content in contents([stream.as_slice()]) {
            let (message, notes) = Message::decode_noting(&content).unwrap();
            assert_eq!(notes, [], "{name}: {message}");
            written.extend(message.to_frame());
        }
        assert_eq!(hex::encode(written), hex::encode(stream), "{name}");
    }
}

#[test]
fn an_octet_at_a_time_gives_the_same() {
    for (name, stream) in streams() {
        assert_eq!(contents(stream.chunks(1)), contents([stream.as_slice()]), "{name}");
    }
}

#[test]
fn a_cut_anywhere_gives_the_same() {
    for (name, stream) in streams() {
        let whole = contents([stream.as_slice()]);
        for at in 0..=stream.len() {
            let (before, after) = stream.split_at(at);
            assert_eq!(contents([before, after]), whole, "{name}, cut at {at}");
        }
    }
}

#[test]
fn a_stream_that_ends_early_gives_the_frames_before_its_end() {
    for (name, stream) in streams() {
        let whole = contents([stream.as_slice()]);
        for end in 0..stream.len() {
            let mut deframer = Deframer::new();
            deframer.push(&stream[..end]);
            let before: Vec<_> = std::iter::from_fn(|| deframer.next_frame()).collect();
            let taken: usize = before.iter().map(|content| 2 + content.len()).sum();
            assert_eq!(deframer.pending(), end - taken, "{name}, ended at {end}");
            assert_eq!(before, whole[..before.len()], "{name}, ended at {end}");
        }
    }
}

#[test]
fn a_session_reads_as_what_happened() {
    let first_contact = &captures()[0].1;
    let said: Vec<String> = first_contact
        .iter()
        .filter(|line| line.event.is_none())
        .take(4)
        .map(|line| Message::decode(&line.hex[2..]).unwrap().to_string())
        .collect();
    assert_eq!(
        said,
        [
            r#"CONNECTION REQUEST { version 0, application "1.0.0", client 1, server none }"#,
            "CONNECTION RESPONSE hello new client { server 2 }",
            r#"PUBLISH 1351 { type 1, schema 1, key "k", offset 1, timestamp 1700000000, data "data" }"#,
            "ACK 1351",
        ]
    );
}
