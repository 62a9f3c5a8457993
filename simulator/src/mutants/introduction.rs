//! Faults in how a client introduces itself, and in when it comes back.

use sinkcheck_spec::machine::Effect::{Ack, Deliver, KeepServerId, Nack, Publish, Request};
use sinkcheck_spec::machine::State::{Accepted, AwaitingResponse, Closed};
use sinkcheck_spec::machine::{Input, Reply};

use super::fault::How::{Always, At};
use super::fault::{CLIENT, Fault, Need, fault};
use crate::deviation::Change::{Knob, Row, Sent};
use crate::deviation::content::{self, REQUEST, RESPONSE};
use crate::deviation::{Act, Change, When};

const ALWAYS: When = When::Always;
const TIME: &[Need] = &[Need::Time];
const ADAPTER: &[Need] = &[Need::Adapter];

/// The request with other contents.
pub(super) fn otherwise(
    content: &[u8],
    change: impl FnOnce(&mut String, &mut u32, &mut Option<u32>),
) -> Option<Vec<Act>> {
    let (version, client, server) = content::request(content)?;
    let (mut version, mut client, mut server) = (version.to_owned(), client, server);
    change(&mut version, &mut client, &mut server);
    let request = content::request_of(&version, client, server)?;
    (request != content).then(|| vec![Act::Peer(request)])
}

/// What the client does about a response of which it finds this.
pub(super) const fn on(
    reply: Reply,
    next: sinkcheck_spec::machine::State,
    effects: &'static [sinkcheck_spec::machine::Effect],
) -> Change {
    Row(AwaitingResponse, Input::Response(reply), next, effects)
}

/// Something that is sent before the response, when the request is.
pub(super) fn behind_request(content: &[u8], more: &[u8]) -> Option<Vec<Act>> {
    content::is(content, REQUEST).then(|| vec![Act::Peer(content.to_vec()), Act::Peer(more.to_vec())])
}

/// An event: type 1, schema 1, no key, offset 1, timestamp 0, no data.
pub(super) const EVENT: &[u8] = &[0x40, 0, 1, 1, 0, 1, 0, 0];

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "ping-first",
        CLIENT,
        &["introduction.request-first"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    content::is(c, REQUEST).then(|| vec![Act::Peer(vec![0x50, 0]), Act::Peer(c.to_vec())])
                })]
            },
            &[When::Always, When::Reconnected],
        ),
        "It sends a PING before its request.",
    ),
    fault(
        "event-first",
        CLIENT,
        &["introduction.request-first", "introduction.only-request-before-response"],
        Always(&[Sent(ALWAYS, |_, c| {
            content::is(c, REQUEST).then(|| vec![Act::Peer(EVENT.to_vec()), Act::Peer(c.to_vec())])
        })]),
        "It sends an event before its request.",
    ),
    fault(
        "no-request",
        CLIENT,
        &["introduction.request-first"],
        At(|when| vec![Sent(when, |_, c| content::is(c, REQUEST).then(Vec::new))], &[When::Reconnected]),
        "It sends no request.",
    ),
    fault(
        "request-once-only",
        CLIENT,
        &["introduction.request-first"],
        Always(&[Sent(When::Reconnected, |_, c| content::is(c, REQUEST).then(|| vec![Act::Peer(vec![0x50, 0])]))]),
        "It sends a PING in place of the request when it connects again.",
    ),
    fault(
        "version-1-asked-for",
        CLIENT,
        &["introduction.carries-protocol-version"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    content::is(c, REQUEST)
                        .then(|| [&[1], c.get(1..).unwrap_or_default()].concat())
                        .and_then(content::say)
                })]
            },
            &[When::Always, When::Reconnected],
        ),
        "It asks for the protocol version 1.",
    ),
    fault(
        "application-version-empty",
        CLIENT,
        &["introduction.carries-application-version"],
        At(
            |when| vec![Sent(when, |_, c| otherwise(c, |version, _, _| version.clear()))],
            &[When::Always, When::Reconnected],
        ),
        "Its request carries an empty application_version.",
    ),
    fault(
        "application-version-cut",
        CLIENT,
        &["introduction.carries-application-version"],
        Always(&[Sent(ALWAYS, |_, c| {
            otherwise(c, |version, _, _| {
                version.pop();
            })
        })]),
        "Its application_version lacks the last octet.",
    ),
    fault(
        "application-version-of-the-protocol",
        CLIENT,
        &["introduction.carries-application-version"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |version, _, _| *version = "0".to_owned()))]),
        "It carries the protocol's version as application_version.",
    ),
    fault(
        "client-id-zero",
        CLIENT,
        &["introduction.carries-client-instance-id"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |_, client, _| *client = 0))]),
        "Its request carries the client_instance_id 0.",
    ),
    fault(
        "client-id-of-16-bits",
        CLIENT,
        &["introduction.carries-client-instance-id", "layout.u32"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |_, client, _| *client &= 0xffff))]),
        "Its request carries the low 16 bits of its id.",
    ),
    fault(
        "client-id-of-8-bits",
        CLIENT,
        &["introduction.carries-client-instance-id", "layout.u32"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |_, client, _| *client &= 0xff))]),
        "Its request carries the low 8 bits of its id.",
    ),
    fault(
        "client-id-of-31-bits",
        CLIENT,
        &["introduction.carries-client-instance-id", "layout.u32"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |_, client, _| *client &= 0x7fff_ffff))]),
        "Its request carries the low 31 bits of its id.",
    ),
    fault(
        "client-id-another-each-time",
        CLIENT,
        &["introduction.client-instance-id-constant"],
        At(
            |when| {
                vec![Sent(when, |seen, c| {
                    let connection = seen.origin.connection as u32;
                    otherwise(c, |_, client, _| *client = client.wrapping_add(connection))
                })]
            },
            &[When::Always],
        ),
        "It has another client_instance_id on each connection.",
    ),
    fault(
        "client-id-another-after-hello",
        CLIENT,
        &["introduction.client-instance-id-constant"],
        Always(&[Sent(When::Reconnected, |_, c| {
            otherwise(c, |_, client, server| {
                if server.is_some() {
                    *client = client.wrapping_add(1);
                }
            })
        })]),
        "It takes another client_instance_id once it knows a server.",
    ),
    fault(
        "client-id-of-the-server",
        CLIENT,
        &["introduction.client-instance-id-constant", "introduction.carries-client-instance-id"],
        Always(&[Sent(When::Reconnected, |_, c| {
            otherwise(c, |_, client, server| {
                if let Some(server) = server {
                    *client = *server;
                }
            })
        })]),
        "It carries the server's id as its own when it connects again.",
    ),
    fault(
        "wiped-keeps-id",
        CLIENT,
        &["introduction.wiped-client-changes-id"],
        Always(&[Knob(|knobs| knobs.wiped_keeps_id = true)]),
        "It keeps its id when it is wiped.",
    )
    .needs(ADAPTER),
    fault(
        "new-client-with-server-id",
        CLIENT,
        &["introduction.new-client-without-server-id"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    otherwise(c, |_, _, server| {
                        server.get_or_insert(2);
                    })
                })]
            },
            &[When::Always],
        ),
        "It carries a server_instance_id before it was ever accepted.",
    ),
    fault(
        "new-client-with-its-own-id",
        CLIENT,
        &["introduction.new-client-without-server-id"],
        Always(&[Sent(ALWAYS, |_, c| {
            otherwise(c, |_, client, server| {
                server.get_or_insert(*client);
            })
        })]),
        "It carries its own id as the server's before it was ever accepted.",
    ),
    fault(
        "requests-twice",
        CLIENT,
        &["introduction.one-request"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    content::is(c, REQUEST).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(c.to_vec())])
                })]
            },
            &[When::Always, When::Reconnected],
        ),
        "It sends its request twice.",
    ),
    fault(
        "requests-again-when-accepted",
        CLIENT,
        &["introduction.one-request"],
        Always(&[on(Reply::Hello, Accepted, &[KeepServerId, Request]), on(Reply::Connected, Accepted, &[Request])]),
        "It sends a second request when it is accepted.",
    ),
    fault(
        "requests-when-idle",
        CLIENT,
        &["introduction.one-request", "keepalive.client-pings"],
        Always(&[Row(Accepted, Input::Idle, Accepted, &[Request])]),
        "It sends its request again in place of a PING.",
    )
    .needs(TIME),
    fault(
        "event-behind-request",
        CLIENT,
        &["introduction.only-request-before-response"],
        At(|when| vec![Sent(when, |_, c| behind_request(c, EVENT))], &[When::Always, When::Reconnected]),
        "It sends an event right behind its request.",
    ),
    fault(
        "events-before-response",
        CLIENT,
        &["introduction.only-request-before-response"],
        Always(&[Row(AwaitingResponse, Input::EventWaiting, AwaitingResponse, &[Publish])]),
        "It sends its events without waiting for the response.",
    ),
    fault(
        "ack-behind-request",
        CLIENT,
        &["introduction.only-request-before-response"],
        Always(&[Sent(ALWAYS, |_, c| behind_request(c, &[0x30, 0]))]),
        "It sends an ACK right behind its request.",
    ),
    fault(
        "response-behind-request",
        CLIENT,
        &["introduction.only-request-before-response", "layout.message-type"],
        Always(&[Sent(ALWAYS, |_, c| behind_request(c, &[0x10]))]),
        "It sends a connection response right behind its request.",
    ),
    fault(
        "early-publish-acked",
        CLIENT,
        &["introduction.early-publish-not-acked", "introduction.only-request-before-response"],
        Always(&[Row(AwaitingResponse, Input::PublishTaken, AwaitingResponse, &[Deliver, Ack])]),
        "It takes and ACKs an event that comes before the response.",
    ),
    fault(
        "early-publish-acked-and-closed",
        CLIENT,
        &["introduction.early-publish-not-acked", "introduction.only-request-before-response"],
        Always(&[Row(AwaitingResponse, Input::PublishTaken, Closed, &[Ack])]),
        "It ACKs an event that comes before the response, and closes.",
    ),
    fault(
        "early-publish-nacked",
        CLIENT,
        &["introduction.only-request-before-response"],
        Always(&[Row(AwaitingResponse, Input::PublishTaken, AwaitingResponse, &[Nack])]),
        "It answers an event with a NACK that comes before the response.",
    ),
    fault(
        "early-publish-acked-later",
        CLIENT,
        &["introduction.early-publish-not-acked"],
        Always(&[
            Row(AwaitingResponse, Input::PublishTaken, AwaitingResponse, &[]),
            Change::Received(ALWAYS, |seen, c| {
                let early = *seen.published.first()?;
                (content::is(c, RESPONSE) && c[0] & 15 < 2)
                    .then(|| vec![Act::Machine(c.to_vec()), Act::Peer(content::ack(early))])
            }),
        ]),
        "It ACKs an event that came before the response once it is accepted.",
    ),
    fault(
        "server-id-not-kept",
        CLIENT,
        &["introduction.hello-id-carried"],
        Always(&[on(Reply::Hello, Accepted, &[])]),
        "It doesn't keep the id of the server that greets it.",
    ),
    fault(
        "server-id-kept-of-16-bits",
        CLIENT,
        &["introduction.hello-id-carried", "layout.every-instance-id"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |_, _, server| *server = server.map(|id| id & 0xffff)))]),
        "It carries the low 16 bits of the server's id.",
    ),
    fault(
        "server-id-kept-of-31-bits",
        CLIENT,
        &["introduction.hello-id-carried", "layout.every-instance-id"],
        Always(&[Sent(ALWAYS, |_, c| otherwise(c, |_, _, server| *server = server.map(|id| id & 0x7fff_ffff)))]),
        "It carries the low 31 bits of the server's id.",
    ),
    fault(
        "server-id-forgotten-on-a-lost-connection",
        CLIENT,
        &["introduction.hello-id-carried", "introduction.connected-id-kept"],
        Always(&[Sent(When::Reconnected, |_, c| otherwise(c, |_, _, server| *server = None))]),
        "It carries no server_instance_id when it connects again.",
    ),
    fault(
        "server-id-carried-once",
        CLIENT,
        &["introduction.hello-id-carried", "introduction.connected-id-kept"],
        Always(&[Sent(ALWAYS, |seen, c| {
            (seen.origin.connection > 1).then(|| otherwise(c, |_, _, server| *server = None)).flatten()
        })]),
        "It carries no server_instance_id from its third connection on.",
    ),
    fault(
        "connected-forgets-server",
        CLIENT,
        &["introduction.connected-id-kept"],
        Always(&[Sent(ALWAYS, |seen, c| {
            (seen.origin.connection > 0).then(|| otherwise(c, |_, _, server| *server = server.map(|_| 0))).flatten()
        })]),
        "It carries the server_instance_id 0 when it connects again.",
    ),
    fault(
        "end-before-response-forgets-server",
        CLIENT,
        &["introduction.connected-id-kept", "introduction.hello-id-carried", "framing.truncated-response-not-taken"],
        Always(&[Knob(|knobs| knobs.end_forgets = true)]),
        "It forgets its server when a connection ends before the response.",
    ),
];
