//! The freedoms that are used.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::Effect::{KeepServerId, Nack, Pong, Respond};
use sinkcheck_spec::machine::State::{Accepted, AwaitingRequest, AwaitingResponse, Closed};
use sinkcheck_spec::machine::{Finding, Input, Reply, Timers};
use sinkcheck_spec::wire::ResponseCode::{Connected, HelloNewClient, InstanceIdMismatch};
use sinkcheck_spec::wire::{DecodeErrorKind, Message, MessageId};

use super::variant::Use;
use crate::deviation::Change::{Ids, Knob, Received, Row, Sent};
use crate::deviation::content::{self, ACK, MALFORMED, NACK, PING, PONG, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, Change, Closing, Delay, Order, Redelivery, Takeover, Trust, When};

const ALWAYS: When = When::Always;
const BOTH: &[Role] = &Role::ALL;
const SERVER: &[Role] = &[Role::Server];
const CLIENT: &[Role] = &[Role::Client];

const fn used(
    name: &'static str,
    roles: &'static [Role],
    freedoms: &'static [&'static str],
    slots: &'static [&'static str],
    changes: &'static [Change],
    sentence: &'static str,
) -> Use {
    Use { name, roles, freedoms, slots, changes, sentence }
}

fn is_answer(content: &[u8]) -> bool {
    content::is(content, ACK) || content::is(content, NACK)
}

fn is_pong(content: &[u8]) -> bool {
    content::is(content, PONG)
}

fn any(_: &[u8]) -> bool {
    true
}

/// A short while, which a suite must not take for no answer.
const WHILE: Duration = Duration::from_millis(25);

fn first_id(id: u16) -> Option<MessageId> {
    MessageId::new(id)
}

/// A malformed PUBLISH's message id, if it can be read.
fn malformed_publish(content: &[u8]) -> Option<u16> {
    let id = content::id(content).filter(|_| content::is(content, PUBLISH))?;
    let error = Message::decode(content).err()?;
    (!error.kind.is_open()).then_some(id)
}

/// The content with text in it made of what is none.
fn as_text(content: &[u8]) -> Option<Vec<Act>> {
    let mut read = content.to_vec();
    loop {
        match Message::decode(&read) {
            Ok(_) => return (read != content).then(|| vec![Act::Machine(read)]),
            Err(error) if error.kind == DecodeErrorKind::NotUtf8 => *read.get_mut(error.at)? = b'?',
            Err(_) => return None,
        }
    }
}

/// The content with its largest number for one that is too large.
fn with_largest_number(content: &[u8]) -> Option<Vec<Act>> {
    let error = Message::decode(content).err().filter(|error| error.kind == DecodeErrorKind::NumberTooLarge)?;
    let rest = content.get(error.at..)?;
    let octets = rest.iter().position(|octet| octet & 0x80 == 0)? + 1;
    let largest = [&[0xff; 9][..], &[1]].concat();
    let read = [content.get(..error.at)?, &largest, rest.get(octets..)?].concat();
    Message::decode(&read).is_ok().then(|| vec![Act::Machine(read)])
}

/// The rejections that apply to the request, by code.
fn applies(seen: &crate::deviation::Seen, code: u8) -> bool {
    let Some((version, client, server)) = seen.request.as_deref().and_then(content::request) else { return false };
    match code {
        2 => match seen.origin.recorded {
            Some(recorded) => recorded != client || server.is_some_and(|named| Some(named) != seen.origin.server),
            None => server.is_some(),
        },
        3 => seen.origin.is_quarantined,
        5 => version == "0.0.0",
        _ => false,
    }
}

fn rejection_in_place(seen: &crate::deviation::Seen, content: &[u8], code: u8) -> Option<Vec<Act>> {
    let said = *content.first().filter(|_| content::is(content, RESPONSE))? & 15;
    let response = if code == 3 { vec![0x13, 0] } else { vec![0x10 | code] };
    (said > 1 && said != 4 && said != code && applies(seen, code)).then(|| vec![Act::Peer(response)])
}

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
    used(
        "early-ping-answered",
        SERVER,
        &["handshake.ping-before-acceptance"],
        &["early-ping"],
        &[Row(AwaitingRequest, Input::Ping, AwaitingRequest, &[Pong])],
        "It answers a PING that comes before the request.",
    ),
    used(
        "early-ping-closes",
        SERVER,
        &["handshake.ping-before-acceptance"],
        &["early-ping"],
        &[Row(AwaitingRequest, Input::Ping, Closed, &[])],
        "It closes on a PING that comes before the request.",
    ),
    used(
        "mismatch-comes-first",
        SERVER,
        &["handshake.choice-of-rejection"],
        &["rejection"],
        &[Sent(ALWAYS, |seen, c| rejection_in_place(seen, c, 2))],
        "Of several rejections that apply it sends \"instance id mismatch\" if that is one.",
    ),
    used(
        "quarantine-comes-first",
        SERVER,
        &["handshake.choice-of-rejection"],
        &["rejection"],
        &[Sent(ALWAYS, |seen, c| rejection_in_place(seen, c, 3))],
        "Of several rejections that apply it sends \"quarantined\" if that is one.",
    ),
    used(
        "early-event-ignored",
        SERVER,
        &["handshake.early-event-treatment"],
        &["early-event"],
        &[
            Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[]),
            Row(AwaitingRequest, Input::PublishRefused, AwaitingRequest, &[]),
        ],
        "It ignores an event that comes before the request.",
    ),
    used(
        "early-event-nacked",
        SERVER,
        &["handshake.early-event-treatment"],
        &["early-event"],
        &[
            Row(AwaitingRequest, Input::PublishTaken, AwaitingRequest, &[Nack]),
            Row(AwaitingRequest, Input::PublishRefused, AwaitingRequest, &[Nack]),
        ],
        "It answers an event that comes before the request with a NACK.",
    ),
    used(
        "early-event-nacked-and-closed",
        SERVER,
        &["handshake.early-event-treatment"],
        &["early-event"],
        &[
            Row(AwaitingRequest, Input::PublishTaken, Closed, &[Nack]),
            Row(AwaitingRequest, Input::PublishRefused, Closed, &[Nack]),
        ],
        "It answers an event that comes before the request with a NACK, and closes.",
    ),
    used(
        "event-after-rejection-nacked",
        SERVER,
        &["handshake.early-event-treatment"],
        &["rejected-event", "close"],
        &[
            Received(ALWAYS, |seen, c| {
                let id = content::id(c)?;
                (content::is(c, PUBLISH) && seen.is_rejected()).then(|| vec![Act::Peer(content::nack(id))])
            }),
            Knob(|knobs| knobs.closing = Closing::After(Duration::from_millis(60))),
        ],
        "It answers an event that comes after a rejection with a NACK, and closes then.",
    ),
    used(
        "event-behind-request-ignored",
        SERVER,
        &["handshake.event-right-behind-request"],
        &["behind-request"],
        &[Received(ALWAYS, |seen, c| {
            (content::is(c, PUBLISH) && seen.place > 0 && seen.came_with_request).then(Vec::new)
        })],
        "It ignores an event that comes in one segment with the request.",
    ),
    used(
        "event-behind-request-nacked",
        SERVER,
        &["handshake.event-right-behind-request", "handshake.early-event-treatment"],
        &["behind-request"],
        &[Received(ALWAYS, |seen, c| {
            let id = content::id(c)?;
            (content::is(c, PUBLISH) && seen.place > 0 && seen.came_with_request)
                .then(|| vec![Act::Peer(content::nack(id))])
        })],
        "It answers an event with a NACK that comes in one segment with the request.",
    ),
    used(
        "event-behind-request-closes",
        SERVER,
        &["handshake.event-right-behind-request", "handshake.early-event-treatment"],
        &["behind-request"],
        &[Received(ALWAYS, |seen, c| {
            (content::is(c, PUBLISH) && seen.place > 0 && seen.came_with_request)
                .then(|| vec![Act::Machine(MALFORMED.to_vec())])
        })],
        "It closes on an event that comes in one segment with the request.",
    ),
    used(
        "second-request-answered",
        SERVER,
        &["handshake.second-request-answer"],
        &["second-request"],
        &[
            Row(Accepted, Input::Request(Finding::Known), Closed, &[Respond(Connected)]),
            Row(Accepted, Input::Request(Finding::HelloRepeated), Closed, &[Respond(HelloNewClient)]),
            Row(Accepted, Input::Request(Finding::WipedClient), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::OtherClient), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::OtherServer), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::OtherClientAndServer), Closed, &[Respond(InstanceIdMismatch)]),
        ],
        "It answers a second request as the first, and closes.",
    ),
    used(
        "second-request-rejected",
        SERVER,
        &["handshake.second-request-answer"],
        &["second-request"],
        &[
            Row(Accepted, Input::Request(Finding::Known), Closed, &[Respond(InstanceIdMismatch)]),
            Row(Accepted, Input::Request(Finding::HelloRepeated), Closed, &[Respond(InstanceIdMismatch)]),
        ],
        "It answers a second request with a rejection, and closes.",
    ),
    used(
        "quarantine-says-nothing",
        SERVER,
        &["handshake.quarantine-reason"],
        &["quarantine"],
        &[Sent(ALWAYS, |_, c| (c.first() == Some(&0x13)).then(|| vec![Act::Peer(vec![0x13, 0])]))],
        "Both parts of a quarantine's reason are empty.",
    ),
    used(
        "quarantine-says-much",
        SERVER,
        &["handshake.quarantine-reason"],
        &["quarantine"],
        &[Sent(ALWAYS, |_, c| {
            (c.first() == Some(&0x13)).then(|| {
                vec![Act::Peer([&[0x13, 0xac, 2][..], &[0xee; 300], "à cause d’un essai".as_bytes()].concat())]
            })
        })],
        "The machine_message of a quarantine's reason has 300 octets.",
    ),
    used(
        "unknown-client-rejected",
        SERVER,
        &["identity.unknown-client-treatment"],
        &["trust"],
        &[Knob(|knobs| knobs.trust = Trust::UnknownRejected)],
        "It turns a client that it doesn't know away with \"quarantined\".",
    ),
    used(
        "takes-over-at-connect",
        SERVER,
        &["identity.takeover-moment"],
        &["takeover"],
        &[Knob(|knobs| knobs.takeover = Takeover::Connected)],
        "A new connection takes over when it connects.",
    ),
    used(
        "early-ping-answered",
        CLIENT,
        &["introduction.ping-before-response"],
        &["early-ping"],
        &[Row(AwaitingResponse, Input::Ping, AwaitingResponse, &[Pong])],
        "It answers a PING that comes before the response.",
    ),
    used(
        "early-ping-closes",
        CLIENT,
        &["introduction.ping-before-response"],
        &["early-ping"],
        &[Row(AwaitingResponse, Input::Ping, Closed, &[])],
        "It closes on a PING that comes before the response.",
    ),
    used(
        "pings-behind-request",
        CLIENT,
        &["introduction.ping-before-response", "keepalive.extra-pings"],
        &["own-early-ping"],
        &[Sent(ALWAYS, |_, c| content::is(c, REQUEST).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x50, 0])]))],
        "It sends a PING right behind its request.",
    ),
    used(
        "pongs-behind-request",
        CLIENT,
        &[],
        &["own-early-ping"],
        &[Sent(ALWAYS, |_, c| content::is(c, REQUEST).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x60, 0])]))],
        "It sends a PONG right behind its request.",
    ),
    used(
        "hello-to-known-accepted",
        CLIENT,
        &["introduction.hello-to-a-known-client"],
        &["hello-to-known"],
        &[Row(AwaitingResponse, Input::Response(Reply::UnexpectedHello), Accepted, &[KeepServerId])],
        "It takes a hello for an acceptance though it knows a server, and keeps the new id.",
    ),
    used(
        "hello-to-known-accepted-by-the-known",
        CLIENT,
        &["introduction.hello-to-a-known-client"],
        &["hello-to-known"],
        &[Row(AwaitingResponse, Input::Response(Reply::UnexpectedHello), Accepted, &[])],
        "It takes a hello for an acceptance though it knows a server, and keeps the id that it has.",
    ),
    used(
        "connected-to-new-accepted",
        CLIENT,
        &["introduction.connected-to-a-new-client"],
        &["connected-to-new"],
        &[Row(AwaitingResponse, Input::Response(Reply::UnexpectedConnected), Accepted, &[])],
        "It takes \"connected\" for an acceptance though it knows no server.",
    ),
    used(
        "waits-a-tenth-of-a-second",
        CLIENT,
        &["introduction.length-of-waits"],
        &["waits"],
        &[Knob(|knobs| knobs.waits = Some(|_| Duration::from_millis(100)))],
        "It always waits 100 ms before it connects again.",
    ),
    used(
        "waits-twice-as-long-each-time",
        CLIENT,
        &["introduction.length-of-waits"],
        &["waits"],
        &[Knob(|knobs| knobs.waits = Some(|count| Duration::from_millis(20 << count.min(6))))],
        "It waits 20 ms before it connects again, and twice as long each time.",
    ),
    used(
        "pings-often",
        BOTH,
        &["keepalive.extra-pings"],
        &["beat"],
        &[Knob(|knobs| knobs.beat = Some((30, &[0x50, 0])))],
        "It sends a PING every 0.3 intervals.",
    ),
    used(
        "pings-all-the-time",
        BOTH,
        &["keepalive.extra-pings"],
        &["beat"],
        &[Knob(|knobs| knobs.beat = Some((4, &[0x50, 0])))],
        "It sends a PING every 0.04 intervals.",
    ),
    used(
        "pongs-often",
        BOTH,
        &[],
        &["beat"],
        &[Knob(|knobs| knobs.beat = Some((40, &[0x60, 0])))],
        "It sends a PONG every 0.4 intervals, of its own accord.",
    ),
    used(
        "pongs-all-the-time",
        BOTH,
        &[],
        &["beat"],
        &[Knob(|knobs| knobs.beat = Some((4, &[0x60, 0])))],
        "It sends a PONG every 0.04 intervals, of its own accord.",
    ),
    used(
        "pongs-behind-acks",
        BOTH,
        &[],
        &["behind-acks"],
        &[Sent(ALWAYS, |_, c| content::is(c, ACK).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x60, 0])]))],
        "It sends a PONG of its own accord behind each ACK.",
    ),
    used(
        "pings-behind-acks",
        BOTH,
        &["keepalive.extra-pings"],
        &["behind-acks"],
        &[Sent(ALWAYS, |_, c| content::is(c, ACK).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x50, 0])]))],
        "It sends a PING behind each ACK.",
    ),
    used(
        "pings-when-accepting",
        SERVER,
        &["keepalive.extra-pings"],
        &["behind-acceptance"],
        &[Sent(ALWAYS, |_, c| {
            (content::is(c, RESPONSE) && c[0] & 15 < 2).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x50, 0])])
        })],
        "It sends a PING right behind an acceptance.",
    ),
    used(
        "pongs-when-accepting",
        SERVER,
        &[],
        &["behind-acceptance"],
        &[Sent(ALWAYS, |_, c| {
            (content::is(c, RESPONSE) && c[0] & 15 < 2).then(|| vec![Act::Peer(c.to_vec()), Act::Peer(vec![0x60, 0])])
        })],
        "It sends a PONG of its own accord right behind an acceptance.",
    ),
    used(
        "unfinished-frame-does-not-count",
        BOTH,
        &["keepalive.unfinished-frame"],
        &["unfinished"],
        &[Knob(|_| {})],
        "Octets of a frame that is not yet whole don't count as received.",
    ),
    used(
        "drops-who-does-not-ask",
        SERVER,
        &["keepalive.wait-for-request"],
        &["wait-for-request"],
        &[Knob(|knobs| knobs.waits_for_acceptance = Some(100))],
        "It drops a connection on which no request has come within an interval.",
    ),
    used(
        "silence-long",
        BOTH,
        &[],
        &["timers"],
        &[Knob(|knobs| knobs.timers = Some(Timers { silence: 195, ..Timers::default() }))],
        "It drops a silent peer after 1.95 intervals.",
    ),
    used(
        "pings-early",
        CLIENT,
        &["keepalive.extra-pings"],
        &["timers"],
        &[Knob(|knobs| knobs.timers = Some(Timers { idle: 50, ..Timers::default() }))],
        "It sends a PING after half an idle interval.",
    ),
    used(
        "pings-late-in-the-window",
        CLIENT,
        &[],
        &["timers"],
        &[Knob(|knobs| knobs.timers = Some(Timers { idle: 109, ..Timers::default() }))],
        "It sends a PING after 1.09 idle intervals.",
    ),
    used(
        "over-long-varints-taken",
        BOTH,
        &["layout.varint-past-10-octets"],
        &["over-long"],
        &[Received(ALWAYS, |_, c| {
            Message::decode(c).err().filter(|error| error.kind == DecodeErrorKind::VarintTooLong)?;
            let (message, _) = Message::decode_over_long(c).ok()?;
            Some(vec![Act::Machine(message.encode())])
        })],
        "It takes a varint of more than 10 octets for the number that it says.",
    ),
    used(
        "too-large-numbers-taken",
        BOTH,
        &["layout.varint-past-64-bits"],
        &["too-large"],
        &[Received(ALWAYS, |_, c| with_largest_number(c))],
        "It takes a number of 2^64 or more for the largest that it knows.",
    ),
    used(
        "text-that-is-none-taken",
        BOTH,
        &["layout.text-not-utf8"],
        &["text"],
        &[Received(ALWAYS, |_, c| as_text(c))],
        "It takes octets that are not UTF-8 where text belongs, and replaces them.",
    ),
    used(
        "pong-bits-set",
        BOTH,
        &["layout.ping-bits-sent"],
        &["pong-bits"],
        &[Sent(ALWAYS, |_, c| content::is(c, PONG).then(|| content::with_id(c, 0xabc)).and_then(content::say))],
        "The last twelve bits of its PONGs are 0xabc.",
    ),
    used(
        "ping-bits-set",
        CLIENT,
        &["layout.ping-bits-sent"],
        &["ping-bits"],
        &[Sent(ALWAYS, |_, c| content::is(c, PING).then(|| content::with_id(c, 0xfff)).and_then(content::say))],
        "The last twelve bits of its PINGs are 0xfff.",
    ),
    used(
        "malformed-publish-nacked",
        BOTH,
        &["malformed.publish-closed-or-nacked"],
        &["malformed-publish"],
        &[Received(ALWAYS, |seen, c| {
            let id = malformed_publish(c).filter(|_| seen.is_accepted())?;
            Some(vec![Act::Peer(content::nack(id))])
        })],
        "It answers a malformed event with a NACK, and goes on.",
    ),
    used(
        "malformed-publish-nacked-and-closed",
        BOTH,
        &["malformed.publish-closed-or-nacked"],
        &["malformed-publish"],
        &[Received(ALWAYS, |seen, c| {
            let id = malformed_publish(c).filter(|_| seen.is_accepted())?;
            Some(vec![Act::Peer(content::nack(id)), Act::Machine(c.to_vec())])
        })],
        "It answers a malformed event with a NACK, and closes.",
    ),
    used(
        "malformed-request-rejected",
        SERVER,
        &["malformed.request-rejected"],
        &["malformed-request"],
        &[Received(ALWAYS, |seen, c| {
            let is_one = content::is(c, REQUEST)
                && seen.response.is_none()
                && Message::decode(c).err().is_some_and(|error| !error.kind.is_open());
            is_one.then(|| vec![Act::Peer(vec![0x12]), Act::Machine(MALFORMED.to_vec())])
        })],
        "It answers a malformed request with \"instance id mismatch\", and closes.",
    ),
];
