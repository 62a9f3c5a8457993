use sinkcheck_spec::wire::{ConnectionResponse, Message};
use tokio::io::BufStream;

use crate::peer::{Peer, event, request, server};

#[tokio::test(start_paused = true)]
async fn a_stream_that_holds_octets_back_is_flushed() {
    let server = server().await;
    let (ours, theirs) = tokio::io::duplex(1024);
    server.serve_stream(BufStream::new(theirs), "known").expect("a known client");
    let mut peer = Peer::over(ours);
    peer.known().await;
    peer.expect_open().await;
    server.control().publish("known", event(1, 60_000)).expect("room in the outbox");
    assert_eq!(peer.next_publish().await.event, event(1, 60_000));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_holds_octets_back_is_flushed_before_a_close() {
    let server = server().await;
    let (ours, theirs) = tokio::io::duplex(1024);
    server.serve_stream(BufStream::new(theirs), "known").expect("a known client");
    let mut peer = Peer::over(ours);
    peer.send(request(9, None)).await;
    peer.expect(ConnectionResponse::InstanceIdMismatch).await;
    peer.expect_close().await;
}

#[tokio::test(start_paused = true)]
async fn one_octet_at_a_time_is_enough() {
    let server = server().await;
    let mut peer = Peer::in_memory(&server, "known", 1);
    peer.known().await;
    peer.send(Message::Ping).await;
    peer.expect(Message::Pong).await;
}
