use sinkcheck_simulator::control::{MAX_LINE, serve_lines};
use sinkcheck_simulator::{Control, RunningServer};
use sinkcheck_spec::wire::{Ack, Publish};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::peer::{Peer, event, id, server};

struct Adapter(BufReader<TcpStream>);

impl Adapter {
    async fn to(control: Control) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(serve_lines(listener, control));
        Self(BufReader::new(TcpStream::connect(address).await.expect("the adapter listens")))
    }

    async fn ask(&mut self, question: &[u8]) -> String {
        self.0.write_all(question).await.expect("the adapter takes octets");
        self.0.write_all(b"\n").await.expect("the adapter takes octets");
        let mut answer = String::new();
        self.0.read_line(&mut answer).await.expect("an answer");
        answer
    }
}

async fn check(server: &RunningServer, question: &str, answer: &str) {
    let mut adapter = Adapter::to(server.control()).await;
    assert_eq!(adapter.ask(question.as_bytes()).await, format!("{answer}\n"), "{question}");
}

const EVENT: &str = r#"{"event_type_id":1,"schema_version":1,"key":"k","offset":7,"timestamp":1700000000,"event_data":{"hex":"07070707"}}"#;

#[tokio::test]
async fn publish_makes_the_server_publish() {
    let server = server().await;
    let mut peer = Peer::accepted(&server).await;
    check(&server, &format!(r#"{{"ask":"publish","client":"known","event":{EVENT}}}"#), r#"{"ok":true}"#).await;
    assert_eq!(peer.next_publish().await.event, event(7, 4));
}

#[tokio::test]
async fn delivered_tells_what_the_application_took_and_prepare_forgets_it() {
    let server = server().await;
    let mut peer = Peer::accepted(&server).await;
    peer.send(Publish { message_id: id(1), event: event(7, 4) }).await;
    peer.expect(Ack { message_id: id(1) }).await;
    let delivered = r#"{"ask":"delivered","client":"known"}"#;
    check(&server, delivered, &format!(r#"{{"ok":true,"events":[{EVENT}]}}"#)).await;
    check(&server, r#"{"ask":"prepare","client":"known"}"#, r#"{"ok":true}"#).await;
    peer.expect_close().await;
    check(&server, delivered, r#"{"ok":true,"events":[]}"#).await;
}

#[tokio::test]
async fn what_it_can_not_do_is_an_error_or_unsupported_and_the_next_line_is_answered() {
    let server = server().await;
    let mut adapter = Adapter::to(server.control()).await;
    assert_eq!(adapter.ask(br#"{"ask":"levitate","client":"known"}"#).await, "{\"unsupported\":true}\n");
    for wrong in [
        r#"{"ask":"prepare","client":"nobody"}"#,
        r#"{"ask":"prepare"}"#,
        r#"{"ask":"publish","client":"known","event":{"event_type_id":1}}"#,
        "{}",
        "",
        "no JSON",
    ] {
        let answer = adapter.ask(wrong.as_bytes()).await;
        assert!(answer.starts_with(r#"{"ok":false,"error":""#), "{wrong}: {answer}");
    }
    assert!(adapter.ask(b"\xff").await.contains("UTF-8"));
    assert_eq!(adapter.ask(br#"{"ask":"prepare","client":"known"}"#).await, "{\"ok\":true}\n");
}

#[tokio::test]
async fn an_event_of_the_largest_size_fits_a_line_and_a_longer_line_ends_the_connection() {
    let server = server().await;
    let mut adapter = Adapter::to(server.control()).await;
    let largest = "00".repeat(65_000);
    let question = format!(
        r#"{{"ask":"publish","client":"known","event":{{"event_type_id":1,"schema_version":1,"key":"","offset":7,"timestamp":1,"event_data":{{"hex":"{largest}"}}}}}}"#
    );
    assert_eq!(adapter.ask(question.as_bytes()).await, "{\"ok\":true}\n");
    assert!(adapter.ask(&vec![b' '; MAX_LINE + 1]).await.contains("too long"));
    assert_eq!(adapter.0.read_line(&mut String::new()).await.ok().filter(|&count| count > 0), None);
}
