//! A server and its clients over several connections: whom it takes for whom, and what they carry.

use sinkcheck_spec::oracle::{Acquaintances, Introduction};
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, InstanceId};

const CONNECTED: ConnectionResponse<'static> = ConnectionResponse::Connected;
const MISMATCH: ConnectionResponse<'static> = ConnectionResponse::InstanceIdMismatch;

fn hello(server: u32) -> ConnectionResponse<'static> {
    ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(server) }
}

/// An identity, its client_instance_id, the server_instance_id that it carries, and what it is answered.
type Meeting = (Option<&'static str>, u32, Option<u32>, ConnectionResponse<'static>);

/// Each client that is accepted shows that it has read so.
fn rules(meetings: &[Meeting]) -> Vec<Vec<&'static str>> {
    let mut acquaintances = Acquaintances::new();
    let mut list = Vec::new();
    for (identity, client, carried, response) in meetings {
        let request = ConnectionRequest::new("1.0.0", InstanceId(*client), carried.map(InstanceId)).expect("small");
        acquaintances.opened(*identity);
        let mut breaches = acquaintances.request(*identity, &request);
        breaches.extend(acquaintances.response(*identity, Introduction::of(&request), response));
        if response.is_acceptance() {
            acquaintances.confirmed(*identity);
        }
        acquaintances.closed(*identity);
        list.push(breaches.into_iter().map(|breach| breach.rule).collect());
    }
    list
}

/// The last meeting breaks this and the others nothing.
fn check(meetings: &[Meeting], last: &[&'static str]) {
    let found = rules(meetings);
    let (end, before) = found.split_last().expect("a meeting");
    assert!(before.iter().all(Vec::is_empty) && end == last, "{meetings:?}: {found:?}");
}

const A: Option<&str> = Some("a");
const B: Option<&str> = Some("b");

#[test]
fn a_client_that_was_welcomed_comes_back() {
    check(&[(A, 1, None, hello(2)), (A, 1, Some(2), CONNECTED), (A, 1, Some(2), CONNECTED)], &[]);
    // Two devices may have the same client_instance_id, and one may be known where the other is new.
    check(&[(A, 1, None, hello(2)), (B, 1, None, hello(2)), (A, 1, Some(2), CONNECTED)], &[]);
    check(&[(None, 1, None, hello(2)), (None, 1, None, hello(2)), (None, 9, Some(7), MISMATCH)], &[]);
}

#[test]
fn a_server_that_shows_two_ids_or_takes_anothers_for_its_own() {
    // It may have been set up anew, but not go back.
    let anew = [(None, 1, None, hello(2)), (None, 5, None, hello(3))];
    check(&anew, &[]);
    let back = [anew.to_vec(), vec![(None, 6, None, hello(2))]].concat();
    check(&back, &["handshake.hello-carries-server-id"]);
    check(&[(A, 1, Some(2), CONNECTED), (B, 5, None, hello(3)), (A, 1, None, hello(3))], &[]);
    check(&[(None, 1, None, hello(2)), (None, 5, Some(7), CONNECTED)], &["handshake.mismatch-other-server"]);
    check(&[(None, 5, Some(2), CONNECTED), (None, 1, Some(7), CONNECTED)], &["handshake.mismatch-other-server"]);
}

#[test]
fn a_server_that_goes_by_another_row_of_the_table() {
    let known = (A, 1, Some(2), CONNECTED);
    check(&[known.clone(), (A, 1, Some(2), MISMATCH)], &["handshake.connected"]);
    check(
        &[(A, 1, None, hello(2)), (A, 1, None, MISMATCH)],
        &["introduction.hello-id-carried", "handshake.hello-repeated"],
    );
    check(&[known.clone(), (A, 9, None, hello(2))], &["handshake.mismatch-wiped-client"]);
    check(&[known.clone(), (A, 9, None, MISMATCH)], &[]);
    check(
        &[known.clone(), (A, 9, Some(2), CONNECTED)],
        &["introduction.client-instance-id-constant", "handshake.mismatch-other-client"],
    );
    // Whether a client is quarantined can't be seen.
    let reason = sinkcheck_spec::wire::QuarantineReason::new(&[][..], "").expect("an empty reason");
    check(&[known, (A, 1, Some(2), ConnectionResponse::Quarantined(reason))], &[]);
    // Nothing is known of what the server had on record before.
    check(&[(A, 1, Some(2), MISMATCH), (A, 1, None, MISMATCH)], &["introduction.rejection-keeps-server-id"]);
}

#[test]
fn a_client_that_forgets_or_takes_up_an_id() {
    check(&[(A, 1, None, hello(2)), (A, 1, Some(3), MISMATCH)], &["introduction.hello-id-carried"]);
    check(&[(A, 1, Some(2), CONNECTED), (A, 1, None, hello(2))], &["introduction.connected-id-kept"]);
    // It was wiped.
    check(&[(A, 1, Some(2), CONNECTED), (A, 4, None, MISMATCH), (A, 4, None, MISMATCH)], &[]);
}

#[test]
fn what_passes_at_once_or_unseen_is_blamed_on_nobody() {
    let request = |client: u32, server: Option<u32>| {
        ConnectionRequest::new("1.0.0", InstanceId(client), server.map(InstanceId)).expect("small")
    };
    let mut acquaintances = Acquaintances::new();
    // The request of the first connection is on its way for so long that the second one is accepted before it comes.
    acquaintances.opened(A);
    acquaintances.opened(A);
    let second = request(1, None);
    assert!(acquaintances.request(A, &second).is_empty());
    assert!(acquaintances.response(A, Introduction::of(&second), &hello(2)).is_none());
    acquaintances.confirmed(A);
    assert!(acquaintances.request(A, &request(1, None)).is_empty());
    acquaintances.closed(A);
    acquaintances.closed(A);
    // Whatever it carries next is what it kept.
    acquaintances.opened(A);
    assert!(acquaintances.request(A, &request(1, Some(2))).is_empty());
    // An acceptance that nobody could follow.
    acquaintances.unsure(A);
    assert!(acquaintances.request(A, &request(1, Some(9))).is_empty());
    assert!(!acquaintances.request(A, &request(1, Some(8))).is_empty());
}

#[test]
fn a_response_while_another_connection_is_open_is_blamed_on_nobody() {
    let request = ConnectionRequest::new("1.0.0", InstanceId(1), Some(InstanceId(2))).expect("small");
    for (others, breaks) in [(0, Some("handshake.connected")), (1, None)] {
        let mut acquaintances = Acquaintances::new();
        acquaintances.opened(A);
        assert_eq!(acquaintances.request(A, &request), []);
        assert_eq!(acquaintances.response(A, Introduction::of(&request), &CONNECTED), None);
        assert_eq!(acquaintances.request(A, &request), []);
        for _ in 0..others {
            // It may be accepted before this one's response is, and change what is on record.
            acquaintances.opened(A);
        }
        let breach = acquaintances.response(A, Introduction::of(&request), &MISMATCH);
        assert_eq!(breach.map(|breach| breach.rule), breaks);
    }
}

#[test]
fn a_servers_other_id_is_told_with_the_response_that_showed_it() {
    let told = |meetings: [(Option<u32>, ConnectionResponse<'static>); 3]| {
        let mut acquaintances = Acquaintances::new();
        let breaches = meetings.map(|(carried, response)| {
            let request = ConnectionRequest::new("1.0.0", InstanceId(1), carried.map(InstanceId)).expect("small");
            acquaintances.response(None, Introduction::of(&request), &response).map(|breach| breach.what)
        });
        breaches[2].clone().unwrap_or_default()
    };
    let connected = told([(None, hello(2)), (Some(2), CONNECTED), (Some(7), CONNECTED)]);
    assert!(
        connected.starts_with("\"connected\" answers a request that carries the server_instance_id 7"),
        "{connected}"
    );
    let greeted = told([(None, hello(2)), (None, hello(3)), (None, hello(2))]);
    assert!(greeted.starts_with("the hello carries the server_instance_id 2"), "{greeted}");
}
