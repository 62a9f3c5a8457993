use sinkcheck_reports::document::Role::{Client, Server};
use sinkcheck_reports::document::TranscriptEntry;

const REQUEST: &[u8] = b"\x00\x0f\x00\x051.0.0\x00\x00\x00\x01\x00\x00\x00\x02";

/// A client that the server knows connects, on connection `name`, at `ms`.
pub(crate) fn connected(name: &str, ms: f64) -> Vec<TranscriptEntry> {
    vec![
        TranscriptEntry::event(ms, name, Client, "connected"),
        TranscriptEntry::octets(ms + 0.2, name, Client, REQUEST).meaning(
            "connection_request { protocol_version: 0, application_version: \"1.0.0\", client_instance_id: 1, \
             server_instance_id: 2 }",
        ),
        TranscriptEntry::octets(ms + 1.4, name, Server, b"\x00\x01\x10").meaning("connection_response connected"),
    ]
}

/// A quarantined client is told so, and then not dropped.
pub(crate) fn quarantined_and_left_open() -> Vec<TranscriptEntry> {
    let mut entries = connected("client", 0.31);
    entries.truncate(2);
    entries.extend([
        TranscriptEntry::octets(1.904, "client", Server, b"\x00\x0c\x13\x03\x01\x01\x01blocked")
            .meaning("connection_response quarantined { machine_message: 010101, human_message: \"blocked\" }"),
        TranscriptEntry::octets(402.0, "client", Client, b"\x00\x02\x50\x00").meaning("ping"),
        TranscriptEntry::octets(403.1, "client", Server, b"\x00\x02\x60\x00")
            .meaning("pong")
            .breaking("handshake.quarantined-closes"),
    ]);
    entries
}

/// A PUBLISH is answered with the id of another.
pub(crate) fn wrong_id_acked() -> Vec<TranscriptEntry> {
    let mut entries = connected("client", 0.0);
    entries.extend([
        TranscriptEntry::octets(
            2.0,
            "client",
            Client,
            b"\x00\x11\x45\x47\x01\x01\x01k\x01\x80\xe2\xcf\xaa\x06\x04data",
        )
        .meaning(
            "publish 1351 { event_type_id: 1, schema_version: 1, key: \"k\", offset: 1, timestamp: 1700000000, \
             event_data: \"data\" }",
        ),
        TranscriptEntry::octets(3.25, "client", Server, b"\x00\x02\x35\x48")
            .meaning("ack 1352")
            .breaking("events.one-answer"),
    ]);
    entries
}

/// `count` PUBLISHes and their ACKs; the ACK of number `unanswered` never comes.
pub(crate) fn flood(count: u16, unanswered: u16) -> Vec<TranscriptEntry> {
    let mut entries = connected("client", 0.0);
    for number in 0..count {
        let ms = 2.0 + f64::from(number) / 10.0;
        let [high, low] = number.to_be_bytes();
        let mut publish = vec![0, 17, 0x40 | high, low];
        publish.extend(b"\x01\x01\x01k\x01\x80\xe2\xcf\xaa\x06\x04data");
        let message = format!("publish {number} {{ event_type_id: 1, key: \"k\", offset: {number} }}");
        entries.push(TranscriptEntry::octets(ms, "client", Client, &publish).meaning(message));
        if number != unanswered {
            let ack = TranscriptEntry::octets(ms + 0.05, "client", Server, &[0, 2, 0x30 | high, low]);
            let ack = ack.meaning(format!("ack {number}"));
            entries.push(if number == unanswered + 1 { ack.breaking("events.one-answer") } else { ack });
        }
    }
    entries
}

/// Two connections of one identity, of which the older one stays.
pub(crate) fn takeover_without_close() -> Vec<TranscriptEntry> {
    let mut entries = connected("older", 0.0);
    entries.extend(connected("newer", 10.0));
    entries.extend([
        TranscriptEntry::octets(900.0, "older", Client, b"\x00\x02\x50\x00").meaning("ping"),
        TranscriptEntry::octets(900.9, "older", Server, b"\x00\x02\x60\x00")
            .meaning("pong")
            .breaking("identity.takeover"),
    ]);
    entries
}

/// A frame of 65535 octets, and a close in reply.
pub(crate) fn longest_frame_closed() -> Vec<TranscriptEntry> {
    let mut frame = vec![0xff, 0xff, 0x40, 0x07, 0x01, 0x01, 0x01, b'k', 0x01, 0x01, 0xf4, 0xff, 0x03];
    frame.resize(65537, b'x');
    let mut entries = connected("client", 0.0);
    entries.extend([
        TranscriptEntry::octets(2.0, "client", Client, &frame).meaning(format!(
            "publish 7 {{ event_type_id: 1, schema_version: 1, key: \"k\", offset: 1, timestamp: 1, event_data: \"{}\" }}",
            "x".repeat(65524)
        )),
        TranscriptEntry::event(4.0, "client", Server, "closed").breaking("framing.any-length"),
    ]);
    entries
}
