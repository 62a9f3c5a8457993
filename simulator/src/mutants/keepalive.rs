//! Faults in keeping alive.

use sinkcheck_spec::machine::{Effect, Input, State};

use super::fault::How::{Always, At};
use super::fault::{BOTH, Fault, fault};
use crate::deviation::content::{self, PONG};
use crate::deviation::{Act, Change, When};

const MOMENTS: &[When] = &[
    When::Always,
    When::Second,
    When::Later,
    When::Joined,
    When::Split,
    When::InFlight,
    When::Reconnected,
    When::OtherClient,
];

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "ping-unanswered",
        BOTH,
        &["keepalive.ping-answered"],
        At(|when| vec![Change::Sent(when, |_, content| content::is(content, PONG).then(Vec::new))], MOMENTS),
        "It leaves a PING without its PONG.",
    ),
    fault(
        "ping-answered-twice",
        BOTH,
        &["keepalive.ping-answered-once"],
        At(
            |when| {
                vec![Change::Sent(when, |_, content| {
                    content::is(content, PONG).then(|| vec![Act::Peer(content.to_vec()), Act::Peer(content.to_vec())])
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
        Always(&[Change::Row(State::Accepted, Input::Pong, State::Accepted, &[Effect::Pong])]),
        "It answers a PONG with a PONG.",
    ),
];
