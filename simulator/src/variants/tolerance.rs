//! Freedoms in keeping alive, and with what the text leaves to the receiver.

use sinkcheck_spec::machine::Timers;
use sinkcheck_spec::wire::{DecodeErrorKind, Message};

use super::freedoms::{ALWAYS, BOTH, CLIENT, SERVER, as_text, malformed_publish, used, with_largest_number};
use super::variant::Use;
use crate::deviation::Act;
use crate::deviation::Change::{Knob, Received, Sent};
use crate::deviation::content::{self, ACK, MALFORMED, PING, PONG, REQUEST, RESPONSE};

pub(super) const FREEDOMS: &[Use] = &[
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
        "gives-up-on-a-response",
        CLIENT,
        &["keepalive.wait-for-response"],
        &["wait-for-response"],
        &[Knob(|knobs| knobs.waits_for_acceptance = Some(75))],
        "It drops a connection on which no response has come within three quarters of an interval.",
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
