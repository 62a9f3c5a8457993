//! What holds for every message and for every content, tried on random ones.

use proptest::prelude::*;
use sinkcheck_spec::wire::{Deframer, Message, MessageType, RawContent, explain, frame, publish_id};

use crate::generated::{message, seed, spoiled};

/// What must hold for any content at all.
fn check_content(content: &[u8]) -> Result<(), TestCaseError> {
    let fields = explain(content);
    prop_assert!(fields.iter().all(|field| field.range.end <= content.len()));
    prop_assert!(fields.iter().all(|field| field.range.start <= field.range.end));
    let publish = RawContent::read(content).is_some_and(|first| first.message_type() == MessageType::Publish);
    prop_assert_eq!(publish_id(content).is_some(), publish && content.len() > 1);
    match Message::decode_noting(content) {
        Ok((message, notes)) => {
            prop_assert_eq!(Message::decode(content), Ok(message.clone()));
            let written = message.encode();
            prop_assert_eq!(written == content, notes.is_empty(), "{:?}", notes);
            prop_assert!(written.len() <= content.len(), "the form that is written is the shortest");
            prop_assert_eq!(Message::decode(&written), Ok(message));
            prop_assert!(!fields.iter().any(|field| field.is_error()));
            prop_assert_eq!(fields.iter().map(|field| field.range.end).max(), Some(content.len()));
        }
        Err(error) => {
            prop_assert!(error.at <= content.len());
            prop_assert_eq!(Message::decode(content), Err(error.clone()));
            prop_assert!(fields.iter().any(|field| field.is_error() && field.value == error.to_string()));
        }
    }
    Ok(())
}

/// What comes out of a stream that is pushed in these pieces.
fn deframed<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, usize) {
    let mut deframer = Deframer::new();
    let mut contents = Vec::new();
    for piece in pieces {
        deframer.push(piece);
        contents.extend(std::iter::from_fn(|| deframer.next_frame()));
    }
    (contents, deframer.pending())
}

/// Makes most octets small, so that a frame's length is seldom more than a stream has.
fn mostly_small(octet: u8) -> u8 {
    match octet {
        0..100 => 0,
        100..240 => octet % 20,
        _ => octet,
    }
}

/// The stream in pieces of these lengths, over and over.
fn pieces<'a>(stream: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut rest = stream;
    let mut pieces = Vec::new();
    for length in lengths.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(rest.len().min(*length));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn a_message_is_read_as_it_was_written(seed in seed()) {
        let Some(message) = message(&seed) else { return Ok(()) };
        let content = message.encode();
        prop_assert_eq!(Message::decode_noting(&content), Ok((message.clone(), vec![])));
        prop_assert_eq!(message.content_len(), content.len());
        prop_assert_eq!(Ok(message.to_frame()), frame(&content));
        prop_assert_eq!(&RawContent::from(&message).encode(), &content);
        let mut after = b"before".to_vec();
        message.encode_into(&mut after);
        prop_assert_eq!(&after[6..], content);
        prop_assert_eq!(message.clone().into_owned(), message);
    }

    #[test]
    fn a_message_survives_yaml_and_json(seed in seed()) {
        let Some(message) = message(&seed) else { return Ok(()) };
        let yaml = serde_yaml::to_string(&message).unwrap();
        prop_assert_eq!(&serde_yaml::from_str::<Message<'_>>(&yaml).unwrap(), &message, "{}", yaml);
        let json = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Message<'_>>(&json).unwrap(), &message, "{}", json);
    }

    #[test]
    fn a_message_prints_as_one_short_line(seed in seed()) {
        let Some(message) = message(&seed) else { return Ok(()) };
        let line = message.to_string();
        prop_assert!(!line.chars().any(char::is_control), "{}", line);
        // Two abbreviated octet strings at their longest, every character escaped, and the numbers.
        prop_assert!(line.len() < 2000, "{}", line);
    }

    #[test]
    fn a_spoiled_message_is_read_or_refused(seed in seed()) {
        let Some(content) = spoiled(&seed) else { return Ok(()) };
        check_content(&content)?;
    }

    #[test]
    fn a_random_content_is_read_or_refused(content in prop::collection::vec(any::<u8>(), 0..300)) {
        check_content(&content)?;
    }

    #[test]
    fn a_random_content_of_each_type_is_read_or_refused(
        nibble in 0_u8..16,
        mut content in prop::collection::vec(prop_oneof![0_u8..4, any::<u8>()], 1..40),
    ) {
        content[0] = nibble << 4 | content[0] & 0x0f;
        check_content(&content)?;
    }

    #[test]
    fn frames_come_out_of_any_pieces(
        seeds in prop::collection::vec(seed(), 0..5),
        lengths in prop::collection::vec(1_usize..40, 1..10),
        rest in prop::collection::vec(any::<u8>(), 0..2),
    ) {
        let messages: Vec<_> = seeds.iter().filter_map(|seed| message(seed)).collect();
        let mut stream: Vec<u8> = messages.iter().flat_map(Message::to_frame).collect();
        stream.extend(&rest);
        let (contents, pending) = deframed(pieces(&stream, &lengths));
        prop_assert_eq!(pending, rest.len());
        let read: Vec<_> = contents.iter().map(|content| Message::decode(content).unwrap()).collect();
        prop_assert_eq!(read, messages);
    }

    #[test]
    fn any_stream_comes_out_the_same_in_any_pieces(
        stream in prop::collection::vec(any::<u8>().prop_map(mostly_small), 0..1000),
        lengths in prop::collection::vec(1_usize..200, 1..10),
    ) {
        let (contents, pending) = deframed(pieces(&stream, &lengths));
        prop_assert_eq!((&contents, pending), (&deframed([stream.as_slice()]).0, deframed([stream.as_slice()]).1));
        let out: usize = contents.iter().map(|content| 2 + content.len()).sum();
        prop_assert_eq!(out + pending, stream.len(), "no octet is lost");
    }
}

proptest! {
    // Each case is hundreds of contents.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_content_cut_anywhere_is_read_or_refused(seed in seed()) {
        let Some(content) = spoiled(&seed) else { return Ok(()) };
        for end in 0..content.len() {
            check_content(&content[..end])?;
        }
    }
}
