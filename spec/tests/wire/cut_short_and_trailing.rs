//! A content that ends early, or goes on after its message, is not that message.

use sinkcheck_spec::wire::{ConnectionResponse, DecodeErrorKind, Message};

use crate::vector_files::{deployed, tolerated};

/// Every content that is a message.
fn valid() -> Vec<(String, Vec<u8>)> {
    deployed().into_iter().chain(tolerated()).map(|vector| (vector.name, vector.bytes)).collect()
}

/// Whether the message's last field takes all that is left, so that no octet after it is one too many.
fn is_open_ended(message: &Message<'_>) -> bool {
    use ConnectionResponse::Quarantined;
    matches!(message, Message::OtherVersion(_) | Message::Nack(_) | Message::ConnectionResponse(Quarantined(_)))
}

#[test]
fn each_truncation_is_an_error_or_a_shorter_message_of_the_same_kind() {
    for (name, content) in valid() {
        let whole = Message::decode(&content).unwrap();
        for end in 0..content.len() {
            let cut = &content[..end];
            match Message::decode(cut) {
                Ok(Message::ConnectionRequest(request)) => {
                    // Two ids without the second are one.
                    assert!(matches!(whole, Message::ConnectionRequest(_)), "{name}, cut at {end}");
                    assert_eq!((end, request.server_instance_id()), (content.len() - 4, None), "{name}");
                }
                Ok(shorter) => {
                    assert!(is_open_ended(&whole) && is_open_ended(&shorter), "{name}, cut at {end}: {shorter}");
                    assert_eq!(shorter.message_type(), whole.message_type(), "{name}, cut at {end}");
                }
                Err(error) => {
                    assert!(error.at <= end, "{name}, cut at {end}: {error}");
                    // Only text can be cut within and still have a layout.
                    assert!(!error.kind.is_open() || is_open_ended(&whole), "{name}, cut at {end}: {error}");
                }
            }
        }
    }
}

#[test]
fn trailing_octets_are_counted_from_the_end_of_the_message() {
    for (name, content) in valid() {
        let whole = Message::decode(&content).unwrap();
        for count in [1, 2, 3, 5, 100] {
            let mut longer = content.clone();
            longer.extend(std::iter::repeat_n(b'+', count));
            match (&whole, Message::decode(&longer)) {
                (_, Ok(read)) => {
                    assert!(is_open_ended(&whole), "{name}, {count} more: {read}");
                    assert_ne!(read, whole, "{name}, {count} more");
                }
                (Message::ConnectionRequest(request), Err(error)) => {
                    let ids = if request.server_instance_id().is_some() { 8 } else { 4 };
                    let kind = DecodeErrorKind::InstanceIdOctets { count: ids + count };
                    assert_eq!((error.kind, error.at), (kind, content.len() - ids), "{name}");
                }
                (_, Err(error)) => {
                    let kind = DecodeErrorKind::TrailingOctets { count };
                    assert_eq!((error.kind, error.field, error.at), (kind, None, content.len()), "{name}");
                }
            }
        }
    }
}

#[test]
fn four_octets_after_one_id_are_a_second_one() {
    let mut content = vec![0, 0, 0, 0, 0, 1];
    content.extend([0, 0, 0, 2]);
    let Ok(Message::ConnectionRequest(request)) = Message::decode(&content) else {
        panic!("a request with two ids");
    };
    assert_eq!(request.server_instance_id().map(|id| id.0), Some(2));
}
