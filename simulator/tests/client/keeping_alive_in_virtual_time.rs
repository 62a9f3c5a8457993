use std::time::Duration;

use sinkcheck_simulator::ClientConfig;
use sinkcheck_spec::machine;
use sinkcheck_spec::wire::Message;
use tokio::time::{Instant, sleep};

use crate::host::{Host, event, known};

#[tokio::test(start_paused = true)]
async fn a_client_that_has_nothing_to_say_pings_once_an_interval() {
    let (mut host, _client) = Host::with_client(known());
    let mut peer = host.accept(1, Some(2)).await;
    let mut last = Instant::now();
    for _ in 0..100 {
        peer.expect(Message::Ping).await;
        assert_eq!(last.elapsed().as_secs(), 60);
        last = Instant::now();
        peer.send(Message::Pong).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_interval_is_the_configured_one_and_begins_with_what_was_sent_last() {
    let machine = machine::ClientConfig { keepalive_interval: Duration::from_secs(1), ..Default::default() };
    let (mut host, client) = Host::with_client(ClientConfig { machine, ..known() });
    let mut peer = host.accept(1, Some(2)).await;
    sleep(Duration::from_millis(600)).await;
    client.control().publish(event(1, 1)).expect("room");
    let sent = Instant::now();
    let publish = peer.next_publish().await;
    sleep(Duration::from_millis(300)).await;
    peer.ack(publish.message_id.get()).await;
    peer.expect(Message::Ping).await;
    assert_eq!(sent.elapsed().as_millis(), 1300);
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_dropped_after_one_and_a_half_intervals() {
    let (mut host, _client) = Host::with_client(known());
    let mut peer = host.accept(1, Some(2)).await;
    let before = Instant::now();
    peer.expect(Message::Ping).await;
    peer.expect_close().await;
    assert_eq!(before.elapsed().as_secs(), 90);
    host.accept(1, Some(2)).await.expect_open().await;
}
