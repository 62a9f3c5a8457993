use std::fs;
use std::path::{Path, PathBuf};

use sinkcheck_simulator::client::state::{Identity, StateError, Store};
use sinkcheck_simulator::client::{
    Behaviour, Client, ClientConfig, ClientError, Equipment, RunningClient, connect_with,
};
use sinkcheck_spec::machine::OutboxFull;
use sinkcheck_spec::wire::{Event, InstanceId};

use crate::host::{Host, event};

const FRESH: Identity = Identity { client: InstanceId(1), server: None };

/// A file of this test's own, which isn't there.
fn file(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state_file").join(test);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder.join("state.jsonl")
}

fn equipped(path: &Path) -> Equipment {
    Equipment { store: Some(Store::open(path, FRESH).expect("a state file")), ..Equipment::default() }
}

/// A client with this state file that reaches nobody.
fn alone(path: &Path) -> RunningClient {
    let nobody = connect_with(|| Err::<tokio::io::DuplexStream, _>(std::io::ErrorKind::ConnectionRefused.into()));
    Client::start_with(ClientConfig::default(), Behaviour::default(), nobody, equipped(path))
}

/// What a client makes of the file: its ids, its unanswered events in the order in which they are sent, and the lines.
async fn kept(path: &Path) -> (Identity, Vec<Event<'static>>, u64) {
    let (mut host, client) = Host::with_equipped_client(ClientConfig::default(), equipped(path));
    let control = client.control();
    let identity = Identity { client: control.client_instance_id(), server: control.server_instance_id() };
    let mut peer = host.accept(identity.client.0, identity.server.map(|id| id.0)).await;
    let mut events = Vec::new();
    for _ in 0..control.unanswered() {
        events.push(peer.next_publish().await.event);
    }
    client.stop().await;
    (identity, events, control.lines_taken())
}

#[tokio::test(start_paused = true)]
async fn ids_unanswered_events_and_lines_outlive_the_client() {
    let path = file("outlive");
    let (mut host, client) = Host::with_equipped_client(ClientConfig::default(), equipped(&path));
    let control = client.control();
    control.publish_line(event(1, 0), 1).expect("room");
    let mut peer = host.accept(1, None).await;
    for offset in 1..4 {
        control.publish_line(event(1, offset), offset + 1).expect("room");
    }
    for _ in 0..4 {
        peer.next_publish().await;
    }
    peer.ack(0).await;
    peer.ack(2).await;
    peer.expect_open().await;
    client.stop().await;
    let met = Identity { client: InstanceId(1), server: Some(InstanceId(2)) };
    let expected = (met, vec![event(1, 1), event(1, 3)], 4);
    for _ in 0..3 {
        assert_eq!(kept(&path).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wipe_and_what_is_prepared_outlive_the_client() {
    let path = file("wipe");
    let client = alone(&path);
    client.control().publish_line(event(1, 0), 7).expect("room");
    client.control().wipe(Some(InstanceId(9))).expect("a running client");
    client.control().publish(event(1, 1)).expect("room");
    client.stop().await;
    let wiped = Identity { client: InstanceId(9), server: None };
    assert_eq!(kept(&path).await, (wiped, vec![event(1, 1)], 0));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_cut_anywhere_holds_what_was_finished_before() {
    let path = file("cut");
    let client = alone(&path);
    let control = client.control();
    // How long the file is after each change, and what it holds then.
    let length = || fs::metadata(&path).expect("the state file").len() as usize;
    let mut steps = vec![(length(), 0)];
    for offset in 0..3 {
        control.publish_line(event(1, offset), offset + 1).expect("room");
        steps.push((length(), offset + 1));
    }
    client.stop().await;
    let octets = fs::read(&path).expect("the state file");
    // What each octet comes to the journal's own test says; here it is the file and its lock.
    let near_an_end = |cut: usize| steps.iter().any(|(length, _)| length.abs_diff(cut) <= 1);
    for cut in (0..=octets.len()).filter(|&cut| cut % 29 == 0 || near_an_end(cut)) {
        fs::write(&path, &octets[..cut]).expect("the state file");
        let finished = steps.iter().rev().find(|(length, _)| *length <= cut).map_or(0, |(_, events)| *events);
        let store = Store::open(&path, FRESH).unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        assert_eq!((store.identity(), store.lines_taken()), (FRESH, finished), "cut at {cut}");
        let expected: Vec<_> = (0..finished).map(|offset| event(1, offset)).collect();
        assert_eq!(store.unanswered(), expected, "cut at {cut}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_left_beside_the_file_by_a_sudden_end_does_no_harm() {
    let path = file("beside");
    let client = alone(&path);
    client.control().publish(event(1, 0)).expect("room");
    client.stop().await;
    fs::write(path.with_extension("jsonl.new"), b"{\"begin\":{\"for").expect("a file beside");
    assert_eq!(kept(&path).await.1, [event(1, 0)]);
    assert!(!path.with_extension("jsonl.new").exists());
}

#[tokio::test(start_paused = true)]
async fn two_clients_can_not_use_one_file() {
    let path = file("two");
    let client = alone(&path);
    let error = Store::open(&path, FRESH).expect_err("the file is in use");
    assert!(matches!(error, StateError::InUse { .. }), "{error}");
    let control = client.control();
    client.stop().await;
    assert!(Store::open(&path, FRESH).is_ok(), "though a control is still there");
    drop(control);
}

#[tokio::test(start_paused = true)]
async fn another_file_and_a_spoilt_one_are_refused_and_left_alone() {
    let path = file("refused");
    let good = Store::open(&path, FRESH).map(drop).map(|()| fs::read(&path).expect("the state file"));
    let good = String::from_utf8(good.expect("a state file")).expect("text");
    let check = |text: &str, expected: &str| {
        fs::write(&path, text).expect("the state file");
        let error = Store::open(&path, FRESH).expect_err(text).to_string();
        assert!(error.contains(expected) && error.contains("state.jsonl"), "{error}");
        assert_eq!(fs::read_to_string(&path).expect("the state file"), text);
    };
    check("hello", "is not the state file of a client");
    check("hello\n", "is not the state file of a client");
    check("{\"answered\":0}\n", "is not the state file of a client");
    check(&format!("{good}hello\n{{\"server\":2}}\n"), ":2: ");
    check(&format!("{good}{{\"answered\":0}}\n"), ":2: event 0 is not there");
    check(&good.replace("\"format\":1", "\"format\":2"), "has the format 2");
    let missing = path.join("no/such/folder");
    assert!(matches!(Store::open(&missing, FRESH), Err(StateError::Io { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_mostly_about_the_past_is_written_anew() {
    let path = file("anew");
    let (mut host, client) = Host::with_equipped_client(ClientConfig::default(), equipped(&path));
    let control = client.control();
    let mut peer = host.accept(1, None).await;
    let mut fields = event(1, 0).into_fields();
    fields.event_data = vec![7; 60_000].into();
    let large = Event::new(fields).expect("fits a frame");
    let mut longest = 0;
    for number in 0..24 {
        control.publish_line(large.clone(), number + 1).expect("room");
        let id = peer.next_publish().await.message_id;
        longest = longest.max(fs::metadata(&path).expect("the state file").len());
        if number > 0 {
            peer.ack(id.get()).await;
            peer.expect_open().await;
        }
    }
    assert!(longest < 2 << 20, "{longest} octets");
    client.stop().await;
    let met = Identity { client: InstanceId(1), server: Some(InstanceId(2)) };
    assert_eq!(kept(&path).await, (met, vec![large], 24));
}

#[tokio::test(start_paused = true)]
async fn many_lines_are_taken_at_once_as_far_as_there_is_room() {
    let path = file("many");
    let client = alone(&path);
    let control = client.control();
    let lines = |count: u64| (0..count).map(|offset| (event(1, offset), offset + 1)).collect::<Vec<_>>();
    assert_eq!(control.publish_lines(lines(60_000)), Ok(60_000));
    assert_eq!(control.publish_lines(Vec::new()), Ok(0));
    assert_eq!(control.publish_lines(lines(10_000)), Ok(5_536));
    assert_eq!(control.publish_lines(lines(1)), Ok(0));
    assert_eq!(control.publish(event(1, 1)), Err(ClientError::OutboxFull(OutboxFull)));
    assert_eq!((control.unanswered(), control.lines_taken()), (65_536, 5_536));
    client.stop().await;
    let store = Store::open(&path, FRESH).expect("a state file");
    assert_eq!((store.unanswered().len(), store.lines_taken()), (65_536, 5_536));
}
