//! What deployed peers send is read as they mean it, and written as they write it.

use sinkcheck_spec::wire::{Message, frame};

use crate::vector_files::deployed;

#[test]
fn there_are_as_many_as_the_deployed_implementation_gave() {
    assert_eq!(deployed().len(), 38);
}

#[test]
fn each_content_is_read_as_its_message() {
    for vector in deployed() {
        assert_eq!(Message::decode(&vector.bytes).as_ref(), Ok(&vector.message), "{}", vector.name);
    }
}

#[test]
fn each_message_is_written_as_its_content() {
    for vector in deployed() {
        assert_eq!(hex::encode(vector.message.encode()), hex::encode(&vector.bytes), "{}", vector.name);
    }
}

#[test]
fn each_message_is_framed_as_its_content_is() {
    for vector in deployed() {
        assert_eq!(Ok(vector.message.to_frame()), frame(&vector.bytes), "{}", vector.name);
    }
}

#[test]
fn none_needs_tolerance() {
    for vector in deployed() {
        let (_, notes) = Message::decode_noting(&vector.bytes).unwrap();
        assert_eq!(notes, [], "{}", vector.name);
    }
}
