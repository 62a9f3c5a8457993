//! Whole sessions of deployed peers, with this machine in the client's place.

use std::time::Duration;

use sinkcheck_spec::machine::{ClientConfig, Output, ServerRecord};
use sinkcheck_spec::wire::{InstanceId, Message};

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

/// Gives the machine what the captured server sent, and holds its octets against those of the captured client. What the
/// captured client published is published when it was, and time passes as it did.
fn replay(capture: &str, config: &ClientConfig, server: Option<u32>) -> Side {
    let mut side: Option<Side> = None;
    // What the machine has sent that the captured client has not yet.
    let mut ahead: Vec<u8> = Vec::new();
    for line in capture.lines() {
        let line: Line = serde_json::from_str(line).expect("a line of a capture");
        assert_eq!(line.connection, 1, "these captures have one connection");
        let octets = line.hex.map(|octets| hex::decode(octets).expect("hex"));
        let now = Duration::from_millis(line.ms);
        if line.event.as_deref() == Some("connected") {
            let mut opened = Side::with(config.clone(), ServerRecord::new(InstanceId(1), server.map(InstanceId)));
            ahead.extend(sent(&opened.outputs()));
            opened.now = now;
            side = Some(opened);
            continue;
        }
        let side = side.as_mut().expect("a connection");
        match (line.from.as_str(), line.event.as_deref(), octets) {
            ("server", None, Some(octets)) => {
                side.now = now;
                ahead.extend(sent(&side.receive_octets(&octets)));
            }
            ("client", None, Some(octets)) => {
                ahead.extend(sent(&side.tick_at(now)));
                if let Ok(Message::Publish(publish)) = Message::decode(&octets[2..]) {
                    ahead.extend(sent(&side.publish([publish.event.into_owned()])));
                }
                let said: Vec<u8> = ahead.drain(..octets.len().min(ahead.len())).collect();
                assert_eq!(hex::encode(said), hex::encode(octets), "at {} ms", line.ms);
            }
            ("server", Some("closed"), None) if side.is_open() => drop(side.peer_closed()),
            (_, Some("closed"), None) => {}
            other => panic!("not a line of a capture: {other:?}"),
        }
    }
    assert!(ahead.is_empty(), "the captured client said less: {}", hex::encode(ahead));
    let side = side.expect("a connection");
    assert_eq!(side.server.outbox.unanswered(), 0);
    side
}

fn sent(outputs: &[Output]) -> Vec<u8> {
    outputs.iter().flat_map(|output| if let Output::Send(octets) = output { octets.clone() } else { vec![] }).collect()
}

#[test]
fn first_contact() {
    let config = ClientConfig { first_message_id: id(0x547), ..ClientConfig::default() };
    let side = replay(include_str!("../../captures/first_contact.jsonl"), &config, None);
    assert_eq!(side.server.server_instance_id, Some(InstanceId(2)));
    let seen: Vec<_> = side.delivered().iter().map(|event| (event.event_type_id(), event.offset())).collect();
    assert_eq!(seen, [(1, 1), (1, 2)]);
    let outbox = &side.server.outbox;
    let refused: Vec<_> = outbox.refused().iter().map(|refused| refused.event.event_type_id()).collect();
    assert_eq!((outbox.delivered(), refused), (3, vec![99]));
}

#[test]
fn instance_id_mismatch() {
    let capture = include_str!("../../captures/instance_id_mismatch.jsonl");
    let side = replay(capture, &ClientConfig::default(), Some(0x4d));
    assert!(!side.is_open());
    assert_eq!(side.server.server_instance_id, Some(InstanceId(0x4d)));
}

#[test]
fn keepalive() {
    // The captured client was set to an interval of about a second, and looked every tenth of it.
    let config = ClientConfig { keepalive_interval: Duration::from_millis(960), ..ClientConfig::default() };
    let side = replay(include_str!("../../captures/keepalive.jsonl"), &config, Some(2));
    assert_eq!(side.delivered(), []);
    assert_eq!(side.server.server_instance_id, Some(InstanceId(2)));
}
