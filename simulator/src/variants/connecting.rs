//! Freedoms in connecting, on either side.

use std::time::Duration;

use sinkcheck_spec::machine::Effect::{KeepServerId, Nack, Pong, Respond};
use sinkcheck_spec::machine::State::{Accepted, AwaitingRequest, AwaitingResponse, Closed};
use sinkcheck_spec::machine::{Finding, Input, Reply};
use sinkcheck_spec::wire::ResponseCode::{Connected, HelloNewClient, InstanceIdMismatch};

use super::freedoms::{ALWAYS, CLIENT, SERVER, rejection_in_place, used};
use super::variant::Use;
use crate::deviation::Change::{Knob, Received, Row, Sent};
use crate::deviation::content::{self, MALFORMED, PUBLISH, REQUEST};
use crate::deviation::{Act, Closing, Takeover, Trust};

pub(super) const FREEDOMS: &[Use] = &[
    used(
        "early-ping-answered",
        SERVER,
        &["handshake.ping-before-acceptance"],
        &["early-ping"],
        &[Row(AwaitingRequest, Input::Ping, AwaitingRequest, &[Pong])],
        "It answers a PING that comes before the request.",
    ),
    used(
        "early-ping-closes",
        SERVER,
        &["handshake.ping-before-acceptance"],
        &["early-ping"],
        &[Row(AwaitingRequest, Input::Ping, Closed, &[])],
        "It closes on a PING that comes before the request.",
    ),
    used(
        "mismatch-comes-first",
        SERVER,
        &["handshake.choice-of-rejection"],
        &["rejection"],
        &[Sent(ALWAYS, |seen, c| rejection_in_place(seen, c, 2))],
        "Of several rejections that apply it sends \"instance id mismatch\" if that is one.",
    ),
    used(
        "quarantine-comes-first",
        SERVER,
        &["handshake.choice-of-rejection"],
        &["rejection"],
        &[Sent(ALWAYS, |seen, c| rejection_in_place(seen, c, 3))],
        "Of several rejections that apply it sends \"quarantined\" if that is one.",
    ),
    used(
        "early-event-ignored",
        SERVER,
        &["handshake.early-event-treatment"],
        &["early-event"],
        &[
            Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[]),
            Row(AwaitingRequest, Input::PublishRefused, AwaitingRequest, &[]),
        ],
        "It ignores an event that comes before the request.",
    ),
    used(
        "early-event-nacked",
        SERVER,
        &["handshake.early-event-treatment"],
        &["early-event"],
        &[
            Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[Nack]),
            Row(AwaitingRequest, Input::PublishRefused, AwaitingRequest, &[Nack]),
        ],
        "It answers an event that comes before the request with a NACK.",
    ),
    used(
        "early-event-nacked-and-closed",
        SERVER,
        &["handshake.early-event-treatment"],
        &["early-event"],
        &[
            Row(AwaitingRequest, Input::PublishTaken, Closed, &[Nack]),
            Row(AwaitingRequest, Input::PublishRefused, Closed, &[Nack]),
        ],
        "It answers an event that comes before the request with a NACK, and closes.",
    ),
    used(
        "event-after-rejection-nacked",
        SERVER,
        &["handshake.early-event-treatment"],
        &["rejected-event", "close"],
        &[
            Received(ALWAYS, |seen, c| {
                let id = content::id(c)?;
                (content::is(c, PUBLISH) && seen.is_rejected()).then(|| vec![Act::Peer(content::nack(id))])
            }),
            Knob(|knobs| knobs.closing = Closing::After(Duration::from_millis(60))),
        ],
        "It answers an event that comes after a rejection with a NACK, and closes then.",
    ),
    used(
        "event-behind-request-ignored",
        SERVER,
        &["handshake.event-right-behind-request"],
        &["behind-request"],
        &[Received(ALWAYS, |seen, c| {
            (content::is(c, PUBLISH) && seen.place > 0 && seen.came_with_request).then(Vec::new)
        })],
        "It ignores an event that comes in one segment with the request.",
    ),
    used(
        "event-behind-request-nacked",
        SERVER,
        &["handshake.event-right-behind-request", "handshake.early-event-treatment"],
        &["behind-request"],
        &[Received(ALWAYS, |seen, c| {
            let id = content::id(c)?;
            (content::is(c, PUBLISH) && seen.place > 0 && seen.came_with_request)
                .then(|| vec![Act::Peer(content::nack(id))])
        })],
        "It answers an event with a NACK that comes in one segment with the request.",
    ),
    used(
        "event-behind-request-closes",
        SERVER,
        &["handshake.event-right-behind-request", "handshake.early-event-treatment"],
        &["behind-request"],
        &[Received(ALWAYS, |seen, c| {
            (content::is(c, PUBLISH) && seen.place > 0 && seen.came_with_request)
                .then(|| vec![Act::Machine(MALFORMED.to_vec())])
        })],
        "It closes on an event that comes in one segment with the request.",
    ),
    used(
        "second-request-answered",
        SERVER,
        &["handshake.second-request-answer"],
        &["second-request"],
        &[
            Row(Accepted, Input::Request(Finding::Known), Closed, &[Respond(Connected)]),
            Row(Accepted, Input::Request(Finding::HelloRepeated), Closed, &[Respond(HelloNewClient)]),
            Row(Accepted, Input::Request(Finding::WipedClient), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::OtherClient), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::OtherServer), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::OtherClientAndServer), Closed, &[Respond(InstanceIdMismatch)]),
        ],
        "It answers a second request as the first, and closes.",
    ),
    used(
        "second-request-rejected",
        SERVER,
        &["handshake.second-request-answer"],
        &["second-request"],
        &[
            Row(Accepted, Input::Request(Finding::Known), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::HelloRepeated), Closed, &[Respond(InstanceIdMismatch)]),
        ],
        "It answers a second request with a rejection, and closes.",
    ),
    used(
        "quarantine-says-nothing",
        SERVER,
        &["handshake.quarantine-reason"],
        &["quarantine"],
        &[Sent(ALWAYS, |_, c| (c.first() == Some(&0x13)).then(|| vec![Act::Peer(vec![0x13, 0])]))],
        "Both parts of a quarantine's reason are empty.",
    ),
    used(
        "quarantine-says-much",
        SERVER,
        &["handshake.quarantine-reason"],
        &["quarantine"],
        &[Sent(ALWAYS, |_, c| {
            (c.first() == Some(&0x13)).then(|| {
                vec![Act::Peer([&[0x13, 0xac, 2][..], &[0xee; 300], "à cause d’un essai".as_bytes()].concat())]
            })
        })],
        "The machine_message of a quarantine's reason has 300 octets.",
    ),
    used(
        "unknown-client-rejected",
        SERVER,
        &["identity.unknown-client-treatment"],
        &["trust"],
        &[Knob(|knobs| knobs.trust = Trust::UnknownRejected)],
        "It turns a client that it doesn't know away with \"quarantined\".",
    ),
    used(
        "takes-over-at-connect",
        SERVER,
        &["identity.takeover-moment"],
        &["takeover"],
        &[Knob(|knobs| knobs.takeover = Takeover::Connected)],
        "A new connection takes over when it connects.",
    ),
    used(
        "early-ping-answered",
        CLIENT,
        &["introduction.ping-before-response"],
        &["early-ping"],
        &[Row(AwaitingResponse, Input::Ping, AwaitingResponse, &[Pong])],
        "It answers a PING that comes before the response.",
    ),
    used(
        "early-ping-closes",
        CLIENT,
        &["introduction.ping-before-response"],
        &["early-ping"],
        &[Row(AwaitingResponse, Input::Ping, Closed, &[])],
        "It closes on a PING that comes before the response.",
    ),
    used(
        "pings-behind-request",
        CLIENT,
        &["introduction.ping-before-response", "keepalive.extra-pings"],
        &["own-early-ping"],
        &[Sent(ALWAYS, |_, c| content::is(c, REQUEST).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x50, 0])]))],
        "It sends a PING right behind its request.",
    ),
    used(
        "pongs-behind-request",
        CLIENT,
        &[],
        &["own-early-ping"],
        &[Sent(ALWAYS, |_, c| content::is(c, REQUEST).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x60, 0])]))],
        "It sends a PONG right behind its request.",
    ),
    used(
        "hello-to-known-accepted",
        CLIENT,
        &["introduction.hello-to-a-known-client"],
        &["hello-to-known"],
        &[Row(AwaitingResponse, Input::Response(Reply::UnexpectedHello), Accepted, &[KeepServerId])],
        "It takes a hello for an acceptance though it knows a server, and keeps the new id.",
    ),
    used(
        "hello-to-known-accepted-by-the-known",
        CLIENT,
        &["introduction.hello-to-a-known-client"],
        &["hello-to-known"],
        &[Row(AwaitingResponse, Input::Response(Reply::UnexpectedHello), Accepted, &[])],
        "It takes a hello for an acceptance though it knows a server, and keeps the id that it has.",
    ),
    used(
        "connected-to-new-accepted",
        CLIENT,
        &["introduction.connected-to-a-new-client"],
        &["connected-to-new"],
        &[Row(AwaitingResponse, Input::Response(Reply::UnexpectedConnected), Accepted, &[])],
        "It takes \"connected\" for an acceptance though it knows no server.",
    ),
    used(
        "waits-a-tenth-of-a-second",
        CLIENT,
        &["introduction.length-of-waits"],
        &["waits"],
        &[Knob(|knobs| knobs.waits = Some(|_| Duration::from_millis(100)))],
        "It always waits 100 ms before it connects again.",
    ),
    used(
        "waits-twice-as-long-each-time",
        CLIENT,
        &["introduction.length-of-waits"],
        &["waits"],
        &[Knob(|knobs| knobs.waits = Some(|count| Duration::from_millis(20 << count.min(6))))],
        "It waits 20 ms before it connects again, and twice as long each time.",
    ),
];
