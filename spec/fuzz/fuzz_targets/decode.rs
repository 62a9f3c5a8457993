//! Any content is read or refused, and what was read is written back as the same message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sinkcheck_spec::wire::{Element, Message, RawContent, explain, publish_id};

/// Half of the inputs are contents as they are, and half are built from elements: those get past the first fields
/// more often.
#[derive(Debug, arbitrary::Arbitrary)]
enum Input<'a> {
    Octets(&'a [u8]),
    Message(Message<'a>),
    Spoiled { message: Message<'a>, place: usize, element: Element },
}

fuzz_target!(|input: Input<'_>| match input {
    Input::Octets(content) => check(content),
    Input::Message(message) => {
        let content = message.encode();
        assert_eq!(Message::decode_noting(&content), Ok((message, vec![])));
        check(&content);
    }
    Input::Spoiled { message, place, element } => {
        let mut raw = RawContent::from(&message);
        let place = place % raw.elements.len();
        // A varint may be padded as far as a content reaches, but not as far as memory does.
        let small = |octets: Option<usize>| octets.is_none_or(|octets| octets < 1 << 16);
        match &element {
            Element::Varint { octets, .. } if !small(*octets) => return,
            Element::Chunk { length_octets, .. } if !small(*length_octets) => return,
            _ => {}
        }
        raw.elements[place] = element;
        check(&raw.encode());
    }
});

fn check(content: &[u8]) {
    let fields = explain(content);
    assert!(fields.iter().all(|field| field.range.start <= field.range.end && field.range.end <= content.len()));
    let _ = publish_id(content);
    let _ = RawContent::read(content);
    match Message::decode_noting(content) {
        Ok((message, notes)) => {
            let written = message.encode();
            assert_eq!(written == content, notes.is_empty(), "{notes:?}");
            assert_eq!(Message::decode(&written).as_ref(), Ok(&message));
            assert!(!fields.iter().any(|field| field.is_error()));
            assert!(!message.to_string().chars().any(char::is_control));
        }
        Err(error) => {
            assert!(error.at <= content.len());
            assert!(fields.iter().any(|field| field.is_error()));
        }
    }
}
