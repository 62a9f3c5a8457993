//! Faults in what a server does after its answer, and in whom it trusts.

use std::time::Duration;

use sinkcheck_spec::machine::Effect::{Ack, Deliver, Nack, Pong, Record, Respond};
use sinkcheck_spec::machine::State::{AwaitingRequest, Closed};
use sinkcheck_spec::machine::{Finding, Input};
use sinkcheck_spec::wire::ResponseCode::{
    Connected, HelloNewClient, InstanceIdMismatch, Quarantined, UnsupportedApplicationVersion,
    UnsupportedProtocolVersion,
};

use super::fault::How::Always;
use super::fault::{Fault, Need, SERVER, fault};
use super::handshake::{BOTH_OTHER, ELSEWHERE, NO_RECORD, OTHER, WIPED, on};
use crate::deviation::Change::{Knob, Received, Row, Sent};
use crate::deviation::content::{self, PUBLISH, RESPONSE};
use crate::deviation::{Act, Closing, Takeover, Trust, When};

const ALWAYS: When = When::Always;
const ADAPTER: &[Need] = &[Need::Adapter];
const TLS: &[Need] = &[Need::Tls];

pub(super) const FAULTS: &[Fault] = &[
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
        "rejected-client-has-to-go-on",
        SERVER,
        &[
            "handshake.mismatch-closes",
            "handshake.quarantined-closes",
            "handshake.unsupported-protocol-closes",
            "handshake.unsupported-application-closes",
        ],
        Always(&[Knob(|knobs| knobs.closing = Closing::UponTheNextFrame)]),
        "It closes when the next frame comes, whatever that is, and not before.",
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
        &["identity.newer-connection-takes-over", "handshake.connected", "handshake.first-request-answered"],
        Always(&[Knob(|knobs| knobs.takeover = Takeover::NewerCloses)]),
        "It closes a client's new connection while it has another.",
    ),
];
