//! Faults in which rejection a server sends.

use sinkcheck_spec::machine::Effect::Respond;
use sinkcheck_spec::machine::Finding;
use sinkcheck_spec::machine::State::{Accepted, Closed};
use sinkcheck_spec::wire::ResponseCode::{
    Connected, InstanceIdMismatch, UnsupportedApplicationVersion, UnsupportedProtocolVersion,
};

use super::fault::How::Always;
use super::fault::{Fault, SERVER, fault};
use super::handshake::{asked, on, replaced, version_as};
use crate::deviation::Change::{Received, Sent};
use crate::deviation::content::{self, REQUEST, RESPONSE};
use crate::deviation::{Act, When};

const ALWAYS: When = When::Always;

pub(super) const FAULTS: &[Fault] = &[
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
];
