//! Faults with a peer's own events.

use sinkcheck_spec::machine::{Effect, Input, State};

use super::fault::How::{Always, At};
use super::fault::{BOTH, Fault, Need, fault};
use crate::deviation::Change::{Ids, Knob, Received, Row, Sent};
use crate::deviation::content::{self, ACK, MALFORMED, NACK, PUBLISH};
use crate::deviation::{Act, Redelivery, Seen, When};

const ACCEPTED: State = State::Accepted;
const ADAPTER: &[Need] = &[Need::Adapter];

fn is_ack(content: &[u8]) -> bool {
    content::is(content, ACK)
}

fn is_nack(content: &[u8]) -> bool {
    content::is(content, NACK)
}

/// The ids from which an ACK or a NACK that nothing waits for was taken for the oldest event's.
fn oldest_for_stray(seen: &Seen, content: &[u8], of: u8) -> Option<Vec<Act>> {
    let id = content::id(content).filter(|_| content::is(content, of))?;
    let oldest = *seen.in_flight.first()?;
    (!seen.in_flight.contains(&id)).then(|| vec![Act::Machine(content::with_id(content, oldest))])
}

/// After the last id comes 1.
fn wraps_to_one(_: &Seen, last: Option<u16>, _: u16) -> u16 {
    last.map_or(0, |last| if last == 4095 { 1 } else { last + 1 })
}

/// Which of the events in flight, oldest first, an answer is for.
fn place_in_flight(seen: &Seen, answer: &[u8]) -> Option<usize> {
    let id = content::id(answer)?;
    seen.in_flight.iter().position(|&own| own == id)
}

/// Answers are lost at these times.
const ANSWERED: &[When] = &[When::Always, When::Second, When::Later, When::Joined, When::Split];

/// What a machine takes no notice of, but that its peer is alive.
fn passed_over() -> Vec<Act> {
    vec![Act::Machine(vec![0x60, 0])]
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "id-always-zero",
        BOTH,
        &["events.id-not-reused-in-flight", "events.ids-go-up-by-one"],
        Always(&[Ids(|_, _, _| 0)]),
        "All its events have the message id 0.",
    )
    .needs(ADAPTER),
    fault(
        "ids-alternate",
        BOTH,
        &["events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|seen, _, _| 1 - (seen.sent[usize::from(PUBLISH)] % 2) as u16)]),
        "Its message ids are 0 and 1 in turn.",
    )
    .needs(ADAPTER),
    fault(
        "ids-of-8-bits",
        BOTH,
        &["events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|_, _, id| id & 0xff)]),
        "Its message ids go from 0 to 255 and begin again.",
    )
    .needs(ADAPTER),
    fault(
        "ids-of-11-bits",
        BOTH,
        &["events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|_, _, id| id & 0x7ff)]),
        "Its message ids go from 0 to 2047 and begin again.",
    )
    .needs(ADAPTER),
    fault(
        "ids-go-up-by-two",
        BOTH,
        &["events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|_, last, _| last.map_or(0, |last| last.wrapping_add(2)))]),
        "Its message ids go up by two.",
    )
    .needs(ADAPTER),
    fault(
        "ids-go-down",
        BOTH,
        &["events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|_, last, _| last.map_or(4095, |last| last.wrapping_sub(1)))]),
        "Its message ids go down.",
    )
    .needs(ADAPTER),
    fault(
        "ids-jump",
        BOTH,
        &["events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|seen, last, _| {
            last.map_or(0, |last| last + if seen.sent[usize::from(PUBLISH)] % 3 == 0 { 3 } else { 1 })
        })]),
        "Every third of its message ids jumps by three.",
    )
    .needs(ADAPTER),
    fault(
        "ids-wrap-to-one",
        BOTH,
        &["events.ids-wrap", "events.id-not-reused-in-flight"],
        Always(&[Ids(wraps_to_one)]),
        "After its message id 4095 comes 1.",
    )
    .needs(ADAPTER),
    fault(
        "ids-wrap-to-one-with-none-in-flight",
        BOTH,
        &["events.ids-wrap"],
        Always(&[Knob(|knobs| knobs.window = Some(1)), Ids(wraps_to_one)]),
        "After its message id 4095 comes 1, and it waits for the answer to an event before it sends the next.",
    )
    .needs(ADAPTER),
    fault(
        "ids-wrap-early",
        BOTH,
        &["events.ids-wrap", "events.ids-go-up-by-one", "events.id-not-reused-in-flight"],
        Always(&[Ids(|_, last, _| last.map_or(0, |last| if last >= 4094 { 0 } else { last + 1 }))]),
        "After its message id 4094 comes 0.",
    )
    .needs(ADAPTER),
    fault(
        "ids-stop-at-the-last",
        BOTH,
        &["events.ids-wrap", "events.id-not-reused-in-flight"],
        Always(&[Ids(|_, last, _| last.map_or(0, |last| if last == 4095 { 4095 } else { last + 1 }))]),
        "After its message id 4095 comes 4095 again.",
    )
    .needs(ADAPTER),
    fault(
        "id-in-flight-used-again",
        BOTH,
        &["events.id-not-reused-in-flight"],
        // It goes round without a look at what is unanswered.
        Always(&[Ids(|_, last, _| last.map_or(0, |last| (last + 1) & 0xfff))]),
        "It uses a message id again that is in flight when it comes round.",
    )
    .needs(ADAPTER),
    fault(
        "ids-follow-the-peers",
        BOTH,
        &["events.directions-independent", "events.id-not-reused-in-flight", "events.ids-go-up-by-one"],
        Always(&[Sent(When::Always, |seen, content| {
            let peers = seen.published.last()?;
            content::is(content, PUBLISH).then(|| vec![Act::Peer(content::with_id(content, peers.wrapping_add(1)))])
        })]),
        "The message id of its next event is one more than that of the peer's last.",
    )
    .needs(ADAPTER),
    fault(
        "delivered-when-written",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Sent(When::Always, |_, content| {
            let id = content::id(content).filter(|_| content::is(content, PUBLISH))?;
            Some(vec![Act::Peer(content.to_vec()), Act::Machine(content::ack(id))])
        })]),
        "It counts an event as delivered once it is written.",
    )
    .needs(ADAPTER),
    fault(
        "unanswered-lost",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Knob(|knobs| knobs.redelivery = Redelivery::Nothing)]),
        "It forgets what is unanswered when the peer closes.",
    )
    .needs(ADAPTER),
    fault(
        "only-oldest-sent-again",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Knob(|knobs| knobs.redelivery = Redelivery::Oldest)]),
        "Of what is unanswered when the peer closes it sends the oldest event again only.",
    )
    .needs(ADAPTER),
    fault(
        "only-newest-sent-again",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Knob(|knobs| knobs.redelivery = Redelivery::Newest)]),
        "Of what is unanswered when the peer closes it sends the newest event again only.",
    )
    .needs(ADAPTER),
    fault(
        "oldest-not-sent-again",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Knob(|knobs| knobs.redelivery = Redelivery::NotOldest)]),
        "Of what is unanswered when the peer closes it doesn't send the oldest event again.",
    )
    .needs(ADAPTER),
    fault(
        "ack-settles-oldest",
        BOTH,
        &["events.unanswered-sent-again", "events.acked-not-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let id = content::id(content).filter(|id| is_ack(content) && seen.in_flight.contains(id))?;
            let oldest = *seen.in_flight.first()?;
            (oldest != id).then(|| vec![Act::Machine(content::ack(oldest))])
        })]),
        "It takes every ACK for that of its oldest event.",
    )
    .needs(ADAPTER),
    fault(
        "ack-settles-all-before",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let place = place_in_flight(seen, content).filter(|_| is_ack(content))?;
            let settled = seen.in_flight.get(..=place)?;
            (place > 0).then(|| settled.iter().map(|&id| Act::Machine(content::ack(id))).collect())
        })]),
        "It takes an ACK for that of all events before it, too.",
    )
    .needs(ADAPTER),
    fault(
        "ack-settles-all",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let is_so = is_ack(content) && seen.in_flight.contains(&content::id(content)?) && seen.in_flight.len() > 1;
            is_so.then(|| seen.in_flight.iter().map(|&id| Act::Machine(content::ack(id))).collect())
        })]),
        "It takes an ACK for that of all events in flight.",
    )
    .needs(ADAPTER),
    fault(
        "ack-read-with-8-bits",
        BOTH,
        &[
            "layout.message-id",
            "events.stray-ack-delivers-nothing",
            "events.acked-not-sent-again",
            "events.unanswered-sent-again",
        ],
        Always(&[Received(When::Always, |_, content| {
            let id = content::id(content).filter(|&id| is_ack(content) && id > 0xff)?;
            Some(vec![Act::Machine(content::ack(id & 0xff))])
        })]),
        "It reads the low 8 bits of an ACK's message id.",
    )
    .needs(ADAPTER),
    fault(
        "nack-settles-oldest",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let id = content::id(content).filter(|id| is_nack(content) && seen.in_flight.contains(id))?;
            let oldest = *seen.in_flight.first()?;
            (oldest != id).then(|| vec![Act::Machine(content::with_id(content, oldest))])
        })]),
        "It takes every NACK for that of its oldest event.",
    )
    .needs(ADAPTER),
    fault(
        "nack-settles-all",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let is_so = is_nack(content) && seen.in_flight.contains(&content::id(content)?) && seen.in_flight.len() > 1;
            is_so.then(|| seen.in_flight.iter().map(|&id| Act::Machine(content::nack(id))).collect())
        })]),
        "It takes a NACK for that of all events in flight.",
    )
    .needs(ADAPTER),
    fault(
        "ack-settles-the-next-of-many",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let place = place_in_flight(seen, content).filter(|_| is_ack(content))?;
            let next = seen.in_flight.get(place + 1).filter(|_| seen.in_flight.len() > 4)?;
            Some(vec![Act::Machine(content.to_vec()), Act::Machine(content::ack(*next))])
        })]),
        "While more than four events are in flight it takes an ACK for that of the next event, too.",
    )
    .needs(ADAPTER),
    fault(
        "nack-settles-the-next",
        BOTH,
        &["events.unanswered-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            let place = place_in_flight(seen, content).filter(|_| is_nack(content))?;
            let next = seen.in_flight.get(place + 1)?;
            Some(vec![Act::Machine(content.to_vec()), Act::Machine(content::with_id(content, *next))])
        })]),
        "It takes a NACK for that of the next event, too.",
    )
    .needs(ADAPTER),
    fault(
        "nack-of-high-id-closes",
        BOTH,
        &["events.nack-received-keeps-connection", "layout.message-id"],
        Always(&[Received(When::Always, |_, content| {
            (is_nack(content) && content::id(content)? > 0x7ff).then(|| vec![Act::Machine(MALFORMED.to_vec())])
        })]),
        "It takes a NACK for a message id above 2047 for malformed, and closes.",
    )
    .needs(ADAPTER),
    fault(
        "acks-ignored",
        BOTH,
        &["events.acked-not-sent-again"],
        At(|when| vec![Received(when, |_, content| is_ack(content).then(passed_over))], ANSWERED),
        "It takes no notice of an ACK.",
    )
    .needs(ADAPTER),
    fault(
        "acks-behind-a-nack-ignored",
        BOTH,
        &["events.acked-not-sent-again"],
        Always(&[Received(When::Always, |seen, content| {
            (is_ack(content) && seen.received[usize::from(NACK)] > 0).then(passed_over)
        })]),
        "Once an event of its was NACKed it takes no notice of an ACK on that connection.",
    )
    .needs(ADAPTER),
    fault(
        "ack-of-high-id-ignored",
        BOTH,
        &["events.acked-not-sent-again"],
        Always(&[Received(When::Always, |_, content| {
            (is_ack(content) && content::id(content)? > 0xff).then(passed_over)
        })]),
        "It takes no notice of an ACK for a message id above 255.",
    )
    .needs(ADAPTER),
    fault(
        "stray-ack-settles-oldest",
        BOTH,
        &["events.stray-ack-delivers-nothing"],
        Always(&[Received(When::Always, |seen, content| oldest_for_stray(seen, content, ACK))]),
        "It takes an ACK for an id that is not in flight for that of its oldest event.",
    )
    .needs(ADAPTER),
    fault(
        "stray-nack-settles-oldest",
        BOTH,
        &["events.stray-nack-settles-nothing"],
        Always(&[Received(When::Always, |seen, content| oldest_for_stray(seen, content, NACK))]),
        "It takes a NACK for an id that is not in flight for that of its oldest event.",
    )
    .needs(ADAPTER),
    fault(
        "stray-ack-settles-later-event",
        BOTH,
        &["events.stray-ack-delivers-nothing"],
        Always(&[Sent(When::Always, |seen, content| {
            let id = content::id(content).filter(|id| content::is(content, PUBLISH) && seen.stray_acks.contains(id))?;
            Some(vec![Act::Peer(content.to_vec()), Act::Machine(content::ack(id))])
        })]),
        "It remembers an ACK for an id that is not in flight, and counts the event that gets the id later.",
    )
    .needs(ADAPTER),
    fault(
        "stray-nack-settles-later-event",
        BOTH,
        &["events.stray-nack-settles-nothing"],
        Always(&[Sent(When::Always, |seen, content| {
            let id =
                content::id(content).filter(|id| content::is(content, PUBLISH) && seen.stray_nacks.contains(id))?;
            Some(vec![Act::Peer(content.to_vec()), Act::Machine(content::nack(id))])
        })]),
        "It remembers a NACK for an id that is not in flight, and gives up the event that gets the id later.",
    )
    .needs(ADAPTER),
    fault(
        "second-ack-settles-next",
        BOTH,
        &["events.stray-ack-delivers-nothing"],
        Always(&[Received(When::Always, |seen, content| {
            let id = content::id(content).filter(|id| is_ack(content) && seen.answered.contains(id))?;
            let oldest = *seen.in_flight.first()?;
            (!seen.in_flight.contains(&id)).then(|| vec![Act::Machine(content::ack(oldest))])
        })]),
        "It takes a second ACK of an event for that of the next one.",
    )
    .needs(ADAPTER),
    fault(
        "nack-closes",
        BOTH,
        &["events.nack-received-keeps-connection"],
        Always(&[Row(ACCEPTED, Input::NackInFlight, State::Closed, &[Effect::CountRefused])]),
        "It closes when an event of its own is answered with a NACK.",
    )
    .needs(ADAPTER),
    fault(
        "second-nack-closes",
        BOTH,
        &["events.nack-received-keeps-connection"],
        At(
            |when| {
                vec![Received(when, |_, content| {
                    is_nack(content).then(|| vec![Act::Machine(content.to_vec()), Act::Machine(MALFORMED.to_vec())])
                })]
            },
            &[When::Later, When::Joined],
        ),
        "It closes after a NACK.",
    )
    .needs(ADAPTER),
    fault(
        "publishes-no-more-after-a-nack",
        BOTH,
        &["events.nack-received-keeps-connection"],
        Always(&[Sent(When::Always, |seen, content| {
            (content::is(content, PUBLISH) && seen.received[usize::from(NACK)] > 0).then(Vec::new)
        })]),
        "It sends no more events on a connection once one was answered with a NACK.",
    )
    .needs(ADAPTER),
    fault(
        "nack-without-machine-message-refused",
        BOTH,
        &["events.nack-without-machine-message"],
        Always(&[Received(When::Always, |_, content| {
            (is_nack(content) && content.get(2) == Some(&0)).then(|| vec![Act::Machine(MALFORMED.to_vec())])
        })]),
        "It takes a NACK without a machine_message for malformed.",
    )
    .needs(ADAPTER),
    fault(
        "nack-without-human-message-refused",
        BOTH,
        &["events.nack-without-human-message"],
        Always(&[Received(When::Always, |_, content| {
            let rest = content.get(2..).filter(|_| is_nack(content))?;
            let (length, octets) = content::varint(rest)?;
            (rest.len() as u64 == length.saturating_add(octets as u64)).then(|| vec![Act::Machine(MALFORMED.to_vec())])
        })]),
        "It takes a NACK without a human_message for malformed.",
    )
    .needs(ADAPTER),
];
