//! Faults in what one connection does to others.

use super::fault::How::Always;
use super::fault::{Fault, Need, SERVER, fault};
use crate::deviation::Change::Knob;
use crate::deviation::Harm;

pub(super) const FAULTS: &[Fault] = &[
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
];
