//! What is no message is refused, with the one error that says why and where.

use std::collections::{BTreeMap, BTreeSet};

use sinkcheck_spec::wire::{
    DecodeError, DecodeErrorKind, Message, MessageId, MessageType, RawContent, explain, publish_id,
};

use crate::vector_files::{ExpectedError, malformed};

fn by_name(error: &DecodeError) -> ExpectedError {
    let numbers: &[(&str, u64)] = match error.kind {
        DecodeErrorKind::UnusedMessageType(nibble) | DecodeErrorKind::UnusedResponseCode(nibble) => {
            &[("nibble", u64::from(nibble))]
        }
        DecodeErrorKind::Truncated { needed, available } => {
            &[("needed", needed as u64), ("available", available as u64)]
        }
        DecodeErrorKind::TrailingOctets { count } | DecodeErrorKind::InstanceIdOctets { count } => {
            &[("count", count as u64)]
        }
        DecodeErrorKind::ChunkPastEnd { length, available } => &[("length", length), ("available", available as u64)],
        _ => &[],
    };
    ExpectedError {
        kind: error.kind.name().to_owned(),
        field: error.field.map(ToOwned::to_owned),
        at: error.at,
        numbers: numbers.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect::<BTreeMap<_, _>>(),
    }
}

#[test]
fn each_content_gives_exactly_its_error() {
    for vector in malformed() {
        let error = Message::decode(&vector.bytes).unwrap_err();
        assert_eq!(by_name(&error), vector.error, "{}: {error}", vector.name);
    }
}

#[test]
fn noting_changes_no_error() {
    for vector in malformed() {
        let noting = Message::decode_noting(&vector.bytes).unwrap_err();
        assert_eq!(noting, Message::decode(&vector.bytes).unwrap_err(), "{}", vector.name);
    }
}

/// A field's name, `None` for the end of the layout, and the errors that it can have.
type FieldErrors = (Option<&'static str>, &'static [&'static str]);

/// A field's layout decides which errors it can have.
const TRUNCATED: &[&str] = &["truncated"];
const NUMBER: &[&str] = &["truncated", "varint-too-long", "number-too-large"];
const CHUNK: &[&str] = &["truncated", "varint-too-long", "chunk-past-end"];
const TEXT_CHUNK: &[&str] = &["truncated", "varint-too-long", "chunk-past-end", "not-utf8"];
const TEXT: &[&str] = &["not-utf8"];
const IDS: &[&str] = &["instance-id-octets"];
const END: &[&str] = &["trailing-octets"];

/// The fields of each message (a connection response by its code), and the end of those whose last field has one.
const LAYOUTS: &[(u8, Option<u8>, &[FieldErrors])] = &[
    (0, Some(0), &[(Some("application_version"), TEXT_CHUNK), (Some("instance_ids"), IDS)]),
    (1, Some(0), &[(None, END)]),
    (1, Some(1), &[(Some("server_instance_id"), TRUNCATED), (None, END)]),
    (1, Some(2), &[(None, END)]),
    (1, Some(3), &[(Some("machine_message"), CHUNK), (Some("human_message"), TEXT)]),
    (1, Some(4), &[(None, END)]),
    (1, Some(5), &[(None, END)]),
    (3, None, &[(Some("message_id"), TRUNCATED), (None, END)]),
    (
        4,
        None,
        &[
            (Some("message_id"), TRUNCATED),
            (Some("event_type_id"), NUMBER),
            (Some("schema_version"), NUMBER),
            (Some("key"), CHUNK),
            (Some("offset"), NUMBER),
            (Some("timestamp"), NUMBER),
            (Some("event_data"), CHUNK),
            (None, END),
        ],
    ),
    (5, None, &[(Some("ignored_bits"), TRUNCATED), (None, END)]),
    (6, None, &[(Some("ignored_bits"), TRUNCATED), (None, END)]),
    (7, None, &[(Some("message_id"), TRUNCATED), (Some("machine_message"), CHUNK), (Some("human_message"), TEXT)]),
];

#[test]
fn every_error_that_a_field_can_have_is_among_the_vectors() {
    let seen: BTreeSet<_> = malformed()
        .into_iter()
        .filter_map(|vector| {
            let first = RawContent::read(&vector.bytes)?;
            Some((first.type_nibble, first.low_nibble, vector.error.field, vector.error.kind))
        })
        .collect();
    let mut missing = Vec::new();
    for (message, code, fields) in LAYOUTS {
        for (field, kinds) in *fields {
            for kind in *kinds {
                let same = |(nibble, low, at, what): &(u8, u8, Option<String>, String)| {
                    nibble == message && code.is_none_or(|code| *low == code) && at.as_deref() == *field && what == kind
                };
                if !seen.iter().any(same) {
                    missing.push((message, code, field, kind));
                }
            }
        }
    }
    assert_eq!(missing, []);
}

#[test]
fn every_unused_type_and_code_is_among_the_vectors() {
    let vectors = malformed();
    let of = |kind: &str| -> BTreeSet<u64> {
        let same = vectors.iter().filter(|vector| vector.error.kind == kind);
        same.map(|vector| vector.error.numbers["nibble"]).collect()
    };
    assert_eq!(of("unused-message-type"), [2].into_iter().chain(8..16).collect());
    assert_eq!(of("unused-response-code"), (6..16).collect());
}

#[test]
fn an_open_error_is_one_that_the_protocol_leaves_open() {
    let mut names = BTreeSet::new();
    for vector in malformed() {
        let error = Message::decode(&vector.bytes).unwrap_err();
        if error.kind.is_open() {
            names.insert(error.kind.name());
        }
    }
    assert_eq!(names, ["not-utf8", "number-too-large", "varint-too-long"].into());
}

#[test]
fn an_explanation_shows_the_error() {
    for vector in malformed() {
        let error = Message::decode(&vector.bytes).unwrap_err();
        let fields = explain(&vector.bytes);
        let mut errors = fields.iter().filter(|field| field.is_error());
        assert!(errors.any(|field| field.value == error.to_string()), "{}: {fields:?}", vector.name);
    }
}

#[test]
fn errors_print_what_in_which_field_at_which_octet() {
    let says = |octets: &[u8]| Message::decode(octets).unwrap_err().to_string();
    assert_eq!(says(&[]), "octet 0: the frame is empty");
    assert_eq!(says(&[0x80]), "message_type at octet 0: 0x8 is not used");
    assert_eq!(says(&[0x1f]), "response_code at octet 0: 0xf is not used");
    assert_eq!(
        says(&[0x11, 0, 0]),
        "server_instance_id at octet 1: the content ends within it: 4 octets needed, 2 there"
    );
    assert_eq!(says(&[0x50, 0, 0]), "octet 2: 1 octet after the end of the message");
    assert_eq!(says(&[0x70, 0, 9]), "machine_message at octet 2: a chunk of 9 octets runs past the end: 0 left");
    assert_eq!(says(&[0, 0]), "instance_ids at octet 2: 0 octets of instance ids: neither 4 nor 8");
    assert_eq!(says(&[0x70, 0, 0, 0xff]), "human_message at octet 3: text that is not UTF-8");
}

#[test]
fn the_id_of_a_malformed_publish_is_read_where_it_is_there() {
    for vector in malformed() {
        let is_publish =
            RawContent::read(&vector.bytes).is_some_and(|first| first.message_type() == MessageType::Publish);
        let expected = (is_publish && vector.bytes.len() > 1).then(|| MessageId::new(5).unwrap());
        assert_eq!(publish_id(&vector.bytes), expected, "{}", vector.name);
    }
}

#[test]
fn a_publish_id_has_twelve_bits() {
    assert_eq!(publish_id(&[0x4f, 0xff]), Some(MessageId::MAX));
    assert_eq!(publish_id(&[0x41, 0x02]), MessageId::new(0x102));
    assert_eq!(publish_id(&[0x31, 0x02]), None);
    assert_eq!(publish_id(&[0x7f, 0xff]), None);
}
