use std::time::Duration;

use sinkcheck_spec::wire::Message;
use tokio::time::{Instant, advance, sleep};

use crate::peer::{Peer, start};

const CLIENTS: &str = "keepalive_interval: 60s
clients: { known: { client_instance_id: 1 } }";

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_dropped_after_one_and_a_half_intervals() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 64);
    peer.known().await;
    sleep(Duration::from_secs(50)).await;
    peer.expect_open().await;
    let last = Instant::now();
    peer.expect_close().await;
    assert_eq!(last.elapsed().as_secs(), 90);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_asks_is_dropped_after_the_same_time() {
    let server = start(CLIENTS).await;
    let opened = Instant::now();
    let mut peer = Peer::in_memory(&server, "known", 64);
    peer.expect_close().await;
    assert_eq!(opened.elapsed().as_secs(), 90);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_within_the_interval_is_kept_for_days() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 64);
    peer.known().await;
    for _ in 0..3000 {
        sleep(Duration::from_secs(60)).await;
        peer.send(Message::Pong).await;
    }
    peer.expect_open().await;
}

#[tokio::test(start_paused = true)]
async fn octets_that_are_there_when_the_deadline_passes_count() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 64);
    peer.known().await;
    // More than once, for what comes first must not be left to chance.
    for _ in 0..20 {
        // Nothing waits between the two, so the server has not read it when the time is up.
        peer.send(Message::Ping).await;
        advance(Duration::from_secs(1000)).await;
        peer.expect(Message::Pong).await;
    }
}
