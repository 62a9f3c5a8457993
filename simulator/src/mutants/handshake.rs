//! Faults in how a server answers a request, and in what one client's connection does to others.

use sinkcheck_spec::machine::Effect::{Record, Respond};
use sinkcheck_spec::machine::State::{Accepted, AwaitingRequest, Closed};
use sinkcheck_spec::machine::{Finding, Input};
use sinkcheck_spec::wire::ResponseCode::{Connected, HelloNewClient};

use super::fault::How::{Always, At};
use super::fault::{Fault, SERVER, fault};
use crate::deviation::Change::{Knob, Received, Row, Sent};
use crate::deviation::content::{self, REQUEST, RESPONSE};
use crate::deviation::{Act, Change, Seen, When};

const ALWAYS: When = When::Always;
/// Answers to a request, of which there is one on a connection.
pub(super) const ANSWERS: &[When] = &[When::Always, When::Split, When::Reconnected, When::OtherClient];

/// What the server does about a request of which it finds this.
pub(super) const fn on(
    finding: Finding,
    next: sinkcheck_spec::machine::State,
    effects: &'static [sinkcheck_spec::machine::Effect],
) -> Change {
    Row(AwaitingRequest, Input::Request(finding), next, effects)
}

pub(super) fn response(code: u8) -> Option<Vec<Act>> {
    content::say(match code {
        1 => vec![0x11, 0, 0, 0, 2],
        3 => vec![0x13, 0],
        code => vec![0x10 | code],
    })
}

/// The response, where it has this code.
pub(super) fn replaced(content: &[u8], code: u8, by: u8) -> Option<Vec<Act>> {
    (content::is(content, RESPONSE) && content.first()? & 15 == code).then(|| response(by)).flatten()
}

/// The request's ids and the record's.
pub(super) fn asked(seen: &Seen) -> Option<(u32, Option<u32>)> {
    let (_, client, server) = content::request(seen.request.as_deref()?)?;
    Some((client, server))
}

/// The request with another version, if it is of this one.
pub(super) fn version_as(content: &[u8], from: u8, to: u8) -> Option<Vec<Act>> {
    let first = *content.first().filter(|_| content::is(content, REQUEST))?;
    (first & 15 == from).then(|| [&[to], content.get(1..).unwrap_or_default()].concat()).and_then(content::feed)
}

pub(super) const WIPED: Finding = Finding::WipedClient;
pub(super) const OTHER: Finding = Finding::OtherClient;
pub(super) const ELSEWHERE: Finding = Finding::OtherServer;
pub(super) const BOTH_OTHER: Finding = Finding::OtherClientAndServer;
pub(super) const NO_RECORD: Finding = Finding::NoRecord;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "ping-before-request",
        SERVER,
        &["handshake.nothing-before-request"],
        Always(&[Knob(|knobs| knobs.opening = &[0, 2, 0x50, 0])]),
        "It sends a PING as soon as a connection is open.",
    ),
    fault(
        "hello-before-request",
        SERVER,
        &["handshake.nothing-before-request"],
        Always(&[Knob(|knobs| knobs.opening = &[0, 5, 0x11, 0, 0, 0, 2])]),
        "It sends a hello as soon as a connection is open.",
    ),
    fault(
        "text-before-request",
        SERVER,
        &["handshake.nothing-before-request"],
        Always(&[Knob(|knobs| knobs.opening = b"\x00\x0aSink ready")]),
        "It greets with a line of text as soon as a connection is open.",
    ),
    fault(
        "request-unanswered",
        SERVER,
        &["handshake.first-request-answered"],
        At(|when| vec![Received(when, |_, c| content::is(c, REQUEST).then(Vec::new))], ANSWERS),
        "It leaves a request without an answer.",
    ),
    fault(
        "known-client-unanswered",
        SERVER,
        &["handshake.first-request-answered", "handshake.connected"],
        Always(&[on(Finding::Known, Accepted, &[])]),
        "It accepts a known client without saying so.",
    ),
    fault(
        "known-client-closed",
        SERVER,
        &["handshake.first-request-answered", "handshake.connected"],
        Always(&[on(Finding::Known, Closed, &[])]),
        "It closes the connection of a known client.",
    ),
    fault(
        "mismatch-unanswered",
        SERVER,
        &[
            "handshake.first-request-answered",
            "handshake.mismatch-wiped-client",
            "handshake.mismatch-other-client",
            "handshake.mismatch-other-server",
            "handshake.mismatch-both",
            "handshake.mismatch-without-record",
        ],
        Always(&[
            on(WIPED, Closed, &[]),
            on(OTHER, Closed, &[]),
            on(ELSEWHERE, Closed, &[]),
            on(BOTH_OTHER, Closed, &[]),
            on(NO_RECORD, Closed, &[]),
        ]),
        "It closes on a mismatch without a response.",
    ),
    fault(
        "quarantined-unanswered",
        SERVER,
        &["handshake.first-request-answered", "handshake.quarantined"],
        Always(&[on(Finding::Quarantined, Closed, &[])]),
        "It closes on a quarantined client without a response.",
    ),
    fault(
        "unsupported-protocol-unanswered",
        SERVER,
        &["handshake.first-request-answered", "handshake.unsupported-protocol"],
        Always(&[on(Finding::UnsupportedProtocol, Closed, &[])]),
        "It closes on another protocol version without a response.",
    ),
    fault(
        "unsupported-application-unanswered",
        SERVER,
        &["handshake.first-request-answered", "handshake.unsupported-application"],
        Always(&[on(Finding::UnsupportedApplication, Closed, &[])]),
        "It closes on an unsupported application version without a response.",
    ),
    fault(
        "request-answered-twice",
        SERVER,
        &["handshake.first-request-answered-once"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    content::is(c, RESPONSE).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(c.to_vec())])
                })]
            },
            &[When::Always, When::Reconnected, When::OtherClient],
        ),
        "It answers a request twice.",
    ),
    fault(
        "connected-answered-twice",
        SERVER,
        &["handshake.first-request-answered-once"],
        Always(&[on(Finding::Known, Accepted, &[Respond(Connected), Respond(Connected)])]),
        "It answers a known client twice.",
    ),
    fault(
        "hello-then-connected",
        SERVER,
        &["handshake.first-request-answered-once"],
        Always(&[on(Finding::New, Accepted, &[Record, Respond(HelloNewClient), Respond(Connected)])]),
        "It answers a new client with a hello and \"connected\".",
    ),
    fault(
        "rejection-answered-twice",
        SERVER,
        &["handshake.first-request-answered-once"],
        Always(&[Sent(ALWAYS, |_, c| {
            (content::is(c, RESPONSE) && c[0] & 15 > 1).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(c.to_vec())])
        })]),
        "It sends a rejection twice.",
    ),
    fault(
        "second-request-ignored",
        SERVER,
        &["handshake.second-request-closes"],
        Always(&[
            Row(Accepted, Input::Request(Finding::Known), Accepted, &[]),
            Row(Accepted, Input::Request(Finding::HelloRepeated), Accepted, &[]),
            Row(Accepted, Input::Request(WIPED), Accepted, &[]),
            Row(Accepted, Input::Request(OTHER), Accepted, &[]),
            Row(Accepted, Input::Request(ELSEWHERE), Accepted, &[]),
            Row(Accepted, Input::Request(BOTH_OTHER), Accepted, &[]),
            Row(Accepted, Input::Request(Finding::UnsupportedProtocol), Accepted, &[]),
            Row(Accepted, Input::Request(Finding::UnsupportedApplication), Accepted, &[]),
        ]),
        "It takes no notice of a second request.",
    ),
    fault(
        "second-request-answered-and-open",
        SERVER,
        &["handshake.second-request-closes"],
        Always(&[
            Row(Accepted, Input::Request(Finding::Known), Accepted, &[Respond(Connected)]),
            Row(Accepted, Input::Request(Finding::HelloRepeated), Accepted, &[Respond(HelloNewClient)]),
        ]),
        "It answers a second request and leaves the connection open.",
    ),
];
