//! Faults in what one connection does to others.

use super::fault::How::Always;
use super::fault::{BOTH, CLIENT, Fault, Need, SERVER, fault};
use crate::deviation::Change::{Knob, Received, Sent};
use crate::deviation::content::{self, PUBLISH};
use crate::deviation::{Act, Harm, Seen, When};

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
    fault(
        "cut-off-frame-goes-on",
        BOTH,
        &["isolation.sudden-end-harms-no-other", "isolation.accepts-after-sudden-end"],
        Always(&[Knob(|knobs| knobs.sudden_end = Harm::FrameGoesOn)]),
        "What the end of a connection cuts off goes on with the first octets of the next one.",
    ),
    fault(
        "sudden-end-silences-next",
        CLIENT,
        &["isolation.sudden-end-harms-no-other"],
        Always(&[Knob(|knobs| knobs.sudden_end = Harm::HauntsNext), Received(When::Always, unheard)]),
        "After a connection that ended within a frame it doesn't hear the events on the next one.",
    ),
    fault(
        "bad-input-silences-next",
        CLIENT,
        &["isolation.bad-input-harms-no-other"],
        Always(&[Knob(|knobs| knobs.malformed = Harm::HauntsNext), Received(When::Always, unheard)]),
        "After a connection with malformed content it doesn't hear the events on the next one.",
    ),
    fault(
        "bad-input-forgets-the-server",
        CLIENT,
        &["introduction.hello-id-carried", "introduction.connected-id-kept", "isolation.bad-input-harms-no-other"],
        Always(&[
            Knob(|knobs| knobs.malformed = Harm::HauntsNext),
            Sent(When::Always, |seen, c| {
                let (version, client, _) = content::request(c).filter(|_| seen.origin.left_behind.haunts)?;
                content::request_of(version, client, None).and_then(content::say)
            }),
        ]),
        "After a connection with malformed content it introduces itself as if it knew no server.",
    ),
];

/// No event is, on a haunted connection.
fn unheard(seen: &Seen, content: &[u8]) -> Option<Vec<Act>> {
    (seen.origin.left_behind.haunts && content::is(content, PUBLISH)).then(Vec::new)
}
