use std::time::Duration;

use sinkcheck_spec::wire::Message;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::{Instant, timeout};

use crate::peer::{Peer, event, start};

const CLIENTS: &str = "keepalive_interval: 60s
clients: { known: { client_instance_id: 1 }, other: { client_instance_id: 1 } }";

/// Sends PINGs and reads nothing until the server takes no more; tells how many octets it took.
async fn flood(peer: &mut Peer<DuplexStream>) -> usize {
    let pings = Message::Ping.to_frame().repeat(256);
    let mut taken = 0;
    while let Ok(written) = timeout(Duration::from_secs(1), peer.stream.write(&pings)).await {
        taken += written.expect("the connection is open");
    }
    taken
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_no_answers_is_not_listened_to_and_then_dropped() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 4096);
    peer.known().await;
    let mut other = Peer::in_memory(&server, "other", 4096);
    other.known().await;
    let taken = flood(&mut peer).await;
    assert!(taken < 1 << 20, "{taken} octets of questions wait for answers to be taken");
    let stopped = Instant::now();
    other.expect_open().await;
    peer.stream.closed_for_writing().await;
    let waited = stopped.elapsed().as_secs();
    assert!((80..=180).contains(&waited), "dropped after {waited} s");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_its_answers_late_gets_all_of_them() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 4096);
    peer.known().await;
    let taken = flood(&mut peer).await;
    tokio::time::sleep(Duration::from_secs(80)).await;
    for _ in 0..taken / 4 {
        peer.expect(Message::Pong).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_its_answers_slowly_is_not_called_silent_for_it() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 4096);
    peer.known().await;
    let mut taken = flood(&mut peer).await;
    // It takes an answer now and then, and always has more questions, which wait to be read.
    for _ in 0..5 {
        peer.stream.read_exact(&mut [0; 4]).await.expect("the connection is open");
        taken += flood(&mut peer).await;
        tokio::time::sleep(Duration::from_secs(80)).await;
    }
    for _ in 5..taken / 4 {
        peer.expect(Message::Pong).await;
    }
    peer.expect_open().await;
}

#[tokio::test(start_paused = true)]
async fn the_time_to_take_an_event_begins_when_it_is_sent() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 64);
    peer.known().await;
    // Answers fill the stream to the last octet, and no more wait for it.
    peer.send_octets(&Message::Ping.to_frame().repeat(16)).await;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        peer.send(Message::Pong).await;
    }
    server.control().publish("known", event(1, 4)).expect("room in the outbox");
    tokio::time::sleep(Duration::from_secs(80)).await;
    for _ in 0..16 {
        peer.expect(Message::Pong).await;
    }
    assert_eq!(peer.next_publish().await.event, event(1, 4));
}

#[tokio::test(start_paused = true)]
async fn many_large_events_wait_in_the_outbox_and_not_in_the_connection() {
    let server = start(CLIENTS).await;
    let mut peer = Peer::in_memory(&server, "known", 4096);
    for offset in 0..1000 {
        server.control().publish("known", event(offset, 60_000)).expect("room in the outbox");
    }
    peer.known().await;
    // They come as fast as they are taken, and PINGs are answered among them.
    peer.send(Message::Ping).await;
    let mut before_pong = 0;
    let mut offset = 0;
    let mut answered = false;
    while offset < 1000 || !answered {
        match peer.next().await.expect("the connection is open") {
            Message::Publish(publish) => {
                assert_eq!(publish.event.offset(), offset);
                offset += 1;
                before_pong += u64::from(!answered);
            }
            Message::Pong => answered = true,
            other => panic!("{other}"),
        }
    }
    assert!(before_pong < 10, "{before_pong} events before the PONG");
}

trait ClosedForWriting {
    async fn closed_for_writing(&mut self);
}

impl ClosedForWriting for DuplexStream {
    /// Ends when the other end is gone.
    async fn closed_for_writing(&mut self) {
        while self.write(&[0, 2, 0x50, 0]).await.is_ok() {}
    }
}
