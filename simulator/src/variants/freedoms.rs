//! The freedoms that are used.

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{Effect, Input, State};

use super::variant::Use;
use crate::deviation::{Change, When};

const BOTH: &[Role] = &Role::ALL;
const SERVER: &[Role] = &[Role::Server];

pub(super) const FREEDOMS: &[Use] = &[
    Use {
        name: "one-octet-a-segment",
        roles: BOTH,
        freedoms: &["framing.segmentation"],
        slots: &["segments"],
        changes: &[Change::Knob(|knobs| knobs.segment = Some(1))],
        sentence: "It sends each octet in a segment of its own.",
    },
    Use {
        name: "pong-bits-set",
        roles: BOTH,
        freedoms: &["layout.ping-bits-sent"],
        slots: &["pong-bits"],
        changes: &[Change::Sent(When::Always, |_, content| {
            use crate::deviation::content::{PONG, is, say, with_id};
            is(content, PONG).then(|| with_id(content, 0xabc)).and_then(say)
        })],
        sentence: "The twelve bits after a PONG's type are 0xabc.",
    },
    Use {
        name: "early-ping-answered",
        roles: SERVER,
        freedoms: &["handshake.ping-before-acceptance"],
        slots: &["early-ping"],
        changes: &[Change::Row(State::AwaitingRequest, Input::Ping, State::AwaitingRequest, &[Effect::Pong])],
        sentence: "It answers a PING that comes before the request.",
    },
];
