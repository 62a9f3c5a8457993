use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sinkcheck_simulator::client::{ClientError, Equipment};
use sinkcheck_spec::wire::{Ack, Event, Message, Nack, Publish, Reason};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use crate::host::{Host, Peer, event, id, known, settle};

#[tokio::test(start_paused = true)]
async fn events_go_both_ways_and_are_answered() {
    let (mut host, client) = Host::with_client(known());
    let control = client.control();
    let mut peer = host.accept(1, Some(2)).await;
    control.publish(event(1, 1)).expect("room");
    assert_eq!(peer.next_publish().await, Publish { message_id: id(0), event: event(1, 1) });
    peer.ack(0).await;
    peer.send(Publish { message_id: id(7), event: event(3, 9) }).await;
    peer.expect(Ack { message_id: id(7) }).await;
    peer.send(Publish { message_id: id(8), event: event(99, 10) }).await;
    let reason = Reason::new(&[4, 4][..], "no such type").expect("a small reason");
    peer.expect(Nack { message_id: id(8), reason }).await;
    assert_eq!(control.delivered(), [event(3, 9)]);
    assert_eq!((control.unanswered(), control.events_delivered()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_unanswered_comes_again_and_what_was_answered_does_not() {
    let (mut host, client) = Host::with_client(known());
    let mut peer = host.accept(1, Some(2)).await;
    for offset in 0..4 {
        client.control().publish(event(1, offset)).expect("room");
    }
    for number in 0..4 {
        assert_eq!(peer.next_publish().await.message_id, id(number));
    }
    peer.ack(1).await;
    peer.send(Nack { message_id: id(2), reason: Reason::new(&[][..], "").expect("a small reason") }).await;
    peer.expect_open().await;
    drop(peer);
    for _ in 0..2 {
        let mut peer = host.accept(1, Some(2)).await;
        assert_eq!(peer.next_publish().await.event, event(1, 0));
        assert_eq!(peer.next_publish().await.event, event(1, 3));
        peer.expect_open().await;
    }
    assert_eq!((client.control().unanswered(), client.control().events_delivered()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn an_event_is_written_before_its_ack_is_sent() {
    let written: Arc<Mutex<Vec<Event<'static>>>> = Arc::default();
    let sink = Arc::clone(&written);
    let equipment = Equipment {
        sink: Some(Box::new(move |event: &Event<'static>| {
            sink.lock().expect("no panic").push(event.clone());
            Ok(())
        })),
        ..Equipment::default()
    };
    let (mut host, _client) = Host::with_equipped_client(known(), equipment);
    let mut peer = host.accept(1, Some(2)).await;
    for number in 0..3 {
        peer.send(Publish { message_id: id(number), event: event(1, number.into()) }).await;
        peer.expect(Ack { message_id: id(number) }).await;
        assert_eq!(written.lock().expect("no panic").last(), Some(&event(1, number.into())));
    }
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_written_is_not_acked_and_ends_the_client() {
    let sink = Box::new(|_: &Event<'static>| Err(io::Error::other("the disk is full")));
    let equipment = Equipment { sink: Some(sink), ..Equipment::default() };
    let (mut host, mut client) = Host::with_equipped_client(known(), equipment);
    let mut peer = host.accept(1, Some(2)).await;
    peer.send(Publish { message_id: id(0), event: event(1, 1) }).await;
    peer.expect_close().await;
    let ClientError::NotKept(problem) = client.failure().await else { panic!("it is the client's fault") };
    assert!(problem.contains("the disk is full"), "{problem}");
    assert!(client.control().publish(event(1, 1)).is_err());
    client.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_no_answers_is_not_listened_to_and_then_dropped() {
    let (mut host, _client) = Host::with_client(known());
    let mut peer = host.accept(1, Some(2)).await;
    peer.expect_open().await;
    let pings = Message::Ping.to_frame().repeat(256);
    let mut taken = 0;
    while let Ok(written) = timeout(Duration::from_secs(1), peer.stream.write(&pings)).await {
        taken += written.expect("the connection is open");
    }
    assert!(taken < 1 << 20, "{taken} octets of questions wait for answers to be taken");
    let peer: Peer = host.next().await;
    drop(peer);
}

#[tokio::test(start_paused = true)]
async fn many_large_events_wait_in_the_outbox_and_not_in_the_connection() {
    let (mut host, client) = Host::with_client(known());
    let mut fields = event(1, 0).into_fields();
    fields.event_data = vec![7; 60_000].into();
    let large = Event::new(fields).expect("fits a frame");
    for _ in 0..100 {
        client.control().publish(large.clone()).expect("room");
    }
    let mut peer = host.accept(1, Some(2)).await;
    settle().await;
    peer.send(Message::Ping).await;
    let mut before_pong = 0;
    while let Some(Message::Publish(publish)) = peer.next().await {
        assert_eq!(publish.event, large);
        before_pong += 1;
    }
    assert!(before_pong < 10, "{before_pong} events before the PONG");
}
