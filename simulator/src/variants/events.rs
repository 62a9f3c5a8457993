//! Freedoms with events, and in how and when a peer says what it has to say.

use std::time::Duration;

use sinkcheck_spec::machine::Input;
use sinkcheck_spec::machine::State::{Accepted, Closed};
use sinkcheck_spec::wire::Message;

use super::freedoms::{ALWAYS, BOTH, WHILE, any, first_id, is_answer, is_pong, used};
use super::variant::Use;
use crate::deviation::Change::{Ids, Knob, Received, Row, Sent};
use crate::deviation::content::{self, NACK};
use crate::deviation::{Act, Closing, Delay, Order, Redelivery};

pub(super) const FREEDOMS: &[Use] = &[
    used(
        "first-id-1",
        BOTH,
        &["events.first-id"],
        &["ids"],
        &[Knob(|knobs| knobs.first_message_id = first_id(1))],
        "The message id of its first event is 1.",
    ),
    used(
        "first-id-2048",
        BOTH,
        &["events.first-id"],
        &["ids"],
        &[Knob(|knobs| knobs.first_message_id = first_id(2048))],
        "The message id of its first event is 2048.",
    ),
    used(
        "first-id-4095",
        BOTH,
        &["events.first-id"],
        &["ids"],
        &[Knob(|knobs| knobs.first_message_id = first_id(4095))],
        "The message id of its first event is 4095, so 0 follows.",
    ),
    used(
        "first-id-another-each-time",
        BOTH,
        &["events.first-id"],
        &["ids"],
        &[Ids(|seen, _, own| {
            // What the reference gives, moved: so it passes over ids in flight as the reference does.
            own.wrapping_add(311).wrapping_add((seen.origin.connection as u16).wrapping_mul(1237))
        })],
        "The message id of its first event is another on each connection.",
    ),
    used(
        "waits-for-ids-in-flight",
        BOTH,
        &["events.id-still-in-flight"],
        &["ids", "id-in-flight"],
        &[Knob(|knobs| knobs.waits_for_ids = true)],
        "When the next message id is in flight, it waits for its answer.",
    ),
    used(
        "one-event-at-a-time",
        BOTH,
        &["events.fewer-in-flight"],
        &["id-in-flight"],
        &[Knob(|knobs| knobs.window = Some(1))],
        "It waits for the answer to an event before it sends the next.",
    ),
    used(
        "sixteen-events-at-a-time",
        BOTH,
        &["events.fewer-in-flight"],
        &["id-in-flight"],
        &[Knob(|knobs| knobs.window = Some(16))],
        "It has sixteen events unanswered at the most.",
    ),
    used(
        "answers-in-reverse",
        BOTH,
        &["events.answer-order"],
        &["delay"],
        &[Knob(|knobs| knobs.delay = Some(Delay { which: is_answer, by: WHILE, order: Order::Reversed }))],
        "It answers the events of a while together, the last first.",
    ),
    used(
        "answers-late",
        BOTH,
        &["events.answer-order"],
        &["delay"],
        &[Knob(|knobs| knobs.delay = Some(Delay { which: is_answer, by: WHILE, order: Order::Apart }))],
        "It answers events late, and everything else at once.",
    ),
    used(
        "pongs-late",
        BOTH,
        &[],
        &["delay"],
        &[Knob(|knobs| knobs.delay = Some(Delay { which: is_pong, by: WHILE, order: Order::Apart }))],
        "It answers PINGs late, and everything else at once.",
    ),
    used(
        "everything-late",
        BOTH,
        &[],
        &["delay"],
        &[Knob(|knobs| knobs.delay = Some(Delay { which: any, by: WHILE, order: Order::Apart }))],
        "It says everything late.",
    ),
    used(
        "everything-joined",
        BOTH,
        &["framing.segmentation"],
        &["delay"],
        &[Knob(|knobs| knobs.delay = Some(Delay { which: any, by: WHILE, order: Order::Together }))],
        "It says together what it has to say in a while.",
    ),
    used(
        "repeated-event-not-seen-again",
        BOTH,
        &["events.repeated-event-seen-again"],
        &["repeated"],
        &[Received(ALWAYS, |seen, c| {
            let id = content::id(c).filter(|_| content::event(c).is_some_and(|event| event.event_type_id != 99))?;
            (seen.is_accepted() && seen.events_before.contains(c.get(2..)?)).then(|| vec![Act::Peer(content::ack(id))])
        })],
        "Its application doesn't see an event again that comes again on the connection.",
    ),
    used(
        "newest-sent-again-first",
        BOTH,
        &["events.redelivery-order"],
        &["redelivery"],
        &[Knob(|knobs| knobs.redelivery = Redelivery::Reversed)],
        "It sends unanswered events again, the newest first.",
    ),
    used(
        "nacked-tried-again",
        BOTH,
        &["events.nacked-tried-again"],
        &["nacked"],
        &[Received(ALWAYS, |seen, c| {
            (content::is(c, NACK) && Message::decode(c).is_ok() && seen.in_flight.contains(&content::id(c)?))
                .then(Vec::new)
        })],
        "It tries an event again on the next connection that was answered with a NACK.",
    ),
    used(
        "stray-answer-closes",
        BOTH,
        &["events.stray-answer-treatment"],
        &["stray"],
        &[Row(Accepted, Input::AckStray, Closed, &[]), Row(Accepted, Input::NackStray, Closed, &[])],
        "It closes on an ACK or a NACK for a message id that is not in flight.",
    ),
    used(
        "stray-ack-closes",
        BOTH,
        &["events.stray-answer-treatment"],
        &["stray"],
        &[Row(Accepted, Input::AckStray, Closed, &[])],
        "It closes on an ACK for a message id that is not in flight, and ignores such a NACK.",
    ),
    used(
        "nack-says-nothing",
        BOTH,
        &["events.nack-content"],
        &["nack"],
        &[Sent(ALWAYS, |_, c| {
            content::id(c).filter(|_| content::is(c, NACK)).map(|id| vec![Act::Peer(content::nack(id))])
        })],
        "Both parts of its NACKs are empty.",
    ),
    used(
        "nack-says-much",
        BOTH,
        &["events.nack-content"],
        &["nack"],
        &[Sent(ALWAYS, |_, c| {
            content::id(c).filter(|_| content::is(c, NACK)).map(|id| {
                vec![Act::Peer(
                    [&content::with_id(&[0x70, 0], id)[..], &[0x80, 2], &[0xff; 256], "trop tôt – zu früh".as_bytes()]
                        .concat(),
                )]
            })
        })],
        "The machine_message of its NACKs has 256 octets.",
    ),
    used(
        "one-octet-a-segment",
        BOTH,
        &["framing.segmentation"],
        &["segments"],
        &[Knob(|knobs| knobs.segment = Some(1))],
        "It sends each octet in a segment of its own.",
    ),
    used(
        "three-octets-a-segment",
        BOTH,
        &["framing.segmentation"],
        &["segments"],
        &[Knob(|knobs| knobs.segment = Some(3))],
        "It sends three octets in a segment.",
    ),
    used(
        "resets",
        BOTH,
        &["framing.kind-of-close"],
        &["close"],
        &[Knob(|knobs| knobs.closing = Closing::Reset)],
        "It closes with a reset.",
    ),
    used(
        "closes-late",
        BOTH,
        &[],
        &["close"],
        &[Knob(|knobs| knobs.closing = Closing::After(Duration::from_millis(120)))],
        "It closes a while after the reason to.",
    ),
];
