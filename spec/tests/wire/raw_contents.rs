//! The raw form writes what the strict one can't, and reads any content that has an octet.

use sinkcheck_spec::wire::{DecodeErrorKind, Element, Message, MessageType, RawContent};

use crate::vector_files::{deployed, malformed, tolerated};

fn kind(raw: &RawContent) -> DecodeErrorKind {
    Message::decode(&raw.encode()).unwrap_err().kind
}

fn check(elements: &[Element], octets: &[u8]) {
    assert_eq!(hex::encode(RawContent::new(elements.to_vec()).encode()), hex::encode(octets));
}

#[test]
fn a_message_taken_apart_is_written_the_same() {
    for vector in deployed().into_iter().chain(tolerated()) {
        let raw = RawContent::from(&vector.message);
        assert_eq!(raw.encode(), vector.message.encode(), "{}", vector.name);
    }
}

#[test]
fn elements_are_written_as_they_say() {
    check(&[Element::FirstOctet { type_nibble: 2, low_nibble: 9 }], &[0x29]);
    check(&[Element::FirstOctet { type_nibble: 0xf2, low_nibble: 0xf9 }], &[0x29]);
    check(&[Element::TypeAndId { type_nibble: 4, id: 0x123 }], &[0x41, 0x23]);
    check(&[Element::TypeAndId { type_nibble: 0xf4, id: 0xf123 }], &[0x41, 0x23]);
    check(&[Element::U32(0x0102_0304)], &[1, 2, 3, 4]);
    check(&[Element::Octets(vec![9, 8]), Element::Octets(vec![7])], &[9, 8, 7]);
    check(&[], &[]);
}

#[test]
fn varints_can_be_padded_and_never_lose_their_number() {
    check(&[Element::varint(300)], &[0xac, 0x02]);
    check(&[Element::Varint { value: 300, octets: Some(1) }], &[0xac, 0x02]);
    check(&[Element::Varint { value: 300, octets: Some(4) }], &[0xac, 0x82, 0x80, 0x00]);
    check(&[Element::Varint { value: 0, octets: Some(2) }], &[0x80, 0x00]);
    let long = RawContent::new(vec![Element::Varint { value: u64::MAX, octets: Some(40) }]);
    assert_eq!(long.encode().len(), 40);
    let largest = RawContent::new(vec![Element::varint(u64::MAX)]);
    assert_eq!(hex::encode(largest.encode()), "ffffffffffffffffff01");
}

#[test]
fn chunks_can_lie_about_their_length() {
    check(&[Element::chunk(*b"ab")], b"\x02ab");
    let lie = |declared, length_octets| Element::Chunk { declared, length_octets, octets: b"ab".to_vec() };
    check(&[lie(Some(200), None)], b"\xc8\x01ab");
    check(&[lie(Some(0), Some(3))], b"\x80\x80\x00ab");
    check(&[lie(None, Some(2))], b"\x82\x00ab");
}

#[test]
fn a_spoiled_message_is_malformed() {
    let publish = deployed().into_iter().find(|vector| vector.name == "publish/id_0").unwrap().message;
    let mut raw = RawContent::from(&publish);
    let Element::Chunk { declared, .. } = &mut raw.elements[3] else { panic!("the key") };
    *declared = Some(1000);
    assert!(matches!(kind(&raw), DecodeErrorKind::ChunkPastEnd { length: 1000, .. }));
    let mut raw = RawContent::from(&publish);
    raw.elements.pop();
    assert_eq!(kind(&raw), DecodeErrorKind::Truncated { needed: 1, available: 0 });
    let mut raw = RawContent::from(&publish);
    raw.elements[0] = Element::TypeAndId { type_nibble: 2, id: 0 };
    assert_eq!(kind(&raw), DecodeErrorKind::UnusedMessageType(2));
}

#[test]
fn any_content_with_an_octet_is_read_and_written_back() {
    assert_eq!(RawContent::read(&[]), None);
    for content in malformed().into_iter().map(|vector| vector.bytes).filter(|bytes| !bytes.is_empty()) {
        let reading = RawContent::read(&content).unwrap();
        assert_eq!(RawContent::from(reading).encode(), content);
    }
    let reading = RawContent::read(&[0x2f, 1, 2]).unwrap();
    assert_eq!((reading.type_nibble, reading.low_nibble, reading.rest), (2, 0xf, &[1, 2][..]));
    assert_eq!(reading.message_type(), MessageType::Unused(2));
}
