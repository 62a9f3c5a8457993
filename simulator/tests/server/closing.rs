use std::time::Duration;

use sinkcheck_spec::wire::{Ack, ConnectionResponse, Message, Publish};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::peer::{Peer, event, id, request, server};

#[tokio::test]
async fn a_rejection_is_read_whole_though_octets_follow_the_request() {
    let server = server().await;
    for _ in 0..20 {
        let mut peer = Peer::connect(&server).await;
        let request = Message::from(request(9, Some(2))).to_frame();
        peer.send_octets(&[request, vec![0xff; 50_000]].concat()).await;
        // To the end: a reset would be an error here.
        let mut said = Vec::new();
        peer.stream.read_to_end(&mut said).await.expect("an orderly end");
        assert_eq!(said, [0, 1, 0x12]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_rejected_client_still_sends_is_read_for_a_while() {
    let server = server().await;
    let mut peer = Peer::in_memory(&server, "known", 64);
    peer.send(request(9, Some(2))).await;
    peer.expect(ConnectionResponse::InstanceIdMismatch).await;
    peer.expect_close().await;
    // Unread octets would make a reset of the close, which may destroy what the client has not read yet.
    peer.send_octets(&[0; 1000]).await;
}

#[tokio::test]
async fn what_was_sent_before_an_end_is_answered_after_it() {
    let server = server().await;
    let mut peer = Peer::accepted(&server).await;
    peer.send(Publish { message_id: id(3), event: event(1, 4) }).await;
    peer.stream.shutdown().await.expect("the client ends its direction");
    peer.expect(Ack { message_id: id(3) }).await;
    peer.expect_close().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_end_after_a_rejection_is_left_soon() {
    let server = server().await;
    let (ours, theirs) = tokio::io::duplex(64);
    let served = server.serve_stream(theirs, "known").expect("a known client");
    let mut peer = Peer::over(ours);
    peer.send(request(9, Some(2))).await;
    peer.expect(ConnectionResponse::InstanceIdMismatch).await;
    peer.expect_close().await;
    let left = tokio::time::timeout(Duration::from_secs(10), served).await;
    assert!(matches!(left, Ok(Ok(()))), "the server waits for an end that doesn't come");
}

#[tokio::test]
async fn a_connection_is_over_when_its_task_is() {
    let server = server().await;
    let (ours, theirs) = tokio::io::duplex(64);
    let served = server.serve_stream(theirs, "known").expect("a known client");
    drop(ours);
    served.await.expect("no panic");
}
