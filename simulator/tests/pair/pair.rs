//! A client, a server, and what each has to say about the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sinkcheck_simulator::client::{Behaviour, Connect, Equipment, connect_with};
use sinkcheck_simulator::{
    Client, ClientConfig, ClientEvent, Control, RunningClient, RunningServer, Server, ServerConfig,
};
use sinkcheck_spec::machine::{Backoff, EventNumber};
use sinkcheck_spec::wire::{Event, EventFields, InstanceId};
use tokio::time::{Instant, sleep};

use crate::cut::{Cutting, Place, Recordings};
use crate::recording::{self, Recording};

/// The only client.
const CLIENT: &str = "client";
/// How long everything may take at most: on a virtual clock that is no time at all.
const STUCK: Duration = Duration::from_secs(24 * 3600);

/// A client's connections to a server, and all that has happened.
pub(crate) struct Pair {
    server: Arc<RunningServer>,
    client: RunningClient,
    seen: Arc<Mutex<Seen>>,
    recordings: Recordings,
    /// The types of the events that were published, by offset: the client's, and the server's.
    published: [Vec<u64>; 2],
}

/// What the client told, and what was wrong when it did.
#[derive(Debug, Default)]
struct Seen {
    delivered: BTreeMap<EventNumber, u32>,
    refused: BTreeMap<EventNumber, u32>,
    /// The offsets that reached the client's application.
    taken: BTreeSet<u64>,
    wrong: Vec<String>,
}

impl Seen {
    /// Hears one thing, at the moment when it happens.
    fn hear(&mut self, event: &ClientEvent, server: &Control) {
        match event {
            ClientEvent::EventDelivered(number) => {
                *self.delivered.entry(*number).or_default() += 1;
                if !offsets(&server.delivered(CLIENT).expect("the client")).contains(&number.0) {
                    self.wrong.push(format!("event {} counts as delivered and did not arrive", number.0));
                }
            }
            ClientEvent::EventRefused { number, .. } => *self.refused.entry(*number).or_default() += 1,
            ClientEvent::Rejected { .. } | ClientEvent::Failed(_) => self.wrong.push(format!("{event:?}")),
            _ => {}
        }
        self.look(server);
    }

    /// The server counts no more as delivered than the client's application has.
    fn look(&mut self, server: &Control) {
        let counted = server.events_delivered(CLIENT).expect("the client");
        if counted > self.taken.len() as u64 {
            self.wrong
                .push(format!("the server counts {counted} events as delivered, and {} arrived", self.taken.len()));
        }
    }
}

fn offsets(events: &[Event<'_>]) -> BTreeSet<u64> {
    events.iter().map(Event::offset).collect()
}

fn event(event_type_id: u64, offset: u64) -> Event<'static> {
    let fields = EventFields {
        event_type_id,
        schema_version: 1,
        key: b"k"[..].into(),
        offset,
        timestamp: 1,
        event_data: b"data"[..].into(),
    };
    Event::new(fields).expect("a small event")
}

/// A server that has never met the client, with these listeners, if any.
pub(crate) async fn server(more: &str, base: &Path) -> Arc<RunningServer> {
    let config = ServerConfig::from_yaml(more).expect("a configuration");
    Arc::new(Server::start(config, base).await.expect("the server starts"))
}

/// Reaches the server in memory, with room for so many octets on each connection.
pub(crate) fn in_memory(server: &Arc<RunningServer>, mut room: impl FnMut() -> usize + Send + 'static) -> impl Connect {
    let server = Arc::clone(server);
    connect_with(move || {
        let (ours, theirs) = tokio::io::duplex(room());
        server.serve_stream(theirs, CLIENT).expect("the client");
        Ok(ours)
    })
}

impl Pair {
    /// Starts the client. Its connections are cut where `place` says.
    pub(crate) fn start(
        server: Arc<RunningServer>,
        connect: impl Connect,
        backoff: Backoff,
        place: impl FnMut() -> Place + Send + 'static,
    ) -> Self {
        let recordings = Recordings::default();
        let connect = Cutting { inner: connect, place: Box::new(place), recordings: Arc::clone(&recordings) };
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let (heard, written, control) = (Arc::clone(&seen), Arc::clone(&seen), server.control());
        let equipment = Equipment {
            store: None,
            sink: Some(Box::new(move |event: &Event<'static>| {
                written.lock().expect("no panic").taken.insert(event.offset());
                Ok(())
            })),
            observer: Some(Box::new(move |event| heard.lock().expect("no panic").hear(&event, &control))),
        };
        let config = ClientConfig { backoff, seed: Some(1), ..ClientConfig::default() };
        let client = Client::start_with(config, Behaviour::default(), connect, equipment);
        Self { server, client, seen, recordings, published: [Vec::new(), Vec::new()] }
    }

    /// The client publishes an event of this type; 99 is refused.
    pub(crate) fn client_publishes(&mut self, event_type_id: u64) {
        let offset = self.published[0].len() as u64;
        let number = self.client.control().publish(event(event_type_id, offset)).expect("room");
        assert_eq!(number, EventNumber(offset));
        self.published[0].push(event_type_id);
    }

    /// The server publishes an event of this type; 99 is refused.
    pub(crate) fn server_publishes(&mut self, event_type_id: u64) {
        let offset = self.published[1].len() as u64;
        self.server.control().publish(CLIENT, event(event_type_id, offset)).expect("room");
        self.published[1].push(event_type_id);
    }

    pub(crate) fn restart_client(&self) {
        self.client.control().restart().expect("a running client");
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.recordings.lock().expect("no panic").len()
    }

    /// The octets of the first connection.
    pub(crate) fn first_connection(&self) -> (Vec<u8>, Vec<u8>) {
        let recordings = self.recordings.lock().expect("no panic");
        let first = recordings[0].lock().expect("no panic");
        (first.to_server.clone(), first.to_client.clone())
    }

    /// Waits until all events are answered, and checks everything.
    pub(crate) async fn settle(self, case: &str) {
        let (server, client) = (self.server.control(), self.client.control());
        let before = Instant::now();
        while client.unanswered() > 0 || server.unanswered(CLIENT) != Ok(0) {
            assert!(before.elapsed() < STUCK, "{case}: events are lost");
            sleep(Duration::from_millis(20)).await;
            self.seen.lock().expect("no panic").look(&server);
        }
        let taken = |types: &[u64]| (0..).zip(types).filter(|(_, kind)| **kind != 99).map(|(n, _)| n).collect();
        let [from_client, from_server]: [BTreeSet<u64>; 2] = [taken(&self.published[0]), taken(&self.published[1])];
        assert_eq!(offsets(&server.delivered(CLIENT).expect("the client")), from_client, "{case}: at the server");
        assert_eq!(offsets(&client.delivered()), from_server, "{case}: at the client");
        assert_eq!(client.events_delivered(), from_client.len() as u64, "{case}");
        assert_eq!(server.events_delivered(CLIENT), Ok(from_server.len() as u64), "{case}");
        assert_eq!(client.server_instance_id(), Some(InstanceId(2)), "{case}");
        self.client.stop().await;

        let seen = self.seen.lock().expect("no panic");
        assert_eq!(seen.wrong, [] as [String; 0], "{case}");
        assert_eq!(seen.taken, from_server, "{case}");
        let once = |offsets: &mut dyn Iterator<Item = u64>| offsets.map(|offset| (EventNumber(offset), 1)).collect();
        assert_eq!(seen.delivered, once(&mut from_client.iter().copied()), "{case}");
        let all = 0..self.published[0].len() as u64;
        assert_eq!(seen.refused, once(&mut all.filter(|offset| !from_client.contains(offset))), "{case}");
        drop(seen);

        let recordings = self.recordings.lock().expect("no panic");
        let guards: Vec<_> = recordings.iter().map(|recording| recording.lock().expect("no panic")).collect();
        let all: Vec<&Recording> = guards.iter().map(|guard| &**guard).collect();
        recording::check(&all);
    }
}
