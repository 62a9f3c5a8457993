use sinkcheck_spec::wire::{Ack, ConnectionResponse, Message};

use crate::peer::{Peer, event, request, server};

#[tokio::test]
async fn a_newer_connection_takes_over_when_it_is_accepted() {
    let server = server().await;
    let mut older = Peer::accepted(&server).await;
    let mut newer = Peer::connect(&server).await;
    newer.send(Message::Pong).await;
    older.expect_open().await;
    newer.known().await;
    older.expect_close().await;
    newer.expect_open().await;
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_is_rejected_takes_nothing_over() {
    let server = server().await;
    let mut older = Peer::accepted(&server).await;
    let mut newer = Peer::connect(&server).await;
    newer.send(request(9, Some(2))).await;
    newer.expect(ConnectionResponse::InstanceIdMismatch).await;
    newer.expect_close().await;
    older.expect_open().await;
    server.stop().await;
}

#[tokio::test]
async fn of_two_that_wait_the_one_accepted_last_counts() {
    let server = server().await;
    let mut first = Peer::connect(&server).await;
    let mut second = Peer::connect(&server).await;
    second.known().await;
    first.known().await;
    second.expect_close().await;
    server.control().publish("known", event(1, 4)).expect("a known client");
    assert_eq!(first.next_publish().await.event, event(1, 4));
    server.stop().await;
}

#[tokio::test]
async fn what_the_older_left_unanswered_goes_out_on_the_newer() {
    let server = server().await;
    let control = server.control();
    let mut older = Peer::accepted(&server).await;
    for offset in 0..3 {
        control.publish("known", event(offset, 4)).expect("a known client");
    }
    let first = older.next_publish().await;
    older.send(Ack { message_id: first.message_id }).await;
    // Its ACK is known to have been read before the newer one asks.
    older.next_publish().await;
    older.next_publish().await;
    older.expect_open().await;
    let mut newer = Peer::accepted(&server).await;
    assert_eq!(newer.next_publish().await.event, event(1, 4));
    assert_eq!(newer.next_publish().await.event, event(2, 4));
    newer.expect_open().await;
    older.expect_close().await;
    server.stop().await;
}

#[tokio::test]
async fn connections_of_other_clients_are_left_alone() {
    let server = server().await;
    let mut known = Peer::accepted(&server).await;
    let mut other = Peer::in_memory(&server, "other", 1024);
    other.known().await;
    known.expect_open().await;
    other.expect_open().await;
    server.stop().await;
}
