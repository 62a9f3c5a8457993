//! What a receiver must read though a careful sender would not write it.

use sinkcheck_spec::wire::Message;

use crate::vector_files::tolerated;

#[test]
fn each_content_is_read_as_its_message() {
    for vector in tolerated() {
        assert_eq!(Message::decode(&vector.bytes).as_ref(), Ok(&vector.message), "{}", vector.name);
    }
}

#[test]
fn each_departure_is_noted_where_it_is() {
    for vector in tolerated() {
        let (message, notes) = Message::decode_noting(&vector.bytes).unwrap();
        assert_eq!(message, vector.message, "{}", vector.name);
        assert_eq!(notes, vector.notes(), "{}", vector.name);
    }
}

#[test]
fn a_content_without_notes_is_written_back_the_same_and_one_with_notes_is_not() {
    for vector in tolerated() {
        let same = vector.message.encode() == vector.bytes;
        assert_eq!(same, vector.notes().is_empty(), "{}", vector.name);
    }
}

#[test]
fn notes_say_what_and_where() {
    let (_, notes) = Message::decode_noting(&[0x40, 0, 0x81, 0, 1, 0, 1, 1, 0]).unwrap();
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert_eq!(notes, ["event_type_id at octet 2: a varint in 2 octets, longer than its number needs"]);
    let (_, notes) = Message::decode_noting(&[0x50, 1]).unwrap();
    assert_eq!(notes[0].to_string(), "the ignored bits are not 0");
}
