use std::mem;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sinkcheck_simulator::client::{ClientError, Equipment};
use sinkcheck_simulator::{ClientConfig, ClientControl, ClientEvent};
use sinkcheck_spec::wire::{Ack, ConnectionResponse, InstanceId, Message, Publish};
use tokio::io::AsyncWriteExt as _;

use crate::host::{Host, event, id, known, request};

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_ids_and_the_unanswered_events_and_connects_at_once() {
    let (mut host, client) = Host::with_client(ClientConfig { seed: Some(1), ..ClientConfig::default() });
    let control = client.control();
    let mut peer = host.accept(1, None).await;
    control.publish(event(1, 1)).expect("room");
    control.publish(event(1, 2)).expect("room");
    peer.next_publish().await;
    peer.next_publish().await;
    peer.ack(0).await;
    peer.send(Publish { message_id: id(0), event: event(1, 9) }).await;
    peer.expect(Ack { message_id: id(0) }).await;
    control.restart().expect("a running client");
    peer.expect_close().await;
    let (mut peer, waited) = host.next_after().await;
    assert_eq!(waited, Duration::ZERO);
    peer.expect(request(1, Some(2))).await;
    peer.send(ConnectionResponse::Connected).await;
    assert_eq!(peer.next_publish().await, Publish { message_id: id(0), event: event(1, 2) });
    peer.expect_open().await;
    assert_eq!(control.delivered(), [event(1, 9)], "the application has it");
}

#[tokio::test(start_paused = true)]
async fn a_restart_ends_a_wait() {
    let (mut host, client) = Host::with_client(known());
    for _ in 0..5 {
        let mut peer = host.next().await;
        peer.send(ConnectionResponse::InstanceIdMismatch).await;
        peer.expect(request(1, Some(2))).await;
        peer.expect_close().await;
    }
    client.control().restart().expect("a running client");
    let (mut peer, waited) = host.next_after().await;
    assert_eq!(waited, Duration::ZERO);
    // The waits begin anew, too: they are nothing that a client keeps.
    peer.send(ConnectionResponse::InstanceIdMismatch).await;
    peer.expect(request(1, Some(2))).await;
    peer.expect_close().await;
    drop(peer);
    assert!(host.next_after().await.1 < Duration::from_millis(60));
}

#[tokio::test(start_paused = true)]
async fn a_wiped_client_is_another_one_and_knows_nothing() {
    let (mut host, client) = Host::with_client(known());
    let control = client.control();
    let mut peer = host.accept(1, Some(2)).await;
    control.publish(event(1, 1)).expect("room");
    peer.next_publish().await;
    peer.send(Publish { message_id: id(0), event: event(1, 9) }).await;
    peer.expect(Ack { message_id: id(0) }).await;
    control.wipe(Some(InstanceId(77))).expect("a running client");
    peer.expect_close().await;
    let mut peer = host.accept(77, None).await;
    peer.expect_open().await;
    assert_eq!(control.delivered(), []);

    control.wipe(None).expect("a running client");
    let mut peer = host.next().await;
    let Some(Message::ConnectionRequest(request)) = peer.next().await else { panic!("a request") };
    assert_ne!(request.client_instance_id(), InstanceId(77));
    assert_eq!(request.client_instance_id(), control.client_instance_id());
    assert_eq!(request.server_instance_id(), None);
}

#[tokio::test(start_paused = true)]
async fn prepare_puts_the_client_into_the_described_state() {
    let (mut host, client) = Host::with_client(known());
    let control = client.control();
    control.wipe(Some(InstanceId(77))).expect("a running client");
    control.publish(event(1, 1)).expect("room");
    control.prepare().expect("a running client");
    let mut peer = loop {
        let mut peer = host.next().await;
        // Connections of the lives before ended with them.
        if peer.next().await == Some(request(1, Some(2)).into()) {
            break peer;
        }
    };
    peer.send(ConnectionResponse::Connected).await;
    peer.expect_open().await;
    control.prepare_as(InstanceId(5), None).expect("a running client");
    peer.expect_close().await;
    host.accept(5, None).await.expect_open().await;
    assert_eq!(control.server_instance_id(), Some(InstanceId(2)));
}

#[tokio::test(start_paused = true)]
async fn what_arrives_for_an_earlier_life_is_not_taken() {
    let (mut host, client) = Host::with_client(known());
    let mut peer = host.accept(1, Some(2)).await;
    peer.expect_open().await;
    // Both are there when the client's task gets to run again.
    peer.send(Publish { message_id: id(0), event: event(1, 1) }).await;
    client.control().prepare().expect("a running client");
    peer.expect_close().await;
    assert_eq!(client.control().delivered(), []);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_still_at_work_touches_nothing_of_the_next_life() {
    let control: Arc<OnceLock<ClientControl>> = Arc::default();
    let known_by_then = Arc::clone(&control);
    let mut first = true;
    // Between one read and the next, of which there are several before anybody else gets to run.
    let observer = Box::new(move |told| {
        if matches!(told, ClientEvent::Delivered(_)) && mem::take(&mut first) {
            known_by_then.get().expect("started").prepare().expect("a running client");
        }
    });
    let equipment = Equipment { observer: Some(observer), ..Equipment::default() };
    let (mut host, client) = Host::with_equipped_client(known(), equipment);
    control.set(client.control()).expect("set once");
    let mut peer = host.accept(1, Some(2)).await;
    peer.expect_open().await;
    let many = (0..2000).map(|number| Message::from(Publish { message_id: id(number), event: event(1, 1) }).to_frame());
    peer.stream.write_all(&many.collect::<Vec<_>>().concat()).await.expect("the client takes octets");
    host.accept(1, Some(2)).await.expect_open().await;
    assert_eq!(client.control().delivered(), []);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_client_says_so() {
    let (mut host, client) = Host::with_client(known());
    let control = client.control();
    let mut peer = host.accept(1, Some(2)).await;
    client.stop().await;
    peer.expect_close().await;
    assert_eq!(control.publish(event(1, 1)), Err(ClientError::Stopped));
    assert_eq!(control.restart(), Err(ClientError::Stopped));
    assert_eq!(control.server_instance_id(), Some(InstanceId(2)));
}
