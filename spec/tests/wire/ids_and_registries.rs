//! Numbers with a range can't leave it, and codes that are not used survive.

use sinkcheck_spec::wire::{
    ConnectionResponse, Event, EventFields, InstanceId, MessageId, MessageType, Octets, ProtocolVersion,
    QuarantineReason, ResponseCode,
};

#[test]
fn a_message_id_is_at_most_4095() {
    assert_eq!(MessageId::new(0), Some(MessageId::ZERO));
    assert_eq!(MessageId::new(4095), Some(MessageId::MAX));
    assert_eq!(MessageId::new(4096), None);
    assert_eq!(MessageId::new(u16::MAX), None);
}

#[test]
fn octets_go_in_and_out_as_they_are() {
    let octets = Octets::from(vec![4, 4]);
    assert_eq!((octets.as_slice(), octets.as_ref()), (&[4, 4][..], &[4, 4][..]));
    assert_eq!(Vec::from(octets), [4, 4]);
}

#[test]
fn the_fields_of_an_event_come_out_as_they_went_in() {
    let fields = EventFields {
        event_type_id: 1,
        schema_version: 2,
        key: b"k"[..].into(),
        offset: 3,
        timestamp: 4,
        event_data: b"data"[..].into(),
    };
    let event = Event::new(fields.clone()).expect("a small event");
    assert_eq!(*event.fields(), fields);
    assert_eq!(event.into_fields(), fields);
}

#[test]
fn two_of_the_responses_accept() {
    let reason = || QuarantineReason::new(&b""[..], "").expect("no reason is small");
    let hello = ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(1) };
    for (response, accepts) in [
        (ConnectionResponse::Connected, true),
        (hello, true),
        (ConnectionResponse::InstanceIdMismatch, false),
        (ConnectionResponse::Quarantined(reason()), false),
        (ConnectionResponse::UnsupportedProtocolVersion, false),
        (ConnectionResponse::UnsupportedApplicationVersion, false),
    ] {
        assert_eq!(response.is_acceptance(), accepts, "{response}");
    }
}

#[test]
fn message_ids_go_up_by_one_and_wrap() {
    let mut id = MessageId::ZERO;
    for number in 0..4096 {
        assert_eq!(id.get(), number);
        id = id.next();
    }
    assert_eq!(id, MessageId::ZERO);
}

#[test]
fn a_protocol_version_is_at_most_15() {
    assert_eq!(ProtocolVersion::new(0), Some(ProtocolVersion::V0));
    assert_eq!(ProtocolVersion::new(15).map(ProtocolVersion::get), Some(15));
    assert_eq!(ProtocolVersion::new(16), None);
}

#[test]
fn ranges_hold_when_deserialized() {
    assert_eq!(serde_json::from_str::<MessageId>("4095").unwrap(), MessageId::MAX);
    assert_eq!(serde_json::to_string(&MessageId::MAX).unwrap(), "4095");
    let error = serde_json::from_str::<MessageId>("4096").unwrap_err();
    assert!(error.to_string().contains("message id 4096 is above 4095"), "{error}");
    let error = serde_json::from_str::<ProtocolVersion>("16").unwrap_err();
    assert!(error.to_string().contains("protocol version 16 is above 15"), "{error}");
    assert_eq!(serde_json::from_str::<InstanceId>("4294967295").unwrap(), InstanceId(u32::MAX));
}

#[test]
fn every_nibble_is_a_type_and_survives() {
    for nibble in 0..16 {
        assert_eq!(MessageType::from_nibble(nibble).nibble(), nibble);
        assert_eq!(MessageType::from_nibble(nibble | 0xf0).nibble(), nibble, "only four bits count");
    }
    assert_eq!(MessageType::from_nibble(2), MessageType::Unused(2));
    assert_eq!(MessageType::from_nibble(3), MessageType::Ack);
    assert_eq!(MessageType::from_nibble(7), MessageType::Nack);
    assert_eq!(MessageType::from_nibble(8), MessageType::Unused(8));
}

#[test]
fn every_nibble_is_a_response_code_and_survives() {
    for nibble in 0..16 {
        assert_eq!(ResponseCode::from_nibble(nibble).nibble(), nibble);
        let unused = matches!(ResponseCode::from_nibble(nibble), ResponseCode::Unused(_));
        assert_eq!(unused, nibble > 5);
    }
}

#[test]
fn codes_that_are_not_used_print_in_hex() {
    assert_eq!(MessageType::from_nibble(2).to_string(), "type 0x2 (unused)");
    assert_eq!(MessageType::from_nibble(15).to_string(), "type 0xf (unused)");
    assert_eq!(ResponseCode::from_nibble(6).to_string(), "code 0x6 (unused)");
    assert_eq!(MessageType::Publish.to_string(), "PUBLISH");
    assert_eq!(ResponseCode::HelloNewClient.to_string(), "hello new client");
}
