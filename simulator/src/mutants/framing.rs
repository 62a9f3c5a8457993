//! Faults in frames, of what is sent and of what is read.

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, MOMENTS, SERVER, fault};
use crate::deviation::Change::{Framing, Knob, Octets, Received, Sent};
use crate::deviation::content::{self, ACK, NACK, PING, PONG, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, Change, Framing as Way, When};

/// The frame with another length.
fn with_length(frame: &[u8], length: impl Fn(u16) -> u16) -> Option<Vec<u8>> {
    let (head, rest) = frame.split_first_chunk::<2>()?;
    let mut octets = length(u16::from_be_bytes(*head)).to_be_bytes().to_vec();
    octets.extend_from_slice(rest);
    Some(octets)
}

/// What is left of a frame of this type, made whole with zeros.
fn made_whole(left: &[u8], of: u8) -> Option<Vec<u8>> {
    let (head, content) = left.split_first_chunk::<2>()?;
    let mut whole = content.to_vec();
    whole.resize(usize::from(u16::from_be_bytes(*head)), 0);
    content::is(content, of).then_some(whole)
}

/// An event in the frame that is left is published as far as it came.
fn with_shorter_data(left: &[u8]) -> Option<Vec<u8>> {
    made_whole(left, PUBLISH)
}

const fn cut(framing: Way) -> [Change; 1] {
    [Framing(framing)]
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "length-swapped",
        BOTH,
        &["framing.length-prefix"],
        At(|when| vec![Octets(when, |_, frame| with_length(frame, u16::swap_bytes))], MOMENTS),
        "It sends the octets of a frame's length in the wrong order.",
    ),
    fault(
        "length-counts-itself",
        BOTH,
        &["framing.length-prefix"],
        Always(&[Octets(When::Always, |_, frame| with_length(frame, |length| length.wrapping_add(2)))]),
        "A frame's length counts its own two octets as well.",
    ),
    fault(
        "length-one-too-small",
        BOTH,
        &["framing.length-prefix", "framing.one-message-in-a-frame", "layout.connection-request"],
        Always(&[Octets(When::Always, |_, frame| with_length(frame, |length| length.wrapping_sub(1)))]),
        "A frame's length is one less than its octets.",
    ),
    fault(
        "length-of-four-octets",
        BOTH,
        &["framing.length-prefix", "framing.one-message-in-a-frame"],
        Always(&[Octets(When::Always, |_, frame| Some([&[0, 0], frame].concat()))]),
        "It sends a frame's length in four octets.",
    ),
    fault(
        "length-of-one-octet",
        BOTH,
        &["framing.length-prefix"],
        Always(&[Octets(When::Always, |_, frame| frame.get(1..).map(<[u8]>::to_vec))]),
        "It sends a frame's length in one octet.",
    ),
    fault(
        "length-cut-to-eight-bits",
        BOTH,
        &["framing.length-prefix", "framing.one-message-in-a-frame"],
        Always(&[Octets(When::Always, |_, frame| {
            let long = frame.len() > 257;
            long.then(|| with_length(frame, |length| length & 0xff)).flatten()
        })]),
        "The first octet of a frame's length is always 0.",
    ),
    fault(
        "no-length",
        BOTH,
        &["framing.length-prefix"],
        Always(&[Octets(When::Always, |_, frame| frame.get(2..).map(<[u8]>::to_vec))]),
        "It sends contents without their lengths.",
    ),
    fault(
        "two-messages-in-a-frame",
        BOTH,
        &["framing.one-message-in-a-frame", "layout.pong"],
        Always(&[Sent(When::Always, |_, content| {
            content::is(content, PONG).then(|| [content, content].concat()).and_then(content::say)
        })]),
        "It puts a PONG and another one into one frame.",
    ),
    fault(
        "ack-and-ping-in-a-frame",
        BOTH,
        &["framing.one-message-in-a-frame", "layout.ack"],
        Always(&[Sent(When::Always, |_, content| {
            content::is(content, ACK).then(|| [content, &[0x50, 0]].concat()).and_then(content::say)
        })]),
        "It puts an ACK and a PING into one frame.",
    ),
    fault(
        "message-in-two-frames",
        BOTH,
        &[
            "framing.one-message-in-a-frame",
            "layout.ack",
            "layout.pong",
            "layout.publish",
            "layout.response-hello",
            "layout.connection-request",
        ],
        Always(&[Octets(When::Always, |_, frame| {
            let content = frame.get(2..)?;
            let (one, other) = content.split_at(content.len() / 2);
            (!one.is_empty()).then(|| [content::framed(one), content::framed(other)].concat())
        })]),
        "It sends each message in two frames, one for each half.",
    ),
    fault(
        "long-message-in-two-frames",
        BOTH,
        &["framing.one-message-in-a-frame", "layout.publish"],
        Always(&[Octets(When::Always, |_, frame| {
            let content = frame.get(2..)?;
            let (one, other) = content.split_at_checked(1024)?;
            Some([content::framed(one), content::framed(other)].concat())
        })]),
        "It sends a message of more than 1024 octets in two frames.",
    ),
    fault(
        "reads-length-swapped",
        BOTH,
        &["framing.length-prefix", "handshake.first-request-answered"],
        Always(&cut(Way::LittleEndian)),
        "It reads the octets of a frame's length in the wrong order.",
    ),
    fault(
        "reads-low-octet-of-length",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::LowOctetOnly)),
        "It reads the second octet of a frame's length only.",
    ),
    fault(
        "reads-length-signed",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::SignedLength)),
        "It refuses a frame of 32768 octets or more, whose length it takes for negative.",
    ),
    fault(
        "refuses-longest-frame",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::Largest(65_534))),
        "It refuses a frame of 65535 octets.",
    ),
    fault(
        "refuses-frames-over-60000",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::Largest(60_000))),
        "It refuses frames of more than 60000 octets.",
    ),
    fault(
        "refuses-frames-over-16384",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::Largest(16_384))),
        "It refuses frames of more than 16384 octets.",
    ),
    fault(
        "refuses-frames-over-4096",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::Largest(4096))),
        "It refuses frames of more than 4096 octets.",
    ),
    fault(
        "refuses-frames-over-1024",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::Largest(1024))),
        "It refuses frames of more than 1024 octets.",
    ),
    fault(
        "refuses-frames-over-255",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::Largest(255))),
        "It refuses frames of more than 255 octets.",
    ),
    fault(
        "refuses-long-events",
        BOTH,
        &["framing.every-length"],
        Always(&cut(Way::LargestOfAnEvent(32_768))),
        "It refuses a PUBLISH of more than 32768 octets.",
    ),
    fault(
        "loses-cut-length",
        BOTH,
        &["framing.cut-in-length"],
        Always(&cut(Way::LosesCutLength)),
        "It loses the first octet of a length whose second comes in another segment.",
    ),
    fault(
        "loses-cut-content",
        BOTH,
        &["framing.cut-in-content", "framing.cut-into-many"],
        Always(&cut(Way::LosesCutContent)),
        "It loses a content that doesn't come in one segment with its length.",
    ),
    fault(
        "reads-64-segments-at-most",
        BOTH,
        &["framing.cut-into-many"],
        Always(&[Received(When::Always, |seen, _| {
            (seen.segments > 64).then(|| vec![Act::Machine(content::MALFORMED.to_vec())])
        })]),
        "It takes a frame that comes in more than 64 segments for malformed.",
    ),
    fault(
        "reads-two-segments-at-most",
        BOTH,
        &["framing.cut-into-many"],
        Always(&cut(Way::TwoSegments)),
        "It loses a frame that comes in more than two segments.",
    ),
    fault(
        "loses-single-octets",
        BOTH,
        &["framing.cut-into-many", "framing.cut-in-length", "framing.cut-in-content"],
        Always(&cut(Way::SingleOctetsLost)),
        "It loses an octet that comes in a segment of its own.",
    ),
    fault(
        "empties-its-buffer-after-a-frame",
        BOTH,
        &["framing.cut-behind-a-frame"],
        Always(&cut(Way::EmptiesAfterAFrame)),
        "It loses the beginning of a frame that comes behind a whole one.",
    ),
    fault(
        "reads-first-frame-of-a-segment",
        BOTH,
        &["framing.joined-all-processed"],
        Always(&cut(Way::FirstOfARead)),
        "Of several frames in a segment it reads the first only.",
    ),
    fault(
        "reads-two-frames-of-a-segment",
        BOTH,
        &["framing.joined-all-processed"],
        Always(&cut(Way::FirstTwoOfARead)),
        "Of several frames in a segment it reads two only.",
    ),
    fault(
        "reads-frames-in-reverse",
        BOTH,
        &["framing.joined-in-order"],
        Always(&cut(Way::Reversed)),
        "It deals with the frames of a segment in the opposite order.",
    ),
    fault(
        "cut-off-ping-answered",
        BOTH,
        &["framing.truncated-not-answered"],
        Always(&[Knob(|knobs| knobs.cut_off = Some(|left| made_whole(left, PING)))]),
        "It answers a PING that the end of the stream cuts off.",
    ),
    fault(
        "cut-off-publish-acked",
        BOTH,
        &["framing.truncated-not-answered", "framing.truncated-not-delivered"],
        Always(&[Knob(|knobs| knobs.cut_off = Some(with_shorter_data))]),
        "It takes and answers an event that the end of the stream cuts off.",
    ),
    fault(
        "cut-off-publish-delivered",
        BOTH,
        &["framing.truncated-not-delivered"],
        Always(&[
            Knob(|knobs| knobs.cut_off = Some(with_shorter_data)),
            Sent(When::Always, |seen, _| seen.is_ended.then(Vec::new)),
        ]),
        "It takes an event that the end of the stream cuts off, and answers nothing.",
    ),
    fault(
        "cut-off-ack-counted",
        BOTH,
        &["framing.truncated-answer-not-counted", "events.unanswered-sent-again"],
        Always(&[Knob(|knobs| knobs.cut_off = Some(|left| made_whole(left, ACK)))]),
        "It counts an ACK of which the last octet is missing.",
    ),
    fault(
        "cut-off-nack-counted",
        BOTH,
        &["framing.truncated-answer-not-counted", "events.unanswered-sent-again"],
        Always(&[Knob(|knobs| knobs.cut_off = Some(|left| made_whole(left, NACK)))]),
        "It counts a NACK that the end of the stream cuts off.",
    ),
    fault(
        "cut-off-request-recorded",
        SERVER,
        &["framing.truncated-changes-no-record"],
        Always(&[
            Knob(|knobs| knobs.cut_off = Some(|left| made_whole(left, REQUEST))),
            Sent(When::Always, |seen, _| seen.is_ended.then(Vec::new)),
        ]),
        "It records the client of a request that the end of the stream cuts off.",
    ),
    fault(
        "cut-off-request-answered",
        SERVER,
        &["framing.truncated-not-answered", "framing.truncated-changes-no-record"],
        Always(&[Knob(|knobs| knobs.cut_off = Some(|left| made_whole(left, REQUEST)))]),
        "It answers a request that the end of the stream cuts off.",
    ),
    fault(
        "cut-off-response-taken",
        CLIENT,
        &["framing.truncated-response-not-taken"],
        Always(&[Knob(|knobs| knobs.cut_off = Some(|left| made_whole(left, RESPONSE)))]),
        "It takes a hello that the end of the stream cuts off, and fills the id up with zeros.",
    ),
];
