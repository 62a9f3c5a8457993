use std::io;
use std::time::Duration;

use sinkcheck_simulator::client::{Behaviour, Client, ClientConfig, connect_with};
use sinkcheck_spec::wire::ConnectionResponse;
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::host::{Host, event, known, request};

/// Whether it is so many milliseconds, give or take a tenth and a little for what happens besides.
fn is_about(wait: Duration, millis: u64) -> bool {
    let wait = wait.as_millis();
    u128::from(millis * 9 / 10) <= wait && wait <= u128::from(millis * 11 / 10 + 2)
}

#[tokio::test(start_paused = true)]
async fn a_rejected_client_waits_longer_each_time_and_never_shorter() {
    let (mut host, client) = Host::with_client(known());
    let mut peer = host.next().await;
    let mut last = Duration::ZERO;
    for wait in [50, 1000, 5000, 30_000, 60_000, 60_000, 60_000, 60_000, 60_000] {
        peer.expect(request(1, Some(2))).await;
        peer.send(ConnectionResponse::InstanceIdMismatch).await;
        peer.expect_close().await;
        drop(peer);
        let waited;
        (peer, waited) = host.next_after().await;
        assert!(is_about(waited, wait) || waited >= last, "{waited:?} after {last:?}, about {wait} ms expected");
        assert!(waited >= last, "{waited:?} after {last:?}");
        assert!(waited <= Duration::from_millis(wait * 11 / 10 + 2));
        last = waited;
    }
    client.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_acceptance_begins_the_waits_anew_and_a_lost_connection_is_replaced() {
    let (mut host, _client) = Host::with_client(known());
    for _ in 0..4 {
        let mut peer = host.next().await;
        peer.send(ConnectionResponse::InstanceIdMismatch).await;
        peer.expect(request(1, Some(2))).await;
        peer.expect_close().await;
    }
    for _ in 0..3 {
        let mut peer = host.accept(1, Some(2)).await;
        peer.expect_open().await;
        drop(peer);
        let (mut peer, waited) = host.next_after().await;
        assert!(is_about(waited, 50), "{waited:?}");
        peer.expect(request(1, Some(2))).await;
        peer.send(ConnectionResponse::Connected).await;
        peer.expect_open().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_cannot_be_reached_is_tried_again() {
    let (sender, mut attempts) = mpsc::unbounded_channel();
    let connect = connect_with(move || {
        sender.send(Instant::now()).expect("the test goes on");
        Err::<DuplexStream, _>(io::ErrorKind::ConnectionRefused.into())
    });
    let client = Client::start(ClientConfig::default(), Behaviour::default(), connect);
    let mut last = attempts.recv().await.expect("an attempt");
    for wait in [50, 1000, 5000] {
        let next = attempts.recv().await.expect("an attempt");
        assert!(is_about(next - last, wait), "{:?}", next - last);
        last = next;
    }
    client.stop().await;
    assert_eq!(attempts.recv().await, None, "a stopped client tries no more");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_after_one_and_a_half_intervals() {
    let (mut host, _client) = Host::with_client(known());
    let mut peer = host.next().await;
    let before = Instant::now();
    peer.expect(request(1, Some(2))).await;
    peer.expect_close().await;
    assert_eq!(before.elapsed().as_secs(), 90);
    drop(peer);
    host.next().await.expect(request(1, Some(2))).await;
}

#[tokio::test(start_paused = true)]
async fn a_rejection_changes_neither_ids_nor_events() {
    let (mut host, client) = Host::with_client(known());
    client.control().publish(event(1, 1)).expect("room");
    let mut peer = host.next().await;
    peer.expect(request(1, Some(2))).await;
    peer.send(ConnectionResponse::InstanceIdMismatch).await;
    peer.expect_close().await;
    let mut peer = host.accept(1, Some(2)).await;
    assert_eq!(peer.next_publish().await.event, event(1, 1));
}
