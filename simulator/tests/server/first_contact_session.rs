use serde_json::Value;
use sinkcheck_simulator::control::Control;
use sinkcheck_spec::wire::{Event, Message};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::peer::start;

/// Plays the client's part of a capture and holds the server's octets against the captured ones.
async fn replay(capture: &str, stream: &mut TcpStream, control: &Control, client: &str) {
    for line in capture.lines() {
        let line: Value = serde_json::from_str(line).expect("a line of a capture");
        let octets = line["hex"].as_str().map(|octets| hex::decode(octets).expect("hex"));
        match (line["from"].as_str(), octets) {
            (Some("client"), Some(octets)) => stream.write_all(&octets).await.expect("the server takes octets"),
            (Some("server"), Some(octets)) => {
                if let Ok(Message::Publish(publish)) = Message::decode(&octets[2..]) {
                    control.publish(client, publish.event.into_owned()).expect("a known client");
                }
                let mut said = vec![0; octets.len()];
                stream.read_exact(&mut said).await.expect("the server answers");
                assert_eq!(hex::encode(said), hex::encode(octets), "at {} ms", line["ms"]);
            }
            (Some("client"), None) if line["event"] == "closed" => {
                stream.shutdown().await.expect("the client closes");
            }
            (Some("server"), None) if line["event"] == "closed" => {
                assert_eq!(stream.read(&mut [0]).await.expect("an orderly end"), 0);
            }
            _ => assert_eq!(line["event"], "connected"),
        }
    }
}

#[tokio::test]
async fn every_octet_of_the_captured_server_is_said_again() {
    let server = start(
        r#"
        events: { rejected: [99], rejection: { machine_message: { hex: "07" }, human_message: no such type }, first_message_id: 1949 }
        clients: { new: {} }
        listeners: [ { address: "tcp://127.0.0.1:0", client: new } ]
        "#,
    )
    .await;
    let control = server.control();
    let capture = include_str!("../../../spec/captures/first_contact.jsonl");
    let mut stream = TcpStream::connect(server.listeners()[0].address).await.expect("the server listens");
    replay(capture, &mut stream, &control, "new").await;
    let delivered = control.delivered("new").expect("a known client");
    let kinds: Vec<_> = delivered.iter().map(Event::event_type_id).collect();
    assert_eq!(kinds, [1, 2, 3], "without the one that was NACKed");
    server.stop().await;
}

#[tokio::test]
async fn the_other_captured_sessions_are_said_again_as_well() {
    let captures = [
        include_str!("../../../spec/captures/instance_id_mismatch.jsonl"),
        include_str!("../../../spec/captures/keepalive.jsonl"),
    ];
    let server = crate::peer::server().await;
    for capture in captures {
        let mut stream = TcpStream::connect(server.listeners()[0].address).await.expect("the server listens");
        replay(capture, &mut stream, &server.control(), "known").await;
    }
    server.stop().await;
}
