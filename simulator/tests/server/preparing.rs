use sinkcheck_simulator::{ControlError, UnknownClient};
use sinkcheck_spec::wire::{Ack, ConnectionResponse, Publish};

use crate::peer::{Peer, event, hello, id, request, server};

#[tokio::test]
async fn a_client_is_put_back_into_its_configured_state() {
    let server = server().await;
    let control = server.control();
    let mut peer = Peer::in_memory(&server, "new", 1024);
    peer.send(request(5, None)).await;
    peer.expect(hello()).await;
    peer.send(Publish { message_id: id(1), event: event(1, 4) }).await;
    peer.expect(Ack { message_id: id(1) }).await;
    control.publish("new", event(2, 4)).expect("room in the outbox");
    peer.next_publish().await;
    let mut other = Peer::accepted(&server).await;

    control.prepare("new").expect("a known client");
    peer.expect_close().await;
    assert_eq!(control.delivered("new"), Ok(vec![]));
    let mut mismatched = Peer::in_memory(&server, "new", 1024);
    mismatched.send(request(5, Some(2))).await;
    mismatched.expect(ConnectionResponse::InstanceIdMismatch).await;
    let mut again = Peer::in_memory(&server, "new", 1024);
    again.send(request(6, None)).await;
    again.expect(hello()).await;
    again.expect_open().await;
    other.expect_open().await;
}

#[tokio::test]
async fn a_quarantined_client_stays_so() {
    let server = server().await;
    for _ in 0..2 {
        let mut peer = Peer::in_memory(&server, "quarantined", 1024);
        peer.send(request(1, Some(2))).await;
        peer.send_octets(&[]).await;
        let Some(sinkcheck_spec::wire::Message::ConnectionResponse(ConnectionResponse::Quarantined(reason))) =
            peer.next().await
        else {
            panic!("quarantined was to come")
        };
        assert_eq!((reason.machine_message(), reason.human_message()), (&[1, 1, 1][..], "blocked"));
        peer.expect_close().await;
        server.control().prepare("quarantined").expect("a known client");
    }
}

#[tokio::test]
async fn a_client_that_is_not_known_is_named() {
    let server = server().await;
    let control = server.control();
    let unknown = Err(ControlError::UnknownClient(UnknownClient("nobody".to_owned())));
    assert_eq!(control.prepare("nobody"), unknown);
    assert_eq!(control.delivered("nobody").map(|_| ()), unknown);
    assert_eq!(control.publish("nobody", event(1, 4)).map(|_| ()), unknown);
}
