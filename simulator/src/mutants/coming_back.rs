//! Faults in what a client makes of a rejection, in when it comes back, and in whom it trusts.

use std::time::Duration;

use sinkcheck_spec::machine::Effect::{KeepServerId, Ping, Request};
use sinkcheck_spec::machine::State::{Accepted, AwaitingResponse, Closed};
use sinkcheck_spec::machine::{Input, Reply};

use super::fault::How::Always;
use super::fault::{CLIENT, Fault, Need, fault};
use super::introduction::on;
use crate::deviation::Change::{Knob, Row, Sent};
use crate::deviation::content::{self, PUBLISH};
use crate::deviation::{Act, Change, Trust, When};

const ALWAYS: When = When::Always;
const TLS: &[Need] = &[Need::Tls];
const TIME: &[Need] = &[Need::Time];
const ADAPTER: &[Need] = &[Need::Adapter];

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "mismatch-taken-for-acceptance",
        CLIENT,
        &["introduction.no-publish-after-rejection"],
        Always(&[on(Reply::Mismatch, Accepted, &[])]),
        "It goes on as accepted after \"instance id mismatch\".",
    ),
    fault(
        "quarantined-taken-for-acceptance",
        CLIENT,
        &["introduction.no-publish-after-rejection"],
        Always(&[on(Reply::Quarantined, Accepted, &[])]),
        "It goes on as accepted after \"quarantined\".",
    ),
    fault(
        "unsupported-protocol-taken-for-acceptance",
        CLIENT,
        &["introduction.no-publish-after-rejection"],
        Always(&[on(Reply::UnsupportedProtocol, Accepted, &[])]),
        "It goes on as accepted after \"unsupported protocol version\".",
    ),
    fault(
        "unsupported-application-taken-for-acceptance",
        CLIENT,
        &["introduction.no-publish-after-rejection"],
        Always(&[on(Reply::UnsupportedApplication, Accepted, &[])]),
        "It goes on as accepted after \"unsupported application version\".",
    ),
    fault(
        "rejections-taken-for-acceptances",
        CLIENT,
        &["introduction.no-publish-after-rejection"],
        Always(&[
            on(Reply::Mismatch, Accepted, &[]),
            on(Reply::Quarantined, Accepted, &[]),
            on(Reply::UnsupportedProtocol, Accepted, &[]),
            on(Reply::UnsupportedApplication, Accepted, &[]),
        ]),
        "It takes every response for an acceptance.",
    ),
    fault(
        "rejection-forgets-server",
        CLIENT,
        &["introduction.rejection-keeps-server-id"],
        Always(&[Knob(|knobs| knobs.rejection_forgets = true)]),
        "It forgets its server when it is rejected.",
    ),
    fault(
        "quarantine-replaces-server",
        CLIENT,
        &["introduction.rejection-keeps-server-id"],
        Always(&[
            Change::Received(ALWAYS, |_, c| {
                let id = c.get(2..6).filter(|_| c.first() == Some(&0x13) && c.get(1) == Some(&4))?;
                let hello = [&[0x11], id].concat();
                Some(vec![Act::Machine(hello), Act::Machine(c.to_vec())])
            }),
            on(Reply::UnexpectedHello, Closed, &[KeepServerId]),
        ]),
        "It keeps the machine_message of a quarantine as the server's id.",
    ),
    fault(
        "comes-back-at-once",
        CLIENT,
        &["introduction.waits-after-rejection"],
        Always(&[Knob(|knobs| knobs.waits = Some(|_| Duration::ZERO))]),
        "It doesn't wait before it connects again.",
    ),
    fault(
        "waits-ever-shorter",
        CLIENT,
        &["introduction.wait-not-shortened"],
        Always(&[Knob(|knobs| knobs.waits = Some(|count| Duration::from_millis(4000 >> count.min(6))))]),
        "It waits half as long each time before it connects again.",
    )
    .needs(TIME),
    fault(
        "waits-begin-anew-after-three",
        CLIENT,
        &["introduction.wait-not-shortened"],
        Always(&[Knob(|knobs| knobs.waits = Some(|count| Duration::from_millis(300 << (2 * (count % 3)))))]),
        "It begins its waits anew after three.",
    )
    .needs(TIME),
    fault(
        "stays-away",
        CLIENT,
        &["introduction.reconnects"],
        Always(&[Knob(|knobs| knobs.stays_away = true)]),
        "It doesn't connect again after an accepted connection is lost.",
    ),
    fault(
        "pings-in-place-of-events",
        CLIENT,
        &["events.unanswered-sent-again"],
        Always(&[Sent(When::Reconnected, |_, c| content::is(c, PUBLISH).then(|| vec![Act::Peer(vec![0x50, 0])]))]),
        "It sends PINGs in place of its events when it has connected again.",
    )
    .needs(ADAPTER),
    fault(
        "early-pings-closed",
        CLIENT,
        &["introduction.request-first"],
        Always(&[Row(AwaitingResponse, Input::Opened, AwaitingResponse, &[Ping, Request])]),
        "It sends a PING and then its request.",
    ),
    fault(
        "any-server-trusted",
        CLIENT,
        &["identity.server-certificate-checked"],
        Always(&[Knob(|knobs| knobs.trust = Trust::AnyAuthority)]),
        "It sends its request to a server whose certificate it doesn't trust.",
    )
    .needs(TLS),
    fault(
        "any-name-trusted",
        CLIENT,
        &["identity.server-name-checked"],
        Always(&[Knob(|knobs| knobs.trust = Trust::AnyName)]),
        "It sends its request to a server whose certificate is for another name.",
    )
    .needs(TLS),
    fault(
        "expired-server-trusted",
        CLIENT,
        &["identity.server-certificate-checked"],
        Always(&[Knob(|knobs| knobs.trust = Trust::Expired)]),
        "It sends its request to a server whose certificate has expired.",
    )
    .needs(TLS),
];
