use std::sync::{Arc, Mutex};
use std::time::Duration;

use sinkcheck_simulator::ClientConfig;
use sinkcheck_simulator::client::{ClientEvent, Disconnection, Equipment};
use sinkcheck_spec::machine::{EventNumber, Input, Reply};
use sinkcheck_spec::wire::{Ack, ConnectionResponse, InstanceId, Publish, QuarantineReason, ResponseCode};

use crate::host::{Host, event, id, settle};

#[tokio::test(start_paused = true)]
async fn a_client_tells_what_happens_in_its_order() {
    let told: Arc<Mutex<Vec<ClientEvent>>> = Arc::default();
    let heard = Arc::clone(&told);
    let observer = Box::new(move |event| {
        // How long it waits is varied.
        let event = if let ClientEvent::Waiting(_) = event { ClientEvent::Waiting(Duration::ZERO) } else { event };
        heard.lock().expect("no panic").push(event);
    });
    let equipment = Equipment { observer: Some(observer), ..Equipment::default() };
    let (mut host, client) = Host::with_equipped_client(ClientConfig::default(), equipment);
    client.control().publish(event(1, 1)).expect("room");

    let reason = QuarantineReason::new(&[1][..], "blocked").expect("a small reason");
    let mut peer = host.next().await;
    peer.send(ConnectionResponse::Quarantined(reason.clone())).await;
    drop(peer);
    let mut peer = host.accept(1, None).await;
    peer.next_publish().await;
    peer.ack(0).await;
    peer.send(Publish { message_id: id(0), event: event(1, 2) }).await;
    peer.expect(Ack { message_id: id(0) }).await;
    drop(peer);
    let mut peer = host.accept(1, Some(2)).await;
    peer.expect_open().await;
    client.control().restart().expect("a running client");
    peer.expect_close().await;
    settle().await;

    let quarantined = Input::Response(Reply::Quarantined);
    let expected = [
        ClientEvent::Connecting,
        ClientEvent::Rejected { code: ResponseCode::Quarantined, reason: Some(reason) },
        ClientEvent::Disconnected(Disconnection::Because(quarantined)),
        ClientEvent::Waiting(Duration::ZERO),
        ClientEvent::Connecting,
        ClientEvent::ServerIdChanged(InstanceId(2)),
        ClientEvent::Accepted,
        ClientEvent::EventDelivered(EventNumber(0)),
        ClientEvent::Delivered(event(1, 2)),
        ClientEvent::Disconnected(Disconnection::Because(Input::PeerClosed)),
        ClientEvent::Waiting(Duration::ZERO),
        ClientEvent::Connecting,
        ClientEvent::Accepted,
        ClientEvent::Disconnected(Disconnection::Restarted),
        ClientEvent::Connecting,
    ];
    assert_eq!(*told.lock().expect("no panic"), expected);
}
