//! Faults in keeping alive.

use std::time::Duration;

use sinkcheck_spec::machine::{Effect, Input, State, Timers};

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, MOMENTS, Need, fault};
use crate::deviation::Change::{Knob, Received, Row, Sent};
use crate::deviation::content::{self, ACK, MALFORMED, NACK, PING, PONG, PUBLISH};
use crate::deviation::{Act, Delay, Order, Seen, When};

const ACCEPTED: State = State::Accepted;

/// No content begins the time anew.
fn nothing(_: &[u8]) -> bool {
    false
}

fn is_ping(content: &[u8]) -> bool {
    content::is(content, PING)
}

fn is_pong(content: &[u8]) -> bool {
    content::is(content, PONG)
}

fn is_publish(content: &[u8]) -> bool {
    content::is(content, PUBLISH)
}

fn is_answer(content: &[u8]) -> bool {
    content::is(content, ACK) || content::is(content, NACK)
}

/// Whether a PING of its own has no PONG yet.
fn own_ping_waits(seen: &Seen) -> bool {
    seen.sent[usize::from(PING)] > seen.received[usize::from(PONG)]
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "ping-unanswered",
        BOTH,
        &["keepalive.ping-answered"],
        At(|when| vec![Sent(when, |_, content| is_pong(content).then(Vec::new))], MOMENTS),
        "It leaves a PING without its PONG.",
    ),
    fault(
        "ping-unanswered-while-its-own-waits",
        CLIENT,
        &["keepalive.ping-answered"],
        Always(&[Sent(When::Always, |seen, content| (is_pong(content) && own_ping_waits(seen)).then(Vec::new))]),
        "It leaves a PING without its PONG while its own PING waits for one.",
    )
    .needs(&[Need::Time]),
    fault(
        "events-unanswered-while-its-own-ping-waits",
        CLIENT,
        &["events.answered"],
        Always(&[Sent(When::Always, |seen, content| (is_answer(content) && own_ping_waits(seen)).then(Vec::new))]),
        "It leaves an event without its answer while its own PING waits for a PONG.",
    )
    .needs(&[Need::Time]),
    fault(
        "ten-pings-a-segment-answered",
        BOTH,
        &["keepalive.ping-answered"],
        Always(&[Sent(When::Always, |seen, content| (is_pong(content) && seen.place >= 10).then(Vec::new))]),
        "It answers no more than ten frames of a segment if they are PINGs.",
    ),
    fault(
        "every-17th-ping-unanswered",
        BOTH,
        &["keepalive.ping-answered"],
        Always(&[Sent(When::Always, |seen, content| {
            (is_pong(content) && seen.received[usize::from(PING)] % 17 == 0).then(Vec::new)
        })]),
        "It leaves every 17th PING on a connection without its PONG.",
    ),
    fault(
        "ping-answered-with-ping",
        BOTH,
        &["keepalive.ping-answered"],
        Always(&[Sent(When::Always, |_, content| is_pong(content).then(|| vec![Act::Peer(vec![0x50, 0])]))]),
        "It answers a PING with a PING.",
    ),
    fault(
        "ping-answered-with-ack",
        BOTH,
        &["keepalive.ping-answered", "events.answer-carries-id"],
        Always(&[Sent(When::Always, |_, content| is_pong(content).then(|| vec![Act::Peer(vec![0x30, 0])]))]),
        "It answers a PING with an ACK.",
    ),
    fault(
        "ping-answered-twice",
        BOTH,
        &["keepalive.ping-answered-once"],
        At(
            |when| {
                vec![Sent(when, |_, content| {
                    is_pong(content).then(|| vec![Act::Peer(content.to_vec()), Act::Peer(content.to_vec())])
                })]
            },
            MOMENTS,
        ),
        "It answers a PING with two PONGs.",
    ),
    fault(
        "pong-answered",
        BOTH,
        &["keepalive.pong-not-answered"],
        Always(&[Row(ACCEPTED, Input::Pong, ACCEPTED, &[Effect::Pong])]),
        "It answers a PONG with a PONG.",
    ),
    fault(
        "pong-answered-late",
        BOTH,
        &["keepalive.pong-not-answered"],
        At(
            |when| {
                vec![Received(when, |_, content| {
                    is_pong(content).then(|| vec![Act::Machine(content.to_vec()), Act::Peer(content.to_vec())])
                })]
            },
            &[When::Second, When::Joined, When::InFlight, When::Reconnected],
        ),
        "It answers a PONG with a PONG.",
    ),
    fault(
        "pong-answered-with-ping",
        BOTH,
        &["keepalive.pong-not-answered"],
        Always(&[Row(ACCEPTED, Input::Pong, ACCEPTED, &[Effect::Ping])]),
        "It answers a PONG with a PING.",
    ),
    fault(
        "ping-closes",
        BOTH,
        &["keepalive.ping-answered", "keepalive.ping-at-any-time"],
        At(
            |when| vec![Received(when, |_, content| is_ping(content).then(|| vec![Act::Machine(MALFORMED.to_vec())]))],
            MOMENTS,
        ),
        "It closes after a PING.",
    ),
    fault(
        "pong-closes",
        BOTH,
        &["keepalive.pong-at-any-time"],
        At(
            |when| vec![Received(when, |_, content| is_pong(content).then(|| vec![Act::Machine(MALFORMED.to_vec())]))],
            MOMENTS,
        ),
        "It closes after a PONG that it doesn't expect.",
    ),
    fault(
        "ping-among-events-unanswered",
        BOTH,
        &["keepalive.ping-answered", "keepalive.ping-at-any-time", "framing.joined-all-processed"],
        Always(&[Received(When::Joined, |seen, content| {
            (is_ping(content) && seen.received[usize::from(PUBLISH)] > 0).then(Vec::new)
        })]),
        "It loses a PING that comes behind an event in one segment.",
    ),
    fault(
        "dropped-after-a-time",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, nothing)))]),
        "It drops a connection 1.5 intervals after the acceptance, whatever arrives.",
    )
    .needs(&[Need::Time]),
    fault(
        "dropped-after-long",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((300, nothing)))]),
        "It drops a connection 3 intervals after the acceptance, whatever arrives.",
    )
    .needs(&[Need::Time]),
    fault(
        "only-pings-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, is_ping)))]),
        "It drops a connection on which no PING comes for 1.5 intervals.",
    )
    .needs(&[Need::Time]),
    fault(
        "only-pongs-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, is_pong)))]),
        "It drops a connection on which no PONG comes for 1.5 intervals.",
    )
    .needs(&[Need::Time]),
    fault(
        "only-events-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, is_publish)))]),
        "It drops a connection on which no event comes for 1.5 intervals.",
    )
    .needs(&[Need::Time]),
    fault(
        "pongs-do-not-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, |content| !is_pong(content))))]),
        "It drops a connection on which nothing but PONGs comes for 1.5 intervals.",
    )
    .needs(&[Need::Time]),
    fault(
        "pings-do-not-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, |content| !is_ping(content))))]),
        "It drops a connection on which nothing but PINGs comes for 1.5 intervals.",
    )
    .needs(&[Need::Time]),
    fault(
        "events-do-not-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, |content| !is_publish(content))))]),
        "It drops a connection on which nothing but events comes for 1.5 intervals.",
    )
    .needs(&[Need::Time]),
    fault(
        "answers-do-not-count",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.drops = Some((150, |content| !is_answer(content))))]),
        "It drops a connection on which nothing but ACKs and NACKs comes for 1.5 intervals.",
    )
    .needs(&[Need::Time, Need::Adapter]),
    fault(
        "impatient",
        BOTH,
        &["keepalive.active-connection-kept"],
        Always(&[Knob(|knobs| knobs.timers = Some(Timers { silence: 80, ..Timers::default() }))]),
        "It drops a connection after 0.8 intervals of silence.",
    )
    .needs(&[Need::Time]),
    fault(
        "silence-for-ever",
        BOTH,
        &["keepalive.silent-peer-dropped"],
        Always(&[Knob(|knobs| knobs.timers = Some(Timers { silence: Timers::NEVER, ..Timers::default() }))]),
        "It never drops a silent peer.",
    )
    .needs(&[Need::Time]),
    fault(
        "silence-for-long",
        BOTH,
        &["keepalive.silent-peer-dropped"],
        Always(&[Knob(|knobs| knobs.timers = Some(Timers { silence: 220, ..Timers::default() }))]),
        "It drops a silent peer after 2.2 intervals only.",
    )
    .needs(&[Need::Time]),
    fault(
        "never-pings",
        CLIENT,
        &["keepalive.client-pings"],
        At(
            |when| vec![Sent(when, |_, content| is_ping(content).then(Vec::new))],
            &[When::Always, When::Later, When::InFlight, When::Reconnected],
        ),
        "It sends no PING when the connection is idle.",
    )
    .needs(&[Need::Time]),
    fault(
        "pings-late",
        CLIENT,
        &["keepalive.client-pings"],
        Always(&[Knob(|knobs| knobs.timers = Some(Timers { idle: 125, ..Timers::default() }))]),
        "It sends its PING after 1.25 idle intervals only.",
    )
    .needs(&[Need::Time]),
    fault(
        "pong-instead-of-ping",
        CLIENT,
        &["keepalive.client-pings"],
        Always(&[Sent(When::Always, |_, content| is_ping(content).then(|| vec![Act::Peer(vec![0x60, 0])]))]),
        "It sends a PONG when the connection is idle.",
    )
    .needs(&[Need::Time]),
    fault(
        "pong-after-ten-intervals",
        BOTH,
        &["keepalive.ping-answered"],
        Always(&[Knob(|knobs| {
            knobs.delay = Some(Delay { which: is_pong, by: Duration::from_secs(600), order: Order::Apart });
        })]),
        "It answers a PING after ten minutes.",
    ),
];
