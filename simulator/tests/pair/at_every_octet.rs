use std::path::Path;
use std::time::Duration;

use sinkcheck_spec::machine::Backoff;
use sinkcheck_spec::wire::Message;
use tokio::time::sleep;

use crate::cut::Place;
use crate::pair::{Pair, in_memory, server};
use crate::recording::messages;

/// A first contact, events both ways, of which one each way is refused, an interval of silence, and more events. The
/// first connection is cut there, and the later ones aren't.
async fn session(place: Place) -> Pair {
    let server = server("clients: { client: {} }", Path::new("")).await;
    let connect = in_memory(&server, || 4096);
    let mut first = Some(place);
    let mut pair = Pair::start(server, connect, Backoff::default(), move || first.take().unwrap_or_default());
    for event_type_id in [1, 99] {
        pair.client_publishes(event_type_id);
        pair.server_publishes(event_type_id);
    }
    sleep(Duration::from_secs(1)).await;
    pair.client_publishes(2);
    sleep(Duration::from_secs(1)).await;
    pair.server_publishes(2);
    // The client sends its PING meanwhile.
    sleep(Duration::from_secs(100)).await;
    pair.client_publishes(3);
    pair.server_publishes(3);
    sleep(Duration::from_secs(1)).await;
    pair
}

#[tokio::test(start_paused = true)]
async fn a_connection_may_be_cut_at_every_octet_of_each_direction() {
    let whole = session(Place::default()).await;
    let (to_server, to_client) = whole.first_connection();
    assert_eq!(whole.connections(), 1);
    whole.settle("not cut").await;
    let (asked, answered) = (messages(&to_server), messages(&to_client));
    for side in [&asked, &answered] {
        let count = |is: fn(&Message<'_>) -> bool| side.iter().filter(|message| is(message)).count();
        assert_eq!(count(|message| matches!(message, Message::Publish(_))), 4);
        assert_eq!(count(|message| matches!(message, Message::Ack(_))), 3);
        assert_eq!(count(|message| matches!(message, Message::Nack(_))), 1);
    }
    assert!(asked.contains(&Message::Ping) && answered.contains(&Message::Pong));

    for cut in 0..to_server.len() {
        let pair = session(Place { to_server: Some(cut), to_client: None }).await;
        assert_eq!(pair.first_connection().0, to_server[..cut]);
        assert!(pair.connections() >= 2);
        pair.settle(&format!("cut after {cut} octets to the server")).await;
    }
    for cut in 0..to_client.len() {
        let pair = session(Place { to_server: None, to_client: Some(cut) }).await;
        assert_eq!(pair.first_connection().1, to_client[..cut]);
        assert!(pair.connections() >= 2);
        pair.settle(&format!("cut after {cut} octets to the client")).await;
    }
}
