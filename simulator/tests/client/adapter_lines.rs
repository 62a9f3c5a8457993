use sinkcheck_simulator::client::{ClientControl, RunningClient};
use sinkcheck_simulator::control::{ClientControls, answer, serve_lines};
use sinkcheck_spec::wire::{Ack, ConnectionResponse, InstanceId, Publish};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::host::{Host, event, id, known};

const EVENT: &str = r#"{"event_type_id":1,"schema_version":1,"key":{"hex":"00ff07"},"offset":7,"timestamp":1700000000,"event_data":"data"}"#;
const DONE: &str = r#"{"ok":true}"#;

fn named(client: &RunningClient) -> (ClientControls, ClientControl) {
    (ClientControls::new([("known", client.control())]), client.control())
}

#[tokio::test(start_paused = true)]
async fn each_question_does_what_its_control_does() {
    let (mut host, client) = Host::with_client(known());
    let (controls, control) = named(&client);
    let ask = |question: &str| answer(&controls, question);
    let mut peer = host.accept(1, Some(2)).await;
    assert_eq!(ask(&format!(r#"{{"ask":"publish","client":"known","event":{EVENT}}}"#)), DONE);
    assert_eq!(peer.next_publish().await.event, event(1, 7));
    peer.send(Publish { message_id: id(1), event: event(1, 7) }).await;
    peer.expect(Ack { message_id: id(1) }).await;
    let delivered = r#"{"ask":"delivered","client":"known"}"#;
    assert_eq!(ask(delivered), format!(r#"{{"ok":true,"events":[{EVENT}]}}"#));

    assert_eq!(ask(r#"{"ask":"restart","client":"known"}"#), DONE);
    peer.expect_close().await;
    let mut peer = host.accept(1, Some(2)).await;
    assert_eq!(peer.next_publish().await.event, event(1, 7));

    assert_eq!(ask(r#"{"ask":"wipe","client":"known","client_instance_id":9}"#), DONE);
    peer.expect_close().await;
    let mut peer = host.accept(9, None).await;
    peer.expect_open().await;
    assert_eq!(ask(delivered), r#"{"ok":true,"events":[]}"#);
    assert_eq!(ask(r#"{"ask":"wipe","client":"known"}"#), DONE);
    peer.expect_close().await;
    assert_ne!(control.client_instance_id(), InstanceId(9));

    assert_eq!(ask(r#"{"ask":"prepare","client":"known"}"#), DONE);
    assert_eq!((control.client_instance_id(), control.server_instance_id()), (InstanceId(1), Some(InstanceId(2))));
    let described = r#"{"ask":"prepare","client":"known","client_instance_id":3,"server_instance_id":4}"#;
    assert_eq!(ask(described), DONE);
    assert_eq!((control.client_instance_id(), control.server_instance_id()), (InstanceId(3), Some(InstanceId(4))));
    assert_eq!(ask(r#"{"ask":"prepare","client":"known","client_instance_id":3}"#), DONE);
    assert_eq!(control.server_instance_id(), None);
}

#[tokio::test(start_paused = true)]
async fn what_it_can_not_do_is_an_error_or_unsupported() {
    let (_host, client) = Host::with_client(known());
    let (controls, _) = named(&client);
    assert_eq!(answer(&controls, r#"{"ask":"levitate","client":"known"}"#), r#"{"unsupported":true}"#);
    for wrong in [
        r#"{"ask":"restart","client":"nobody"}"#,
        r#"{"ask":"wipe"}"#,
        r#"{"ask":"prepare","client":"known","server_instance_id":4}"#,
        "no JSON",
    ] {
        assert!(answer(&controls, wrong).starts_with(r#"{"ok":false,"error":""#), "{wrong}");
    }
    client.stop().await;
    assert!(answer(&controls, r#"{"ask":"restart","client":"known"}"#).contains("stopped"));
}

#[tokio::test]
async fn a_listener_answers_for_clients_as_for_a_server() {
    let (mut host, client) = Host::with_client(known());
    let (controls, _) = named(&client);
    let mut peer = host.next().await;
    peer.send(ConnectionResponse::Connected).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve_lines(listener, controls));
    let mut stream = BufReader::new(TcpStream::connect(address).await.expect("the adapter listens"));
    stream.write_all(b"{\"ask\":\"restart\",\"client\":\"known\"}\n").await.expect("the adapter takes octets");
    let mut line = String::new();
    stream.read_line(&mut line).await.expect("an answer");
    assert_eq!(line, "{\"ok\":true}\n");
    host.accept(1, Some(2)).await.expect_open().await;
}
