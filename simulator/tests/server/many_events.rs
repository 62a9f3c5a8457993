use std::collections::BTreeSet;

use sinkcheck_spec::wire::{Ack, ConnectionResponse, Message, Nack, Publish, Reason};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};

use crate::peer::{Peer, event, id, request, server};

/// 4096 events in flight each way; then one more of the server's, which waits for an id.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut peer: Peer<S>, server: &sinkcheck_simulator::RunningServer) {
    let control = server.control();
    for offset in 0..=4096 {
        control.publish("known", event(offset, 100)).expect("room in the outbox");
    }
    for number in 0..4096 {
        let publish = peer.next_publish().await;
        assert_eq!((publish.message_id, publish.event), (id(number), event(number as u64, 100)));
    }
    let (reader, mut writer) = tokio::io::split(peer.stream);
    let events = async move {
        for number in 0..4096 {
            let publish = Publish { message_id: id(number), event: event(number as u64, 100) };
            writer.write_all(&Message::from(publish).to_frame()).await.expect("the server takes octets");
        }
        writer.flush().await.expect("the server takes octets");
        writer
    };
    let answers = async move {
        let mut peer = Peer::over(tokio::io::join(reader, tokio::io::sink()));
        for number in 0..4096 {
            peer.expect(Ack { message_id: id(number) }).await;
        }
        peer.stream.into_inner().0
    };
    let (writer, reader) = tokio::join!(events, answers);
    let mut peer = Peer::over(tokio::io::join(reader, writer));

    let delivered = control.delivered("known").expect("a known client");
    assert!(delivered.iter().cloned().eq((0..4096).map(|offset| event(offset, 100))));
    peer.send(Ack { message_id: id(2000) }).await;
    let last = peer.next_publish().await;
    assert_eq!((last.message_id, last.event), (id(2000), event(4096, 100)));
}

#[tokio::test]
async fn as_many_as_there_are_ids_are_in_flight_each_way_over_tcp() {
    let server = server().await;
    exchange(Peer::accepted(&server).await, &server).await;
    server.stop().await;
}

#[tokio::test]
async fn and_over_a_stream_that_takes_seven_octets_at_a_time() {
    let server = server().await;
    let mut peer = Peer::in_memory(&server, "known", 7);
    peer.known().await;
    exchange(peer, &server).await;
}

#[tokio::test]
async fn events_of_the_largest_size_pass_both_ways() {
    let server = server().await;
    let largest = 65_535 - 2 - 2 - 2 - 1 - 5 - 3;
    let mut peer = Peer::accepted(&server).await;
    for offset in 0..200 {
        server.control().publish("known", event(offset % 100, largest)).expect("room in the outbox");
    }
    let frame = Message::from(Publish { message_id: id(0), event: event(1, largest) }).to_frame();
    assert_eq!(frame.len(), 2 + 65_535);
    peer.send_octets(&frame).await;
    let mut seen = BTreeSet::new();
    while seen.len() < 201 {
        match peer.next().await.expect("the server goes on") {
            Message::Publish(publish) => {
                assert_eq!(publish.event, event(u64::from(publish.message_id.get()) % 100, largest));
                assert!(seen.insert(Some(publish.message_id)));
            }
            Message::Ack(ack) => assert!(ack.message_id == id(0) && seen.insert(None)),
            other => panic!("{other}"),
        }
    }
    assert_eq!(server.control().delivered("known"), Ok(vec![event(1, largest)]));
}

#[tokio::test]
async fn a_nacked_event_is_left_and_the_next_ones_go_on() {
    let server = server().await;
    let mut peer = Peer::accepted(&server).await;
    server.control().publish("known", event(1, 4)).expect("room in the outbox");
    let publish = peer.next_publish().await;
    let reason = Reason::new(&[][..], "").expect("a small reason");
    peer.send(Nack { message_id: publish.message_id, reason }).await;
    server.control().publish("known", event(2, 4)).expect("room in the outbox");
    assert_eq!(peer.next_publish().await.event, event(2, 4));
    peer.expect_open().await;

    let mut again = Peer::connect(&server).await;
    again.send(request(1, Some(2))).await;
    again.expect(ConnectionResponse::Connected).await;
    assert_eq!(again.next_publish().await.event, event(2, 4), "only the unanswered one comes again");
    again.expect_open().await;
}
