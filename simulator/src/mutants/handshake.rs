//! Faults in how a server answers a request, and in what one client's connection does to others.

use std::time::Duration;

use sinkcheck_spec::machine::Effect::{Ack, Deliver, Nack, Pong, Record, Respond};
use sinkcheck_spec::machine::State::{Accepted, AwaitingRequest, Closed};
use sinkcheck_spec::machine::{Finding, Input};
use sinkcheck_spec::wire::ResponseCode::{
    Connected, HelloNewClient, InstanceIdMismatch, Quarantined, UnsupportedApplicationVersion,
    UnsupportedProtocolVersion,
};

use super::fault::How::{Always, At};
use super::fault::{Fault, Need, SERVER, fault};
use crate::deviation::Change::{Knob, Received, Row, Sent};
use crate::deviation::content::{self, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, Change, Closing, Harm, Seen, Takeover, Trust, When};

const ALWAYS: When = When::Always;
const ADAPTER: &[Need] = &[Need::Adapter];
const TLS: &[Need] = &[Need::Tls];
/// Answers to a request, of which there is one on a connection.
const ANSWERS: &[When] = &[When::Always, When::Split, When::Reconnected, When::OtherClient];

/// What the server does about a request of which it finds this.
const fn on(
    finding: Finding,
    next: sinkcheck_spec::machine::State,
    effects: &'static [sinkcheck_spec::machine::Effect],
) -> Change {
    Row(AwaitingRequest, Input::Request(finding), next, effects)
}

fn response(code: u8) -> Option<Vec<Act>> {
    content::say(match code {
        1 => vec![0x11, 0, 0, 0, 2],
        3 => vec![0x13, 0],
        code => vec![0x10 | code],
    })
}

/// The response, where it has this code.
fn replaced(content: &[u8], code: u8, by: u8) -> Option<Vec<Act>> {
    (content::is(content, RESPONSE) && content.first()? & 15 == code).then(|| response(by)).flatten()
}

/// The request's ids and the record's.
fn asked(seen: &Seen) -> Option<(u32, Option<u32>)> {
    let (_, client, server) = content::request(seen.request.as_deref()?)?;
    Some((client, server))
}

/// The request with another version, if it is of this one.
fn version_as(content: &[u8], from: u8, to: u8) -> Option<Vec<Act>> {
    let first = *content.first().filter(|_| content::is(content, REQUEST))?;
    (first & 15 == from).then(|| [&[to], content.get(1..).unwrap_or_default()].concat()).and_then(content::feed)
}

const WIPED: Finding = Finding::WipedClient;
const OTHER: Finding = Finding::OtherClient;
const ELSEWHERE: Finding = Finding::OtherServer;
const BOTH_OTHER: Finding = Finding::OtherClientAndServer;
const NO_RECORD: Finding = Finding::NoRecord;

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
    fault(
        "records-mixed-up",
        SERVER,
        &["handshake.record-for-each-identity", "handshake.mismatch-wiped-client", "handshake.mismatch-other-client"],
        Always(&[Received(ALWAYS, |seen, c| {
            let (version, client, server) = content::request(c)?;
            let is_anothers = seen.origin.recorded.is_some_and(|own| own != client)
                && seen.origin.recorded_for_others.contains(&client);
            is_anothers
                .then(|| content::request_of(version, seen.origin.recorded?, server))
                .flatten()
                .and_then(content::feed)
        })]),
        "It accepts a client with the id that it has on record for another identity.",
    ),
    fault(
        "ids-are-for-one-identity",
        SERVER,
        &["handshake.record-for-each-identity", "handshake.hello", "handshake.connected", "handshake.hello-repeated"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (client, _) = asked(seen)?;
            let is_anothers = seen.origin.recorded_for_others.contains(&client);
            (content::is(c, RESPONSE) && seen.is_accepted() && is_anothers && !seen.origin.is_first_client)
                .then(|| response(2))
                .flatten()
        })]),
        "It turns a client away whose id another identity has on record.",
    ),
    fault(
        "record-of-the-first-client",
        SERVER,
        &["handshake.record-for-each-identity", "handshake.hello", "handshake.connected", "handshake.hello-repeated"],
        Always(&[Received(ALWAYS, |seen, c| {
            let (version, client, server) = content::request(c)?;
            (!seen.origin.is_first_client && server.is_none())
                .then(|| content::request_of(version, client.wrapping_add(1), Some(9)))
                .flatten()
                .and_then(content::feed)
        })]),
        "It judges all clients by the record of the first, so a new one is turned away.",
    ),
    fault(
        "known-client-greeted",
        SERVER,
        &["handshake.connected"],
        At(|when| vec![Sent(when, |_, c| replaced(c, 0, 1))], ANSWERS),
        "It answers a known client with a hello.",
    ),
    fault(
        "known-client-turned-away",
        SERVER,
        &["handshake.connected"],
        Always(&[on(Finding::Known, Closed, &[Respond(InstanceIdMismatch)])]),
        "It answers a known client with \"instance id mismatch\".",
    ),
    fault(
        "hello-not-repeated",
        SERVER,
        &["handshake.hello-repeated"],
        Always(&[on(Finding::HelloRepeated, Closed, &[Respond(InstanceIdMismatch)])]),
        "It turns a known client away that carries no server_instance_id.",
    ),
    fault(
        "hello-repeated-as-connected",
        SERVER,
        &["handshake.hello-repeated"],
        Always(&[on(Finding::HelloRepeated, Accepted, &[Respond(Connected)])]),
        "It answers a known client without a server_instance_id with \"connected\".",
    ),
    fault(
        "new-client-connected",
        SERVER,
        &["handshake.hello"],
        Always(&[on(Finding::New, Accepted, &[Record, Respond(Connected)])]),
        "It answers a new client with \"connected\".",
    ),
    fault(
        "new-client-turned-away",
        SERVER,
        &["handshake.hello"],
        Always(&[on(Finding::New, Closed, &[Respond(InstanceIdMismatch)])]),
        "It turns a new client away.",
    ),
    fault(
        "hello-not-recorded",
        SERVER,
        &["handshake.hello-recorded"],
        Always(&[on(Finding::New, Accepted, &[Respond(HelloNewClient)])]),
        "It doesn't record the client that it greets.",
    ),
    fault(
        "hello-records-16-bits",
        SERVER,
        &["handshake.hello-recorded", "layout.every-instance-id"],
        Always(&[Received(ALWAYS, |seen, c| {
            let (version, client, server) = content::request(c)?;
            (seen.origin.recorded.is_none() && server.is_none() && client > 0xffff)
                .then(|| content::request_of(version, client & 0xffff, server))
                .flatten()
                .and_then(content::feed)
        })]),
        "It records 16 bits of the id of the client that it greets.",
    ),
    fault(
        "hello-records-when-acknowledged",
        SERVER,
        &["handshake.hello-recorded"],
        Always(&[
            on(Finding::New, Accepted, &[Respond(HelloNewClient)]),
            on(NO_RECORD, Accepted, &[Record, Respond(Connected)]),
        ]),
        "It records a client when it comes back with the server's id only.",
    ),
    fault(
        "hello-carries-client-id",
        SERVER,
        &["handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (client, _) = asked(seen)?;
            (c.first() == Some(&0x11)).then(|| vec![Act::Peer([&[0x11], &client.to_be_bytes()[..]].concat())])
        })]),
        "Its hello carries the client's id.",
    ),
    fault(
        "hello-carries-zero",
        SERVER,
        &["handshake.hello-carries-server-id"],
        At(
            |when| vec![Sent(when, |_, c| (c.first() == Some(&0x11)).then(|| vec![Act::Peer(vec![0x11, 0, 0, 0, 0])]))],
            &[When::Always, When::Reconnected, When::OtherClient],
        ),
        "Its hello carries the id 0.",
    ),
    fault(
        "hello-carries-another-id-each-time",
        SERVER,
        &["handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |seen, c| {
            (c.first() == Some(&0x11)).then(|| vec![Act::Peer(vec![0x11, 0, 0, 7, seen.origin.connection as u8])])
        })]),
        "Its hello carries another id on each connection.",
    ),
    fault(
        "wiped-client-greeted",
        SERVER,
        &["handshake.mismatch-wiped-client"],
        Always(&[on(WIPED, Accepted, &[Record, Respond(HelloNewClient)])]),
        "It greets a wiped client as a new one.",
    ),
    fault(
        "other-client-connected",
        SERVER,
        &["handshake.mismatch-other-client"],
        Always(&[on(OTHER, Accepted, &[Respond(Connected)])]),
        "It accepts any client that carries its own id.",
    ),
    fault(
        "other-client-recorded",
        SERVER,
        &["handshake.mismatch-other-client", "handshake.rejection-changes-no-record"],
        Always(&[on(OTHER, Accepted, &[Record, Respond(Connected)])]),
        "It accepts any client that carries its own id, and records it.",
    ),
    fault(
        "other-server-connected",
        SERVER,
        &["handshake.mismatch-other-server"],
        Always(&[on(ELSEWHERE, Accepted, &[Respond(Connected)])]),
        "It doesn't look at the server_instance_id of a known client.",
    ),
    fault(
        "other-server-greeted",
        SERVER,
        &["handshake.mismatch-other-server"],
        Always(&[on(ELSEWHERE, Accepted, &[Respond(HelloNewClient)])]),
        "It greets a known client that carries the id of another server.",
    ),
    fault(
        "both-other-greeted",
        SERVER,
        &["handshake.mismatch-both"],
        Always(&[on(BOTH_OTHER, Accepted, &[Record, Respond(HelloNewClient)])]),
        "It greets a client as new of whose ids it knows neither.",
    ),
    fault(
        "both-other-connected",
        SERVER,
        &["handshake.mismatch-both"],
        Always(&[on(BOTH_OTHER, Accepted, &[Respond(Connected)])]),
        "It accepts a client of whose ids it knows neither.",
    ),
    fault(
        "without-record-greeted",
        SERVER,
        &["handshake.mismatch-without-record"],
        Always(&[on(NO_RECORD, Accepted, &[Record, Respond(HelloNewClient)])]),
        "It greets a client that it has no record of and that carries a server_instance_id.",
    ),
    fault(
        "without-record-connected",
        SERVER,
        &["handshake.mismatch-without-record"],
        Always(&[
            Received(ALWAYS, |seen, c| {
                let (version, client, server) = content::request(c)?;
                (seen.origin.recorded.is_none() && server == seen.origin.server)
                    .then(|| content::request_of(version, client, None))
                    .flatten()
                    .and_then(content::feed)
            }),
            Sent(ALWAYS, |seen, c| {
                let (_, server) = asked(seen)?;
                server?;
                replaced(c, 1, 0)
            }),
        ]),
        "It accepts a client that it has no record of, if it carries the server's own id.",
    ),
    fault(
        "mismatch-records",
        SERVER,
        &["handshake.rejection-changes-no-record"],
        Always(&[
            on(WIPED, Closed, &[Record, Respond(InstanceIdMismatch)]),
            on(OTHER, Closed, &[Record, Respond(InstanceIdMismatch)]),
            on(BOTH_OTHER, Closed, &[Record, Respond(InstanceIdMismatch)]),
        ]),
        "It records a client that it turns away for a mismatch.",
    ),
    fault(
        "wiped-client-recorded",
        SERVER,
        &["handshake.rejection-changes-no-record"],
        Always(&[on(WIPED, Closed, &[Record, Respond(InstanceIdMismatch)])]),
        "It records a wiped client that it turns away.",
    ),
    fault(
        "other-client-turned-away-and-recorded",
        SERVER,
        &["handshake.rejection-changes-no-record"],
        Always(&[on(OTHER, Closed, &[Record, Respond(InstanceIdMismatch)])]),
        "It records a client with its own id that it turns away.",
    ),
    fault(
        "without-record-recorded",
        SERVER,
        &["handshake.rejection-changes-no-record"],
        Always(&[on(NO_RECORD, Closed, &[Record, Respond(InstanceIdMismatch)])]),
        "It records a client that it has no record of and turns away.",
    ),
    fault(
        "unsupported-application-records",
        SERVER,
        &["handshake.rejection-changes-no-record"],
        Always(&[on(Finding::UnsupportedApplication, Closed, &[Record, Respond(UnsupportedApplicationVersion)])]),
        "It records a client whose application version it doesn't support.",
    ),
    fault(
        "quarantined-as-mismatch",
        SERVER,
        &["handshake.quarantined"],
        Always(&[on(Finding::Quarantined, Closed, &[Respond(InstanceIdMismatch)])]),
        "It answers a quarantined client with \"instance id mismatch\".",
    ),
    fault(
        "quarantined-without-reason",
        SERVER,
        &["handshake.quarantined-carries-reason"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x13)).then(|| vec![Act::Peer(vec![0x13])]))]),
        "Its response \"quarantined\" carries no reason.",
    ),
    fault(
        "quarantined-with-text-only",
        SERVER,
        &["handshake.quarantined-carries-reason"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x13)).then(|| vec![Act::Peer(b"\x13blocked".to_vec())]))]),
        "Its response \"quarantined\" carries a text without a machine_message before it.",
    ),
    fault(
        "quarantined-with-two-chunks-cut",
        SERVER,
        &["handshake.quarantined-carries-reason"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x13)).then(|| vec![Act::Peer(vec![0x13, 9, 1, 1])]))]),
        "The machine_message of its response \"quarantined\" runs past the end.",
    ),
    fault(
        "version-1-spoken",
        SERVER,
        &["handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |_, c| version_as(c, 1, 0))]),
        "It answers a request for the protocol version 1 as one for 0.",
    ),
    fault(
        "version-15-spoken",
        SERVER,
        &["handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |_, c| version_as(c, 15, 0))]),
        "It answers a request for the protocol version 15 as one for 0.",
    ),
    fault(
        "version-8-spoken",
        SERVER,
        &["handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |_, c| version_as(c, 8, 0))]),
        "It looks at three bits of the protocol version.",
    ),
    fault(
        "no-version-looked-at",
        SERVER,
        &["handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, REQUEST) && c[0] & 15 != 0).then(|| vec![Act::Machine([&[0], &c[1..]].concat())])
        })]),
        "It doesn't look at the protocol version.",
    ),
    fault(
        "unsupported-protocol-as-application",
        SERVER,
        &["handshake.unsupported-protocol"],
        Always(&[on(Finding::UnsupportedProtocol, Closed, &[Respond(UnsupportedApplicationVersion)])]),
        "It answers another protocol version with \"unsupported application version\".",
    ),
    fault(
        "unsupported-protocol-read",
        SERVER,
        &["handshake.unsupported-protocol-unread"],
        Always(&[Received(ALWAYS, |_, c| {
            let is_other = content::is(c, REQUEST) && c[0] & 15 != 0;
            let is_laid_out = content::request(&[&[0], c.get(1..)?].concat()).is_some();
            (is_other && !is_laid_out).then(|| vec![Act::Machine(content::MALFORMED.to_vec())])
        })]),
        "It takes a request of another protocol version for malformed that isn't laid out as one of version 0.",
    ),
    fault(
        "unsupported-protocol-of-one-octet",
        SERVER,
        &["handshake.unsupported-protocol-unread"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, REQUEST) && c[0] & 15 != 0 && c.len() == 1)
                .then(|| vec![Act::Machine(content::MALFORMED.to_vec())])
        })]),
        "It takes a request of another protocol version for malformed that ends after its first octet.",
    ),
    fault(
        "unsupported-protocol-long",
        SERVER,
        &["handshake.unsupported-protocol-unread", "framing.every-length"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, REQUEST) && c[0] & 15 != 0 && c.len() > 64)
                .then(|| vec![Act::Machine(content::MALFORMED.to_vec())])
        })]),
        "It takes a request of another protocol version for malformed that is longer than 64 octets.",
    ),
    fault(
        "quarantine-before-protocol",
        SERVER,
        &["handshake.unsupported-protocol-first", "handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |seen, c| {
            (content::is(c, REQUEST) && c[0] & 15 != 0 && seen.origin.is_quarantined)
                .then(|| content::request_of("1.0.0", seen.origin.recorded.unwrap_or(1), None))
                .flatten()
                .and_then(content::feed)
        })]),
        "It answers a quarantined client that asks for another protocol version with \"quarantined\".",
    ),
    fault(
        "application-before-protocol",
        SERVER,
        &["handshake.unsupported-protocol-first", "handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |_, c| {
            let read = [&[0], c.get(1..)?].concat();
            let (version, ..) = content::request(&read)?;
            (c[0] & 15 != 0 && version == "0.0.0").then(|| vec![Act::Machine(read.clone())])
        })]),
        "It answers a request for another protocol version and an unsupported application version with the latter.",
    ),
    fault(
        "mismatch-before-protocol",
        SERVER,
        &["handshake.unsupported-protocol-first", "handshake.unsupported-protocol"],
        Always(&[Received(ALWAYS, |seen, c| {
            let read = [&[0], c.get(1..)?].concat();
            let (_, client, _) = content::request(&read)?;
            (c[0] & 15 != 0 && seen.origin.recorded.is_some_and(|own| own != client))
                .then(|| vec![Act::Machine(read.clone())])
        })]),
        "It answers a request for another protocol version, of another client, with \"instance id mismatch\".",
    ),
    fault(
        "all-applications-served",
        SERVER,
        &["handshake.unsupported-application", "handshake.rejection-over-acceptance"],
        Always(&[Received(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            (version == "0.0.0").then(|| content::request_of("1.0.0", client, server)).flatten().and_then(content::feed)
        })]),
        "It serves every application version.",
    ),
    fault(
        "unsupported-application-as-protocol",
        SERVER,
        &["handshake.unsupported-application"],
        Always(&[on(Finding::UnsupportedApplication, Closed, &[Respond(UnsupportedProtocolVersion)])]),
        "It answers an unsupported application version with \"unsupported protocol version\".",
    ),
    fault(
        "unsupported-application-as-mismatch",
        SERVER,
        &["handshake.unsupported-application"],
        Always(&[on(Finding::UnsupportedApplication, Closed, &[Respond(InstanceIdMismatch)])]),
        "It answers an unsupported application version with \"instance id mismatch\".",
    ),
    fault(
        "rejection-that-does-not-apply",
        SERVER,
        &["handshake.rejection-that-applies", "handshake.quarantined"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (client, _) = asked(seen)?;
            (seen.origin.is_quarantined && seen.origin.recorded != Some(client)).then_some(())?;
            (c.first()? & 15 == 3 || c.first()? & 15 == 2).then(|| vec![Act::Peer(vec![0x14])])
        })]),
        "It answers a quarantined client with another id with \"unsupported protocol version\".",
    ),
    fault(
        "two-rejections-are-a-mismatch",
        SERVER,
        &["handshake.rejection-that-applies", "handshake.unsupported-application", "handshake.quarantined"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (version, client, _) = content::request(seen.request.as_deref()?)?;
            (seen.origin.is_quarantined && version == "0.0.0" && seen.origin.recorded == Some(client)).then_some(())?;
            (content::is(c, RESPONSE)).then(|| vec![Act::Peer(vec![0x12])])
        })]),
        "It answers a quarantined client with an unsupported application version with \"instance id mismatch\", though its ids are right.",
    ),
    fault(
        "quarantine-forgotten",
        SERVER,
        &["handshake.quarantined", "handshake.rejection-over-acceptance"],
        Always(&[on(Finding::Quarantined, Accepted, &[Respond(Connected)])]),
        "It accepts a quarantined client.",
    ),
    fault(
        "quarantined-wiped-client-greeted",
        SERVER,
        &["handshake.rejection-over-acceptance", "handshake.quarantined"],
        Always(&[Received(ALWAYS, |seen, c| {
            let (version, client, server) = content::request(c)?;
            (seen.origin.is_quarantined
                && server.is_none()
                && version == "1.0.0"
                && seen.origin.recorded != Some(client))
            .then(|| vec![Act::Peer(vec![0x11, 0, 0, 0, 2])])
        })]),
        "It greets a quarantined client that was wiped.",
    ),
    fault(
        "quarantined-with-server-id-connected",
        SERVER,
        &["handshake.quarantined", "handshake.rejection-over-acceptance"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (_, server) = asked(seen)?;
            server?;
            replaced(c, 3, 0)
        })]),
        "It looks for a quarantine only where the request carries no server_instance_id.",
    ),
    fault(
        "quarantined-without-server-id-greeted",
        SERVER,
        &["handshake.quarantined", "handshake.rejection-over-acceptance"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (_, server) = asked(seen)?;
            server.is_none().then(|| replaced(c, 3, 1)).flatten()
        })]),
        "It looks for a quarantine only where the request carries a server_instance_id.",
    ),
    fault(
        "mismatch-with-unsupported-application-accepted",
        SERVER,
        &["handshake.rejection-over-acceptance"],
        Always(&[Sent(ALWAYS, |seen, c| {
            let (client, _) = asked(seen)?;
            (seen.origin.recorded.is_some_and(|own| own != client)).then(|| replaced(c, 5, 0)).flatten()
        })]),
        "It accepts a client to which two rejections apply: its application version and its id.",
    ),
    fault(
        "mismatch-stays-open",
        SERVER,
        &["handshake.mismatch-closes"],
        Always(&[
            on(WIPED, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(OTHER, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(ELSEWHERE, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(BOTH_OTHER, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(NO_RECORD, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
        ]),
        "It leaves a connection open after \"instance id mismatch\".",
    ),
    fault(
        "mismatch-of-wiped-client-stays-open",
        SERVER,
        &["handshake.mismatch-closes"],
        Always(&[on(WIPED, AwaitingRequest, &[Respond(InstanceIdMismatch)])]),
        "It leaves the connection of a wiped client open.",
    ),
    fault(
        "mismatch-without-record-stays-open",
        SERVER,
        &["handshake.mismatch-closes"],
        Always(&[on(NO_RECORD, AwaitingRequest, &[Respond(InstanceIdMismatch)])]),
        "It leaves the connection of a client open that carries a server_instance_id and that it has no record of.",
    ),
    fault(
        "mismatch-of-other-server-stays-open",
        SERVER,
        &["handshake.mismatch-closes"],
        Always(&[on(ELSEWHERE, AwaitingRequest, &[Respond(InstanceIdMismatch)])]),
        "It leaves the connection of a client open that carries the id of another server.",
    ),
    fault(
        "mismatch-of-both-stays-open",
        SERVER,
        &["handshake.mismatch-closes"],
        Always(&[on(BOTH_OTHER, AwaitingRequest, &[Respond(InstanceIdMismatch)])]),
        "It leaves the connection of a client open of whose ids it knows neither.",
    ),
    fault(
        "quarantined-stays-open",
        SERVER,
        &["handshake.quarantined-closes"],
        Always(&[on(Finding::Quarantined, AwaitingRequest, &[Respond(Quarantined)])]),
        "It leaves a connection open after \"quarantined\".",
    ),
    fault(
        "unsupported-protocol-stays-open",
        SERVER,
        &["handshake.unsupported-protocol-closes"],
        Always(&[on(Finding::UnsupportedProtocol, AwaitingRequest, &[Respond(UnsupportedProtocolVersion)])]),
        "It leaves a connection open after \"unsupported protocol version\".",
    ),
    fault(
        "unsupported-application-stays-open",
        SERVER,
        &["handshake.unsupported-application-closes"],
        Always(&[on(Finding::UnsupportedApplication, AwaitingRequest, &[Respond(UnsupportedApplicationVersion)])]),
        "It leaves a connection open after \"unsupported application version\".",
    ),
    fault(
        "rejected-client-has-to-close",
        SERVER,
        &[
            "handshake.mismatch-closes",
            "handshake.quarantined-closes",
            "handshake.unsupported-protocol-closes",
            "handshake.unsupported-application-closes",
        ],
        Always(&[Knob(|knobs| knobs.closing = Closing::Never)]),
        "It never closes by itself, and waits for the client to.",
    ),
    fault(
        "closes-after-an-hour",
        SERVER,
        &[
            "handshake.mismatch-closes",
            "handshake.quarantined-closes",
            "handshake.unsupported-protocol-closes",
            "handshake.unsupported-application-closes",
        ],
        Always(&[Knob(|knobs| knobs.closing = Closing::After(Duration::from_secs(3600)))]),
        "It closes an hour after the reason to.",
    ),
    fault(
        "connected-closes",
        SERVER,
        &["handshake.connected-stays-open"],
        Always(&[on(Finding::Known, Closed, &[Respond(Connected)])]),
        "It closes after \"connected\".",
    ),
    fault(
        "hello-closes",
        SERVER,
        &["handshake.hello-stays-open"],
        Always(&[on(Finding::New, Closed, &[Record, Respond(HelloNewClient)])]),
        "It closes after the hello to a new client.",
    ),
    fault(
        "repeated-hello-closes",
        SERVER,
        &["handshake.hello-stays-open"],
        Always(&[on(Finding::HelloRepeated, Closed, &[Respond(HelloNewClient)])]),
        "It closes after the hello to a client that it knows.",
    ),
    fault(
        "closes-soon-after-acceptance",
        SERVER,
        &["handshake.connected-stays-open", "handshake.hello-stays-open", "keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((10, |_| false)))]),
        "It closes a tenth of an interval after the acceptance.",
    ),
    fault(
        "early-event-acked",
        SERVER,
        &["handshake.early-event-not-acked"],
        Always(&[Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[Ack])]),
        "It ACKs an event that comes before the request.",
    ),
    fault(
        "early-event-acked-and-closed",
        SERVER,
        &["handshake.early-event-not-acked"],
        Always(&[Row(AwaitingRequest, Input::PublishTaken, Closed, &[Ack])]),
        "It ACKs an event that comes before the request, and closes.",
    ),
    fault(
        "early-event-delivered",
        SERVER,
        &["handshake.early-event-not-delivered"],
        Always(&[Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[Deliver])]),
        "It gives its application an event that comes before the request, and doesn't answer it.",
    )
    .needs(ADAPTER),
    fault(
        "early-event-delivered-and-closed",
        SERVER,
        &["handshake.early-event-not-delivered"],
        Always(&[Row(AwaitingRequest, Input::PublishTaken, Closed, &[Deliver])]),
        "It gives its application an event that comes before the request, and closes.",
    )
    .needs(ADAPTER),
    fault(
        "early-event-delivered-and-nacked",
        SERVER,
        &["handshake.early-event-not-delivered"],
        Always(&[Row(AwaitingRequest, Input::PublishTaken, Closed, &[Deliver, Nack])]),
        "It gives its application an event that comes before the request, and answers with a NACK.",
    )
    .needs(ADAPTER),
    fault(
        "early-event-acked-after-acceptance",
        SERVER,
        &["handshake.early-event-not-acked"],
        Always(&[
            Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[]),
            Sent(ALWAYS, |seen, c| {
                let early = *seen.published.first()?;
                (content::is(c, RESPONSE) && seen.is_accepted())
                    .then(|| vec![Act::Peer(c.to_vec()), Act::Peer(content::ack(early))])
            }),
        ]),
        "It ACKs an event that came before the request once the client is accepted.",
    ),
    fault(
        "event-after-rejection-acked",
        SERVER,
        &["handshake.event-after-rejection-not-acked"],
        Always(&[
            Received(ALWAYS, |seen, c| {
                let id = content::id(c)?;
                (content::is(c, PUBLISH) && seen.is_rejected()).then(|| vec![Act::Peer(content::ack(id))])
            }),
            Knob(|knobs| knobs.closing = Closing::After(Duration::from_millis(200))),
        ]),
        "It ACKs an event that comes behind a request that it has rejected, and closes then.",
    ),
    fault(
        "event-after-rejection-delivered",
        SERVER,
        &[
            "handshake.event-after-rejection-not-delivered",
            "handshake.mismatch-closes",
            "handshake.unsupported-application-closes",
            "handshake.unsupported-protocol-closes",
            "handshake.quarantined-closes",
        ],
        Always(&[
            on(WIPED, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(OTHER, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(ELSEWHERE, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(BOTH_OTHER, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(NO_RECORD, AwaitingRequest, &[Respond(InstanceIdMismatch)]),
            on(Finding::UnsupportedApplication, AwaitingRequest, &[Respond(UnsupportedApplicationVersion)]),
            on(Finding::UnsupportedProtocol, AwaitingRequest, &[Respond(UnsupportedProtocolVersion)]),
            on(Finding::Quarantined, AwaitingRequest, &[Respond(Quarantined)]),
            Row(AwaitingRequest, Input::PublishTaken, Closed, &[Deliver]),
        ]),
        "It gives its application an event that comes behind a request that it has rejected, and closes then.",
    )
    .needs(ADAPTER),
    fault(
        "answers-before-acceptance",
        SERVER,
        &["keepalive.pong-not-answered"],
        Always(&[Row(AwaitingRequest, Input::Pong, AwaitingRequest, &[Pong])]),
        "It answers a PONG that comes before the request.",
    ),
    fault(
        "bad-input-drops-others",
        SERVER,
        &["isolation.bad-input-harms-no-other"],
        Always(&[Knob(|knobs| knobs.malformed = Harm::DropsOthers)]),
        "It drops all connections when there is malformed content on one.",
    )
    .needs(&[Need::OtherClient]),
    fault(
        "bad-input-ends-accepting",
        SERVER,
        &["isolation.accepts-after-bad-input"],
        Always(&[Knob(|knobs| knobs.malformed = Harm::AcceptsNoMore)]),
        "It accepts no more connections once there was malformed content on one.",
    ),
    fault(
        "sudden-end-drops-others",
        SERVER,
        &["isolation.sudden-end-harms-no-other"],
        Always(&[Knob(|knobs| knobs.sudden_end = Harm::DropsOthers)]),
        "It drops all connections when one ends within a frame.",
    )
    .needs(&[Need::OtherClient]),
    fault(
        "sudden-end-ends-accepting",
        SERVER,
        &["isolation.accepts-after-sudden-end"],
        Always(&[Knob(|knobs| knobs.sudden_end = Harm::AcceptsNoMore)]),
        "It accepts no more connections once one has ended within a frame.",
    ),
    fault(
        "no-certificate-needed",
        SERVER,
        &["identity.no-certificate"],
        Always(&[Knob(|knobs| knobs.trust = Trust::WithoutCertificate)]),
        "It serves a client without a certificate.",
    )
    .needs(TLS),
    fault(
        "any-certificate-trusted",
        SERVER,
        &["identity.untrusted-certificate"],
        Always(&[Knob(|knobs| knobs.trust = Trust::AnyAuthority)]),
        "It serves a client whose certificate it doesn't trust.",
    )
    .needs(TLS),
    fault(
        "unknown-client-served",
        SERVER,
        &["identity.unknown-client-not-accepted"],
        Always(&[Knob(|knobs| knobs.trust = Trust::UnknownClients)]),
        "It serves a client that it doesn't know as one that it knows.",
    )
    .needs(TLS),
    fault(
        "unknown-client-left-waiting",
        SERVER,
        &["identity.unknown-client-turned-away"],
        Always(&[Knob(|knobs| knobs.trust = Trust::UnknownWait)]),
        "It neither answers nor closes the connection of a client that it doesn't know.",
    )
    .needs(TLS),
    fault(
        "older-connection-stays",
        SERVER,
        &["identity.older-connection-closed"],
        Always(&[Knob(|knobs| knobs.takeover = Takeover::OlderStays)]),
        "It leaves the older of a client's connections open.",
    ),
    fault(
        "newer-connection-refused",
        SERVER,
        &["identity.newer-connection-takes-over"],
        Always(&[Knob(|knobs| knobs.takeover = Takeover::NewerCloses)]),
        "It closes a client's new connection while it has another.",
    ),
];
