//! A server that says what a test wants, and clients that meet it.

use std::io;
use std::time::Duration;

use sinkcheck_simulator::client::{Behaviour, Client, ClientConfig, Connect, Equipment, RunningClient, connect_with};
use sinkcheck_spec::wire::{
    Ack, ConnectionRequest, ConnectionResponse, Deframer, Event, EventFields, InstanceId, Message, MessageId, Publish,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, timeout};

/// How long a test waits before it calls the client stuck. No test passes by waiting for it.
const STUCK: Duration = Duration::from_secs(3600);

/// Where a client's connections come out.
pub(crate) struct Host {
    connections: UnboundedReceiver<DuplexStream>,
}

/// The server's end of a connection.
pub(crate) struct Peer<S = DuplexStream> {
    pub(crate) stream: S,
    deframer: Deframer,
}

impl Host {
    /// A host in memory, and the way to it.
    pub(crate) fn new() -> (Self, impl Connect) {
        let (sender, connections) = mpsc::unbounded_channel();
        let connect = connect_with(move || {
            let (ours, theirs) = tokio::io::duplex(1 << 16);
            sender.send(theirs).map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
            Ok(ours)
        });
        (Self { connections }, connect)
    }

    /// A client with this configuration, and its host.
    pub(crate) fn with_client(config: ClientConfig) -> (Self, RunningClient) {
        Self::with_equipped_client(config, Equipment::default())
    }

    pub(crate) fn with_equipped_client(config: ClientConfig, equipment: Equipment) -> (Self, RunningClient) {
        let (host, connect) = Self::new();
        (host, Client::start_with(config, Behaviour::default(), connect, equipment))
    }

    /// The next connection.
    pub(crate) async fn next(&mut self) -> Peer {
        let stream = timeout(STUCK, self.connections.recv()).await.expect("a connection").expect("a client");
        Peer::over(stream)
    }

    /// The next connection, and how long it was waited for.
    pub(crate) async fn next_after(&mut self) -> (Peer, Duration) {
        let before = Instant::now();
        (self.next().await, before.elapsed())
    }

    /// The next connection, of a client that says it knows this server, accepted with "connected" or "hello".
    pub(crate) async fn accept(&mut self, client: u32, server: Option<u32>) -> Peer {
        let mut peer = self.next().await;
        peer.expect(request(client, server)).await;
        let hello = ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(2) };
        peer.send(if server.is_some() { ConnectionResponse::Connected } else { hello }).await;
        peer
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, deframer: Deframer::new() }
    }

    pub(crate) async fn send(&mut self, message: impl Into<Message<'static>>) {
        self.stream.write_all(&message.into().to_frame()).await.expect("the client takes octets");
    }

    /// The next message, or `None` at the end of the stream.
    pub(crate) async fn next(&mut self) -> Option<Message<'static>> {
        loop {
            if let Some(content) = self.deframer.next() {
                return Some(Message::decode(content).expect("a client sends messages").into_owned());
            }
            let mut octets = [0; 4096];
            match timeout(STUCK, self.stream.read(&mut octets)).await.expect("a message or an end") {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.deframer.push(&octets[..count]),
            }
        }
    }

    pub(crate) async fn expect(&mut self, message: impl Into<Message<'static>>) {
        assert_eq!(self.next().await, Some(message.into()));
    }

    pub(crate) async fn expect_close(&mut self) {
        assert_eq!(self.next().await, None);
    }

    /// The client still answers, and has said nothing else.
    pub(crate) async fn expect_open(&mut self) {
        self.send(Message::Ping).await;
        self.expect(Message::Pong).await;
    }

    pub(crate) async fn next_publish(&mut self) -> Publish<'static> {
        match self.next().await {
            Some(Message::Publish(publish)) => publish,
            other => panic!("a PUBLISH was to come: {other:?}"),
        }
    }

    pub(crate) async fn ack(&mut self, number: u16) {
        self.send(Ack { message_id: id(number) }).await;
    }
}

/// A client that knows server 2.
pub(crate) fn known() -> ClientConfig {
    ClientConfig { server_instance_id: Some(InstanceId(2)), seed: Some(1), ..ClientConfig::default() }
}

pub(crate) fn request(client: u32, server: Option<u32>) -> ConnectionRequest<'static> {
    ConnectionRequest::new("1.0.0", InstanceId(client), server.map(InstanceId)).expect("a small request")
}

pub(crate) fn id(number: u16) -> MessageId {
    MessageId::new(number).expect("12 bits")
}

/// An event that is told apart from others by its offset.
pub(crate) fn event(event_type_id: u64, offset: u64) -> Event<'static> {
    let fields = EventFields {
        event_type_id,
        schema_version: 1,
        key: vec![0, 255, offset as u8].into(),
        offset,
        timestamp: 1_700_000_000,
        event_data: b"data"[..].into(),
    };
    Event::new(fields).expect("a small event")
}

/// Lets the client do what it can do without the time passing.
pub(crate) async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}
