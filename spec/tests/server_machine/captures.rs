//! Whole sessions of deployed peers, with this machine in the server's place.

use sinkcheck_spec::machine::{ClientRecord, Output, ServerConfig};
use sinkcheck_spec::wire::{Event, InstanceId, Message, Reason};

use crate::side::{Side, id};

#[derive(serde::Deserialize)]
struct Line {
    ms: u64,
    connection: u64,
    from: String,
    #[serde(default)]
    hex: Option<String>,
    #[serde(default)]
    event: Option<String>,
}

/// Gives the machine what the captured client sent, and holds its octets against those of the captured server. What the
/// captured server published is published when it was. Returns the events that were delivered.
fn replay(capture: &str, config: &ServerConfig, recorded: Option<u32>) -> Vec<Event<'static>> {
    let mut client = ClientRecord::new(recorded.map(InstanceId), None);
    let mut side: Option<Side> = None;
    // What the machine has sent that the captured server has not yet.
    let mut ahead: Vec<u8> = Vec::new();
    for line in capture.lines() {
        let line: Line = serde_json::from_str(line).expect("a line of a capture");
        assert_eq!(line.connection, 1, "these captures have one connection");
        let octets = line.hex.map(|octets| hex::decode(octets).expect("hex"));
        match (line.from.as_str(), line.event.as_deref(), octets) {
            ("client", Some("connected"), None) => side = Some(Side::with(config.clone(), client.clone())),
            ("client", Some("closed"), None) => {
                let side = side.as_mut().expect("a connection");
                if side.is_open() {
                    side.peer_closed();
                }
            }
            ("client", None, Some(octets)) => {
                let side = side.as_mut().expect("a connection");
                side.now = std::time::Duration::from_millis(line.ms);
                let outputs = side.receive_octets(&octets);
                ahead.extend(sent(&outputs));
            }
            ("server", None, Some(octets)) => {
                let side = side.as_mut().expect("a connection");
                if let Ok(Message::Publish(publish)) = Message::decode(&octets[2..]) {
                    let outputs = side.publish([publish.event.into_owned()]);
                    ahead.extend(sent(&outputs));
                }
                let said: Vec<u8> = ahead.drain(..octets.len().min(ahead.len())).collect();
                assert_eq!(hex::encode(said), hex::encode(octets), "at {} ms", line.ms);
            }
            ("server", Some("closed"), None) => assert!(!side.as_ref().expect("a connection").is_open()),
            other => panic!("not a line of a capture: {other:?}"),
        }
    }
    assert!(ahead.is_empty(), "the captured server said less: {}", hex::encode(ahead));
    let side = side.expect("a connection");
    client = side.client;
    assert_eq!(client.outbox.unanswered(), 0);
    client.delivered.iter().cloned().collect()
}

fn sent(outputs: &[Output]) -> Vec<u8> {
    outputs.iter().flat_map(|output| if let Output::Send(octets) = output { octets.clone() } else { vec![] }).collect()
}

#[test]
fn first_contact() {
    let config = ServerConfig {
        rejection_reason: Reason::new(&[7][..], "no such type").expect("a small reason"),
        first_message_id: id(0x79d),
        ..ServerConfig::default()
    };
    let delivered = replay(include_str!("../../captures/first_contact.jsonl"), &config, None);
    let types: Vec<_> = delivered.iter().map(|event| (event.event_type_id(), event.offset())).collect();
    assert_eq!(types, [(1, 1), (2, 2), (3, 4)], "without the one that was NACKed");
}

#[test]
fn instance_id_mismatch() {
    let capture = include_str!("../../captures/instance_id_mismatch.jsonl");
    assert_eq!(replay(capture, &ServerConfig::default(), Some(1)), []);
}

#[test]
fn keepalive() {
    let capture = include_str!("../../captures/keepalive.jsonl");
    assert_eq!(replay(capture, &ServerConfig::default(), Some(1)), []);
}
