//! Faults in whom a server has on record, and in the decision that rests on it.

use sinkcheck_spec::machine::Effect::{Record, Respond};
use sinkcheck_spec::machine::Finding;
use sinkcheck_spec::machine::State::{Accepted, Closed};
use sinkcheck_spec::wire::ResponseCode::{
    Connected, HelloNewClient, InstanceIdMismatch, UnsupportedApplicationVersion,
};

use super::fault::How::{Always, At};
use super::fault::{Fault, SERVER, fault};
use super::handshake::{ANSWERS, BOTH_OTHER, ELSEWHERE, NO_RECORD, OTHER, WIPED, asked, on, replaced, response};
use crate::deviation::Change::{Received, Sent};
use crate::deviation::content::{self, RESPONSE};
use crate::deviation::{Act, When};

const ALWAYS: When = When::Always;

pub(super) const FAULTS: &[Fault] = &[
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
];
