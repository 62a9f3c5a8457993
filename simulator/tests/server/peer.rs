//! A client that says what a test wants, and servers to talk to.

use std::io;
use std::path::Path;
use std::time::Duration;

use sinkcheck_simulator::{RunningServer, Server, ServerConfig};
use sinkcheck_spec::wire::{
    ConnectionRequest, ConnectionResponse, Deframer, Event, EventFields, InstanceId, Message, MessageId, Publish,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a test waits before it calls the server stuck. No test passes by waiting for it.
pub(crate) const STUCK: Duration = Duration::from_secs(120);

pub(crate) struct Peer<S> {
    pub(crate) stream: S,
    deframer: Deframer,
}

impl Peer<TcpStream> {
    /// Connects to the server's first listener.
    pub(crate) async fn connect(server: &RunningServer) -> Self {
        let stream = TcpStream::connect(server.listeners()[0].address).await.expect("the server listens");
        stream.set_nodelay(true).expect("TCP_NODELAY");
        Self::over(stream)
    }

    /// Connects to the server's first listener, and is accepted as client 1.
    pub(crate) async fn accepted(server: &RunningServer) -> Self {
        let mut peer = Self::connect(server).await;
        peer.known().await;
        peer
    }
}

impl Peer<DuplexStream> {
    /// A connection in memory, of this client, with room for so many octets on the way.
    pub(crate) fn in_memory(server: &RunningServer, client: &str, room: usize) -> Self {
        let (ours, theirs) = tokio::io::duplex(room);
        server.serve_stream(theirs, client).expect("a client of that name");
        Self::over(ours)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, deframer: Deframer::new() }
    }

    pub(crate) async fn send(&mut self, message: impl Into<Message<'static>>) {
        self.send_octets(&message.into().to_frame()).await;
    }

    pub(crate) async fn send_octets(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.expect("the server takes octets");
        self.stream.flush().await.expect("the server takes octets");
    }

    /// The next message, or `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Message<'static>> {
        loop {
            if let Some(content) = self.deframer.next() {
                return Some(Message::decode(content).expect("a server sends messages").into_owned());
            }
            let mut octets = [0; 4096];
            let count = timeout(STUCK, self.stream.read(&mut octets)).await.expect("an answer or an end");
            match count {
                Ok(0) => return None,
                Ok(count) => self.deframer.push(&octets[..count]),
                Err(error) if is_an_end(&error) => return None,
                Err(error) => panic!("reading from the server: {error}"),
            }
        }
    }

    pub(crate) async fn expect(&mut self, message: impl Into<Message<'static>>) {
        assert_eq!(self.next().await, Some(message.into()));
    }

    /// The server closes, and says nothing before.
    pub(crate) async fn expect_close(&mut self) {
        assert_eq!(self.next().await, None);
    }

    /// The server still answers, and has said nothing else.
    pub(crate) async fn expect_open(&mut self) {
        self.send(Message::Ping).await;
        self.expect(Message::Pong).await;
    }

    /// Is accepted as client 1, which knows server 2.
    pub(crate) async fn known(&mut self) {
        self.send(request(1, Some(2))).await;
        self.expect(ConnectionResponse::Connected).await;
    }

    /// The next message, which is a PUBLISH.
    pub(crate) async fn next_publish(&mut self) -> Publish<'static> {
        match self.next().await {
            Some(Message::Publish(publish)) => publish,
            other => panic!("a PUBLISH was to come: {other:?}"),
        }
    }
}

/// A TLS stream that ends without a close_notify, or a reset, is an end as well.
fn is_an_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof | io::ErrorKind::BrokenPipe)
}

pub(crate) fn request(client: u32, server: Option<u32>) -> ConnectionRequest<'static> {
    ConnectionRequest::new("1.0.0", InstanceId(client), server.map(InstanceId)).expect("a small request")
}

pub(crate) fn hello() -> ConnectionResponse<'static> {
    ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(2) }
}

pub(crate) fn id(number: usize) -> MessageId {
    u16::try_from(number).ok().and_then(MessageId::new).expect("12 bits")
}

/// An event that is told apart from others by its offset.
pub(crate) fn event(offset: u64, octets: usize) -> Event<'static> {
    let fields = EventFields {
        event_type_id: 1,
        schema_version: 1,
        key: b"k"[..].into(),
        offset,
        timestamp: 1_700_000_000,
        event_data: vec![7; octets].into(),
    };
    Event::new(fields).expect("fits a frame")
}

/// A server with the clients `known` (recorded as 1), `new`, `other` (recorded as 1) and `quarantined`, and a TCP
/// listener for `known`, `new` and `other`, in this order.
pub(crate) async fn server() -> RunningServer {
    start(
        r#"
        clients:
          known: { client_instance_id: 1 }
          new: {}
          other: { client_instance_id: 1 }
          quarantined: { client_instance_id: 1, quarantined: { machine_message: { hex: "010101" }, human_message: blocked } }
        listeners:
          - { address: "tcp://127.0.0.1:0", client: known }
          - { address: "tcp://127.0.0.1:0", client: new }
          - { address: "tcp://127.0.0.1:0", client: other }
        "#,
    )
    .await
}

pub(crate) async fn start(yaml: &str) -> RunningServer {
    let config = ServerConfig::from_yaml(yaml).expect("a configuration");
    Server::start(config, Path::new("")).await.expect("the server starts")
}
