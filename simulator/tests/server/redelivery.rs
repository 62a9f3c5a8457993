use sinkcheck_spec::wire::{Ack, ConnectionResponse, Publish};

use crate::peer::{Peer, event, id, request, server};

#[tokio::test]
async fn what_was_unanswered_comes_again_and_what_was_acked_does_not() {
    let server = server().await;
    let control = server.control();
    for offset in 0..3 {
        control.publish("known", event(offset, 4)).expect("room in the outbox");
    }
    let mut peer = Peer::accepted(&server).await;
    for number in 0..3 {
        assert_eq!(peer.next_publish().await.message_id, id(number));
    }
    peer.send(Ack { message_id: id(1) }).await;
    // The answer shows that the ACK before it was read.
    peer.expect_open().await;
    drop(peer);
    for _ in 0..2 {
        let mut peer = Peer::accepted(&server).await;
        assert_eq!(peer.next_publish().await.event, event(0, 4));
        assert_eq!(peer.next_publish().await.event, event(2, 4));
        peer.expect_open().await;
    }
}

#[tokio::test]
async fn an_event_waits_for_a_client_that_is_not_there_or_not_accepted() {
    let server = server().await;
    server.control().publish("known", event(1, 4)).expect("room in the outbox");
    let mut rejected = Peer::connect(&server).await;
    rejected.send(request(9, None)).await;
    rejected.expect(ConnectionResponse::InstanceIdMismatch).await;
    rejected.expect_close().await;
    let mut peer = Peer::accepted(&server).await;
    assert_eq!(peer.next_publish().await.event, event(1, 4));
}

#[tokio::test]
async fn the_same_event_is_taken_and_answered_each_time() {
    let server = server().await;
    for number in 0..2 {
        let mut peer = Peer::accepted(&server).await;
        peer.send(Publish { message_id: id(number), event: event(1, 4) }).await;
        peer.expect(Ack { message_id: id(number) }).await;
    }
    assert_eq!(server.control().delivered("known"), Ok(vec![event(1, 4), event(1, 4)]));
}
