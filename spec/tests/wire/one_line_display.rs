//! A message prints as one line that a terminal can't be harmed by.

use std::borrow::Cow;

use sinkcheck_spec::wire::{
    ConnectionRequest, ConnectionResponse, Event, EventFields, InstanceId, Message, MessageId, Nack, Octets,
    OtherVersionRequest, ProtocolVersion, Publish, Reason,
};

fn check<'a>(message: impl Into<Message<'a>>, line: &str) {
    assert_eq!(message.into().to_string(), line);
}

fn nack<'a>(machine: &'a [u8], human: &'a str) -> Nack<'a> {
    Nack { message_id: MessageId::new(9).unwrap(), reason: Reason::new(machine, human).unwrap() }
}

#[test]
fn each_kind_has_its_line() {
    check(Message::Ping, "PING");
    check(Message::Pong, "PONG");
    check(
        ConnectionRequest::new("1.0.0", InstanceId(1), Some(InstanceId(2))).unwrap(),
        r#"CONNECTION REQUEST { version 0, application "1.0.0", client 1, server 2 }"#,
    );
    check(
        OtherVersionRequest::new(ProtocolVersion::new(3).unwrap(), vec![5, 0xff]).unwrap(),
        "CONNECTION REQUEST { version 3, rest 0x05ff }",
    );
    check(ConnectionResponse::Connected, "CONNECTION RESPONSE connected");
    check(
        ConnectionResponse::Quarantined(Reason::new(vec![1, 1, 1], "blocked").unwrap()),
        r#"CONNECTION RESPONSE quarantined { machine 0x010101, human "blocked" }"#,
    );
    check(nack(b"x", "no"), r#"NACK 9 { machine "x", human "no" }"#);
    let event = Event::new(EventFields {
        event_type_id: 1,
        schema_version: 1,
        key: Cow::Borrowed(b"k"),
        offset: 1,
        timestamp: 1_700_000_000,
        event_data: Cow::Borrowed(b"data"),
    });
    check(
        Publish { message_id: MessageId::new(5).unwrap(), event: event.unwrap() },
        r#"PUBLISH 5 { type 1, schema 1, key "k", offset 1, timestamp 1700000000, data "data" }"#,
    );
}

#[test]
fn control_characters_are_escaped_in_text_and_make_octets_hex() {
    check(nack(b"a\nb", "a\nb\u{1b}[0m"), r#"NACK 9 { machine 0x610a62, human "a\nb\u{1b}[0m" }"#);
    check(nack(b"\"\\'", "\"\\'"), r#"NACK 9 { machine "\"\\'", human "\"\\'" }"#);
    check(nack("zażółć".as_bytes(), "zażółć"), r#"NACK 9 { machine "zażółć", human "zażółć" }"#);
    check(nack(b"", "\u{202e}"), r#"NACK 9 { machine "", human "\u{202e}" }"#);
}

#[test]
fn long_ones_are_abbreviated_with_their_length() {
    let shown = |octets: &[u8]| Octets::from(octets).to_string();
    assert_eq!(shown(&[b'a'; 48]), format!("\"{}\"", "a".repeat(48)));
    assert_eq!(shown(&[b'a'; 49]), format!("\"{}\"… (49 octets)", "a".repeat(48)));
    assert_eq!(shown(&[0xff; 48]), format!("0x{}", "ff".repeat(48)));
    assert_eq!(shown(&[0xff; 49]), format!("0x{}… (49 octets)", "ff".repeat(48)));
    assert_eq!(shown("ż".repeat(49).as_bytes()), format!("\"{}\"… (98 octets)", "ż".repeat(48)));
}
