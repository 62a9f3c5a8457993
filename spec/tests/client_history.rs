//! A client over its connections: which ids in its next request are right, and which rule the others break.
//!
//! A history is written as steps; a request stands as (client_instance_id, server_instance_id, what it breaks).

use sinkcheck_spec::catalogue::{Role, catalogue};
use sinkcheck_spec::oracle::{ClientHistory, Start};
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, InstanceId, Message};

const S: u32 = 0x51;
const T: u32 = 0x7401_0203;
const NEW: &str = "introduction.new-client-without-server-id";
const HELLO: &str = "introduction.hello-id-carried";
const KEPT: &str = "introduction.connected-id-kept";
const REJECTION: &str = "introduction.rejection-keeps-server-id";
const MALFORMED: &str = "malformed.response-keeps-server-id";
const SECOND: &str = "malformed.second-response";
const TRUNCATED: &str = "framing.truncated-response-not-taken";
const CONSTANT: &str = "introduction.client-instance-id-constant";
const WIPED: &str = "introduction.wiped-client-changes-id";

#[derive(Clone, Copy)]
enum Step<'a> {
    Request(u32, Option<u32>, &'a [&'a str]),
    /// A hello with this id, in answer to the last request.
    Hello(u32),
    Connected,
    Confirmed,
    /// A response in hex: one that rejects, a malformed, a second one, one cut off by the end of the stream.
    Rejection(&'a str),
    Malformed(&'a str),
    Second(&'a str),
    Truncated(&'a str),
    Wiped,
}

use Step::{Confirmed, Connected, Hello, Malformed, Rejection, Request, Second, Truncated, Wiped};

#[track_caller]
fn check(start: Start, steps: &[Step<'_>]) {
    let mut history = ClientHistory::new(start);
    let mut asked = None;
    for (at, step) in steps.iter().enumerate() {
        let octets = |digits: &str| hex::decode(digits.replace(' ', "")).expect("hex");
        match *step {
            Request(client, server, rules) => {
                asked = server.map(InstanceId);
                let request = ConnectionRequest::new("1.0.0", InstanceId(client), asked).expect("a small request");
                let breaches = history.request(&request);
                let broken: Vec<&str> = breaches.iter().map(|breach| breach.rule).collect();
                assert_eq!(broken, rules, "step {at}");
                for breach in breaches {
                    let rule = catalogue().rule(breach.rule).expect("the catalogue has it");
                    assert!(rule.role.binds(Role::Client), "{}", rule.id);
                    assert!(!breach.what.is_empty());
                }
            }
            Hello(id) => {
                let hello = ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(id) };
                history.acceptance_sent(asked, &hello);
            }
            Connected => history.acceptance_sent(asked, &ConnectionResponse::Connected),
            Confirmed => history.confirmed(),
            Rejection(digits) => match Message::decode(&octets(digits)) {
                Ok(Message::ConnectionResponse(response)) => history.rejection_sent(&response),
                other => panic!("no response: {other:?}"),
            },
            Malformed(digits) => history.malformed_response_sent(&octets(digits)),
            Second(digits) => history.second_response_sent(&octets(digits)),
            Truncated(digits) => history.truncated_response_sent(&octets(digits)),
            Wiped => history.wiped(),
        }
    }
}

#[test]
fn a_new_client_carries_no_server_id() {
    check(Start::New, &[Request(1, None, &[])]);
    check(Start::New, &[Request(1, Some(S), &[NEW])]);
    check(Start::New, &[Request(1, Some(0), &[NEW])]);
    check(Start::Unknown, &[Request(1, Some(S), &[])]);
    check(Start::Unknown, &[Request(1, None, &[])]);
    // Nothing answered the first.
    check(Start::New, &[Request(1, None, &[]), Request(1, None, &[]), Request(1, Some(S), &[NEW])]);
}

#[test]
fn the_id_of_a_hello_is_carried_once_it_was_read() {
    let met = [Request(1, None, &[]), Hello(S)];
    let after = |rest: &[Step<'_>]| check(Start::New, &[&met, rest].concat());
    after(&[Request(1, Some(S), &[])]);
    after(&[Confirmed, Request(1, Some(S), &[])]);
    after(&[Confirmed, Request(1, None, &[HELLO])]);
    after(&[Confirmed, Request(1, Some(T), &[HELLO])]);
    // It may have been lost on its way, or be read late. Another id it never was.
    after(&[Request(1, None, &[]), Request(1, Some(S), &[])]);
    after(&[Request(1, None, &[]), Hello(S), Confirmed, Request(1, None, &[HELLO])]);
    after(&[Request(1, Some(T), &[HELLO])]);
    // Once it was carried it isn't lost any more.
    after(&[Request(1, Some(S), &[]), Request(1, None, &[HELLO])]);
    // What is demanded stays demanded.
    after(&[Confirmed, Request(1, None, &[HELLO]), Request(1, None, &[HELLO]), Request(1, Some(S), &[])]);
}

#[test]
fn a_zero_is_an_id() {
    check(Start::New, &[Request(0, None, &[]), Hello(0), Confirmed, Request(0, Some(0), &[])]);
    check(Start::New, &[Request(0, None, &[]), Hello(0), Confirmed, Request(0, None, &[HELLO])]);
    check(Start::Known(InstanceId(0)), &[Request(0, Some(0), &[]), Connected, Request(0, None, &[KEPT])]);
}

#[test]
fn the_id_of_a_connected_client_is_kept() {
    let known = Start::Known(InstanceId(S));
    check(known, &[Request(1, Some(S), &[]), Connected, Request(1, Some(S), &[])]);
    for other in [None, Some(T)] {
        check(known, &[Request(1, Some(S), &[]), Connected, Request(1, other, &[KEPT])]);
        check(Start::Unknown, &[Request(1, Some(S), &[]), Connected, Confirmed, Request(1, other, &[KEPT])]);
        check(known, &[Request(1, other, &[HELLO])]);
    }
}

#[test]
fn what_answers_that_do_not_fit_their_request_lead_to_is_open() {
    for carried in [None, Some(S), Some(T)] {
        check(Start::Known(InstanceId(S)), &[Request(1, Some(S), &[]), Hello(T), Confirmed, Request(1, carried, &[])]);
        check(Start::New, &[Request(1, None, &[]), Connected, Confirmed, Request(1, carried, &[])]);
    }
    // What the next request carries is then what the client keeps.
    check(
        Start::Known(InstanceId(S)),
        &[Request(1, Some(S), &[]), Hello(T), Request(1, Some(T), &[]), Connected, Request(1, Some(S), &[KEPT])],
    );
}

#[test]
fn what_is_no_acceptance_changes_no_id() {
    let sent = [
        (Rejection("12"), REJECTION),
        (Rejection("13 00"), REJECTION),
        (Rejection("13 04 74010203"), REJECTION),
        (Rejection("13 00 74010203"), REJECTION),
        (Rejection("14"), REJECTION),
        (Malformed("1f"), MALFORMED),
        (Malformed("1174 010203 00"), MALFORMED),
        (Truncated("11 7401"), TRUNCATED),
    ];
    for (step, rule) in sent {
        let known = Start::Known(InstanceId(S));
        check(known, &[Request(1, Some(S), &[]), step, Request(1, Some(S), &[]), Connected, Request(1, None, &[KEPT])]);
        check(known, &[Request(1, Some(S), &[]), step, Request(1, None, &[rule])]);
        check(known, &[Request(1, Some(S), &[]), step, Request(1, Some(T), &[rule])]);
        check(Start::New, &[Request(1, None, &[]), step, Request(1, None, &[])]);
        check(Start::New, &[Request(1, None, &[]), step, Request(1, Some(T), &[rule])]);
        // It was all right after that, so it isn't to blame for what came later.
        check(known, &[Request(1, Some(S), &[]), step, Request(1, Some(S), &[]), Request(1, None, &[HELLO])]);
        check(Start::New, &[Request(1, None, &[]), step, Request(1, None, &[]), Request(1, Some(T), &[NEW])]);
        // The same where the client keeps nothing that was shown before: the id must say where it is from.
        check(Start::New, &[Request(1, None, &[]), Hello(S), Confirmed, step, Request(1, None, &[HELLO])]);
    }
}

#[test]
fn an_id_in_what_is_not_to_be_taken_says_where_it_is_from() {
    let hello = "11 74010203";
    let met = [Request(1, None, &[]), Hello(S), Second(hello)];
    check(Start::New, &[&met[..], &[Request(1, Some(S), &[])]].concat());
    check(Start::New, &[&met[..], &[Request(1, None, &[])]].concat());
    check(Start::New, &[&met[..], &[Request(1, Some(T), &[SECOND])]].concat());
    let known = [Request(1, Some(S), &[]), Connected, Second(hello)];
    check(Start::Unknown, &[&known[..], &[Request(1, Some(S), &[])]].concat());
    check(Start::Unknown, &[&known[..], &[Request(1, Some(T), &[SECOND])]].concat());
    check(Start::Unknown, &[&known[..], &[Request(1, None, &[SECOND])]].concat());
    // Two of them: the one that has the id is to blame, not the later one.
    let both = [Request(1, Some(S), &[]), Malformed("1174 010203 00"), Rejection("12")];
    check(Start::Unknown, &[&both[..], &[Request(1, Some(T), &[MALFORMED])]].concat());
    check(Start::Unknown, &[&both[..], &[Request(1, None, &[REJECTION])]].concat());
}

#[test]
fn a_client_keeps_its_own_id() {
    check(Start::New, &[Request(1, None, &[]), Hello(S), Request(2, Some(S), &[CONSTANT]), Request(2, Some(S), &[])]);
    check(Start::New, &[Request(1, None, &[]), Rejection("12"), Request(2, None, &[CONSTANT])]);
    check(Start::New, &[Request(1, None, &[]), Hello(S), Confirmed, Request(2, None, &[CONSTANT, HELLO])]);
}

#[test]
fn a_wiped_client_is_new_and_has_another_id() {
    let met = [Request(1, None, &[]), Hello(S), Confirmed, Wiped];
    let after = |rest: &[Step<'_>]| check(Start::New, &[&met, rest].concat());
    after(&[Request(2, None, &[])]);
    after(&[Request(1, None, &[WIPED])]);
    after(&[Request(2, Some(S), &[NEW])]);
    after(&[Request(1, Some(S), &[WIPED, NEW])]);
    // From there on it is like any client.
    after(&[Request(2, None, &[]), Hello(S), Confirmed, Request(2, None, &[HELLO])]);
    after(&[Request(2, None, &[]), Request(1, None, &[CONSTANT])]);
    after(&[Request(2, None, &[]), Wiped, Request(2, None, &[WIPED])]);
    // Only with what it had right before can the id be compared.
    after(&[Request(2, None, &[]), Wiped, Request(1, None, &[])]);
    after(&[Wiped, Request(1, None, &[])]);
    check(Start::Known(InstanceId(S)), &[Wiped, Request(1, None, &[])]);
}

#[test]
fn what_may_be_carried_can_be_asked() {
    let known = ClientHistory::new(Start::Known(InstanceId(S)));
    assert!(known.may_carry(Some(InstanceId(S))) && !known.may_carry(Some(InstanceId(T))) && !known.may_carry(None));
    let new = ClientHistory::new(Start::New);
    assert!(new.may_carry(None) && !new.may_carry(Some(InstanceId(S))));
    let unknown = ClientHistory::new(Start::Unknown);
    assert!(unknown.may_carry(None) && unknown.may_carry(Some(InstanceId(S))));
}
