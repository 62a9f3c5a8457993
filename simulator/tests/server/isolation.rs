use sinkcheck_simulator::RunningServer;
use sinkcheck_spec::wire::{ConnectionResponse, Message, Publish};
use tokio::io::AsyncWriteExt as _;

use crate::peer::{Peer, event, id, request, server};

/// A connection to the third listener, that of another client.
async fn other(server: &RunningServer) -> Peer<tokio::net::TcpStream> {
    let stream = tokio::net::TcpStream::connect(server.listeners()[2].address).await.expect("the server listens");
    let mut other = Peer::over(stream);
    other.known().await;
    other
}

#[tokio::test]
async fn malformed_content_ends_its_own_connection_and_no_other() {
    let server = server().await;
    let mut other = other(&server).await;
    for garbage in ["0000", "000120", "00021600", "ffff41", "0003300001", "000110"] {
        let mut accepted = Peer::accepted(&server).await;
        accepted.send_octets(&hex::decode(garbage).expect("hex")).await;
        if garbage.starts_with("ffff") {
            accepted.stream.shutdown().await.expect("an end within a frame");
        }
        accepted.expect_close().await;
        let mut unaccepted = Peer::connect(&server).await;
        unaccepted.send_octets(&hex::decode(garbage).expect("hex")).await;
        if garbage.starts_with("ffff") {
            unaccepted.stream.shutdown().await.expect("an end within a frame");
        }
        unaccepted.expect_close().await;
        other.expect_open().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_reset_at_any_octet_harms_no_other_and_loses_no_later_connection() {
    let server = server().await;
    let mut other = other(&server).await;
    let request = Message::from(request(1, Some(2))).to_frame();
    for end in 0..=request.len() {
        let mut peer = Peer::connect(&server).await;
        peer.send_octets(&request[..end]).await;
        socket2::SockRef::from(&peer.stream).set_linger(Some(std::time::Duration::ZERO)).expect("SO_LINGER");
        drop(peer);
    }
    other.expect_open().await;
    Peer::accepted(&server).await.expect_open().await;
    server.stop().await;
}

#[tokio::test]
async fn an_event_before_acceptance_or_behind_a_rejection_is_not_taken() {
    let server = server().await;
    let publish = Message::from(Publish { message_id: id(5), event: event(1, 4) }).to_frame();
    let mut early = Peer::connect(&server).await;
    early.send_octets(&publish).await;
    early.expect_close().await;

    let mut rejected = Peer::connect(&server).await;
    rejected.send_octets(&[Message::from(request(9, Some(2))).to_frame(), publish].concat()).await;
    rejected.expect(ConnectionResponse::InstanceIdMismatch).await;
    rejected.expect_close().await;
    assert_eq!(server.control().delivered("known"), Ok(vec![]));
    server.stop().await;
}
