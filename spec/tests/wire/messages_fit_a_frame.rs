//! The longest message of each kind fits a frame to the last octet, and one octet more can't be built.

use std::borrow::Cow;

use sinkcheck_spec::wire::{
    ConnectionRequest, ConnectionResponse, Event, EventFields, InstanceId, MAX_CONTENT, Message, MessageId, Nack,
    OtherVersionRequest, OtherVersionRequestError, ProtocolVersion, Publish, QuarantineReason, Reason, TooLong,
};

/// The octets of a chunk's length where the chunk fills a content.
const LENGTH: usize = 3;
const ONE_MORE: TooLong = TooLong { octets: MAX_CONTENT + 1 };

fn check_longest(message: Message<'_>) {
    let content = message.encode();
    assert_eq!((content.len(), message.content_len()), (MAX_CONTENT, MAX_CONTENT));
    assert_eq!(message.to_frame()[..2], [0xff, 0xff]);
    assert_eq!(message.to_frame()[2..], content);
    assert_eq!(Message::decode(&content), Ok(message));
}

#[test]
fn a_connection_request() {
    let text = "v".repeat(MAX_CONTENT);
    let request = |room: usize, server| ConnectionRequest::new(&text[..room], InstanceId(1), server);
    let room = MAX_CONTENT - 1 - LENGTH - 4;
    check_longest(request(room, None).unwrap().into());
    check_longest(request(room - 4, Some(InstanceId(2))).unwrap().into());
    assert_eq!(request(room + 1, None), Err(ONE_MORE));
    assert_eq!(request(room - 3, Some(InstanceId(2))), Err(ONE_MORE));
}

#[test]
fn a_connection_request_of_another_version() {
    let version = ProtocolVersion::new(1).unwrap();
    check_longest(OtherVersionRequest::new(version, vec![7; MAX_CONTENT - 1]).unwrap().into());
    let longer = OtherVersionRequest::new(version, vec![7; MAX_CONTENT]);
    assert_eq!(longer, Err(OtherVersionRequestError::TooLong(ONE_MORE)));
    let spoken = OtherVersionRequest::new(ProtocolVersion::V0, vec![]);
    assert_eq!(spoken, Err(OtherVersionRequestError::Spoken));
}

#[test]
fn a_quarantined_response() {
    let room = MAX_CONTENT - 1 - LENGTH;
    let reason = QuarantineReason::new(vec![7; room - 2], "ok").unwrap();
    check_longest(ConnectionResponse::Quarantined(reason).into());
    assert_eq!(QuarantineReason::new(vec![7; room - 1], "ok"), Err(ONE_MORE));
}

#[test]
fn a_nack() {
    let room = MAX_CONTENT - 2 - LENGTH;
    let reason = Reason::new(vec![7; room - 2], "ok").unwrap();
    check_longest(Nack { message_id: MessageId::MAX, reason }.into());
    let all_text = Reason::new(vec![], "t".repeat(MAX_CONTENT - 3)).unwrap();
    check_longest(Nack { message_id: MessageId::ZERO, reason: all_text }.into());
    assert_eq!(<Reason<'_>>::new(vec![7; room - 1], "ok"), Err(ONE_MORE));
    assert_eq!(<Reason<'_>>::new(vec![], "t".repeat(MAX_CONTENT - 2)), Err(ONE_MORE));
}

#[test]
fn a_quarantine_reason_fits_a_nack_unless_it_is_the_longest() {
    let room = MAX_CONTENT - 1 - LENGTH;
    let longest = QuarantineReason::new(vec![7; room], "").unwrap();
    assert_eq!(<Reason<'_>>::try_from(longest), Err(ONE_MORE));
    let shorter = QuarantineReason::new(vec![7; room - 1], "").unwrap();
    let in_nack: Reason<'_> = shorter.clone().try_into().unwrap();
    assert_eq!(QuarantineReason::from(in_nack), shorter);
}

#[test]
fn a_publish() {
    // Four numbers of one octet, and an empty key of one.
    let room = MAX_CONTENT - 2 - 4 - 1 - LENGTH;
    let fields = |length| EventFields { event_data: Cow::Owned(vec![7; length]), ..EventFields::default() };
    let event = Event::new(fields(room)).unwrap();
    assert_eq!(event.encoded_len(), Event::MAX_LEN);
    check_longest(Publish { message_id: MessageId::MAX, event }.into());
    assert_eq!(Event::new(fields(room + 1)), Err(ONE_MORE));
    let large = EventFields { offset: 128, ..fields(room) };
    assert_eq!(Event::try_from(large), Err(ONE_MORE), "a number's octets count");
    let key = EventFields { key: Cow::Borrowed(b"k"), ..fields(room) };
    assert_eq!(Event::new(key), Err(ONE_MORE), "and the key's");
}

#[test]
fn too_long_says_by_how_much() {
    assert_eq!(ONE_MORE.to_string(), "a content of 65536 octets does not fit a frame, which holds 65535");
}
