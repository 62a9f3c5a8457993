//! Any content can be explained octet by octet.

use sinkcheck_spec::wire::{Field, Message, explain};

use crate::vector_files::{deployed, tolerated};

/// One line a field, as a reader of `sinkcheck decode` might see it.
fn lines(content: &[u8]) -> Vec<String> {
    let line = |field: &Field| format!("{:?} {}: {}", field.range, field.name, field.value);
    explain(content).iter().map(line).collect()
}

#[test]
fn a_publish_is_its_fields_in_order() {
    let content = hex::decode("40070101016b8100bac70264617461").unwrap();
    assert_eq!(
        lines(&content)[..6],
        [
            "0..1 message_type: PUBLISH",
            "0..2 message_id: 7",
            "2..3 event_type_id: 1",
            "3..4 schema_version: 1",
            "4..6 key: \"k\"",
            "6..8 offset: 1 (varint in 2 octets)",
        ]
    );
}

#[test]
fn a_connection_request_is_its_fields_in_order() {
    let content = hex::decode("0005312e302e300000000100000002").unwrap();
    assert_eq!(
        lines(&content),
        [
            "0..1 message_type: CONNECTION REQUEST",
            "0..1 protocol_version: 0",
            "1..7 application_version: \"1.0.0\"",
            "7..11 client_instance_id: 1",
            "11..15 server_instance_id: 2",
        ]
    );
}

#[test]
fn a_request_of_another_version_has_no_layout() {
    assert_eq!(
        lines(&[0x03, 0xff, 0x00]),
        ["0..1 message_type: CONNECTION REQUEST", "0..1 protocol_version: 3", "1..3 rest: 0xff00",]
    );
}

#[test]
fn the_fields_before_an_error_come_before_it() {
    assert_eq!(
        lines(&[0x70, 0x09, 0x04, b'a']),
        [
            "0..1 message_type: NACK",
            "0..2 message_id: 9",
            "2..4 error: machine_message at octet 2: a chunk of 4 octets runs past the end: 1 left",
        ]
    );
    assert_eq!(
        lines(&[0x16, 0xff]),
        ["0..1 message_type: CONNECTION RESPONSE", "0..2 error: response_code at octet 0: 0x6 is not used",]
    );
    assert_eq!(lines(&[]), ["0..0 error: octet 0: the frame is empty"]);
    assert_eq!(
        lines(&[0x11]).last().unwrap(),
        "1..1 error: server_instance_id at octet 1: \
        the content ends within it: 4 octets needed, 0 there"
    );
}

#[test]
fn a_field_that_is_left_open_is_shown_in_its_place() {
    let content = hex::decode("00028080000000010000000200").unwrap();
    assert_eq!(
        lines(&content),
        [
            "0..1 message_type: CONNECTION REQUEST",
            "0..1 protocol_version: 0",
            "1..4 error: application_version at octet 2: text that is not UTF-8",
            "4..13 error: instance_ids at octet 4: 9 octets of instance ids: neither 4 nor 8",
        ]
    );
}

#[test]
fn what_is_left_open_is_one_error_and_not_two() {
    let content = hex::decode("1300ff").unwrap();
    assert_eq!(explain(&content).iter().filter(|field| field.is_error()).count(), 1, "{:?}", lines(&content));
}

#[test]
fn the_fields_of_a_message_cover_its_content_without_a_gap() {
    for vector in deployed().into_iter().chain(tolerated()) {
        let mut covered = 0;
        for field in explain(&vector.bytes) {
            assert!(!field.is_error(), "{}: {field:?}", vector.name);
            assert!(field.range.start <= covered, "{}: a gap before {field:?}", vector.name);
            covered = covered.max(field.range.end);
        }
        assert_eq!(covered, vector.bytes.len(), "{}", vector.name);
    }
}

#[test]
fn an_explanation_agrees_with_the_message_that_is_read() {
    for vector in deployed() {
        let line = Message::decode(&vector.bytes).unwrap().to_string();
        for field in explain(&vector.bytes) {
            let implied = matches!(field.name, "ignored_bits");
            assert!(implied || line.contains(&field.value), "{}: {line}: {field:?}", vector.name);
        }
    }
}
