//! Faults in numbers, chunks and text, of what is sent and of what is read.

use sinkcheck_spec::wire::Element;

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, Need, OWN_MOMENTS, SERVER, fault};
use super::layout::{
    big_endian_groups, longest_padding, misread_numbers, octets_of, pad, refuse, refuse_number, rewritten, zigzag,
};
use crate::deviation::Change::{Received, Sent};
use crate::deviation::When;
use crate::deviation::content::{self, NACK, PUBLISH, REQUEST};

const ALWAYS: When = When::Always;
const ADAPTER: &[Need] = &[Need::Adapter];

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "numbers-in-big-endian-groups",
        BOTH,
        &["layout.varint", "layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| rewritten(c, PUBLISH, |e| octets_of(e, big_endian_groups)))]),
        "It writes varints with the highest bits first.",
    )
    .needs(ADAPTER),
    fault(
        "numbers-zigzag",
        BOTH,
        &["layout.varint", "layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| rewritten(c, PUBLISH, |e| octets_of(e, zigzag)))]),
        "It writes varints as signed numbers in zigzag form.",
    )
    .needs(ADAPTER),
    fault(
        "numbers-of-eight-octets",
        BOTH,
        &["layout.varint", "layout.publish", "layout.varint-shortest"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, PUBLISH, |e| {
                if let Element::Varint { value, .. } = *e {
                    *e = Element::Octets(value.to_be_bytes().to_vec());
                }
            })
        })]),
        "It writes numbers in eight octets.",
    )
    .needs(ADAPTER),
    fault(
        "numbers-cut-to-32-bits",
        BOTH,
        &["layout.varint", "layout.varint-64-bits", "events.fields-unchanged"],
        Always(&[Received(ALWAYS, |_, c| misread_numbers(c, |n| n & 0xffff_ffff))]),
        "It reads the low 32 bits of a number.",
    )
    .needs(ADAPTER),
    fault(
        "numbers-cut-to-63-bits",
        BOTH,
        &["layout.varint-64-bits", "events.fields-unchanged"],
        Always(&[Received(ALWAYS, |_, c| misread_numbers(c, |n| n & i64::MAX as u64))]),
        "It reads the low 63 bits of a number.",
    )
    .needs(ADAPTER),
    fault(
        "numbers-read-signed",
        BOTH,
        &["layout.varint", "events.fields-unchanged"],
        Always(&[Received(ALWAYS, |_, c| {
            misread_numbers(c, |n| if n > 0x3f && n < 0x80 { n.wrapping_sub(0x80) } else { n })
        })]),
        "It reads a number of 64 to 127 as a negative one.",
    )
    .needs(ADAPTER),
    fault(
        "numbers-in-longer-form",
        BOTH,
        &["layout.varint-shortest"],
        At(|when| vec![Sent(when, |_, c| rewritten(c, PUBLISH, pad))], OWN_MOMENTS),
        "It writes the varints of an event longer than they need to be.",
    )
    .needs(ADAPTER),
    fault(
        "length-of-data-in-longer-form",
        BOTH,
        &["layout.varint-shortest"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, PUBLISH, |e| {
                if let Element::Chunk { length_octets, .. } = e {
                    *length_octets = Some(2);
                }
            })
        })]),
        "It writes the lengths of an event's chunks in two octets at least.",
    )
    .needs(ADAPTER),
    fault(
        "version-length-in-longer-form",
        CLIENT,
        &["layout.varint-shortest"],
        Always(&[Sent(ALWAYS, |_, c| rewritten(c, REQUEST, pad))]),
        "It writes the length of application_version longer than it needs to be.",
    ),
    fault(
        "nack-length-in-longer-form",
        BOTH,
        &["layout.varint-shortest"],
        Always(&[Sent(ALWAYS, |_, c| rewritten(c, NACK, pad))]),
        "It writes the length of a NACK's machine_message longer than it needs to be.",
    ),
    fault(
        "refuses-longer-forms",
        BOTH,
        &["layout.varint-longer-forms"],
        Always(&[Received(ALWAYS, |_, c| longest_padding(c).and_then(|_| refuse()))]),
        "It refuses a varint that is longer than it needs to be.",
    ),
    fault(
        "refuses-forms-over-5-octets",
        BOTH,
        &["layout.varint-longer-forms"],
        Always(&[Received(ALWAYS, |_, c| longest_padding(c).filter(|(octets, _)| *octets > 5).and_then(|_| refuse()))]),
        "It refuses a varint of more than 5 octets whose number is small.",
    ),
    fault(
        "refuses-forms-of-10-octets",
        BOTH,
        &["layout.varint-longer-forms"],
        Always(&[Received(ALWAYS, |_, c| longest_padding(c).filter(|(octets, _)| *octets > 9).and_then(|_| refuse()))]),
        "It refuses a varint of 10 octets whose number is small.",
    ),
    fault(
        "refuses-longer-forms-of-requests",
        SERVER,
        &["layout.varint-longer-forms"],
        Always(&[Received(ALWAYS, |_, c| {
            longest_padding(c).filter(|_| content::is(c, REQUEST)).and_then(|_| refuse())
        })]),
        "It refuses a request the length of whose application_version is longer than it needs to be.",
    ),
    fault(
        "refuses-longer-forms-of-nacks",
        BOTH,
        &["layout.varint-longer-forms"],
        Always(&[Received(ALWAYS, |_, c| longest_padding(c).filter(|_| content::is(c, NACK)).and_then(|_| refuse()))]),
        "It refuses a NACK the length of whose machine_message is longer than it needs to be.",
    )
    .needs(ADAPTER),
    fault(
        "refuses-numbers-over-63-bits",
        BOTH,
        &["layout.varint-64-bits"],
        Always(&[Received(ALWAYS, |_, c| refuse_number(c, |n| n > i64::MAX as u64))]),
        "It refuses a number of 2^63 or more.",
    ),
    fault(
        "refuses-numbers-over-53-bits",
        BOTH,
        &["layout.varint-64-bits"],
        Always(&[Received(ALWAYS, |_, c| refuse_number(c, |n| n >> 53 > 0))]),
        "It refuses a number of 2^53 or more.",
    ),
    fault(
        "refuses-numbers-over-32-bits",
        BOTH,
        &["layout.varint-64-bits"],
        Always(&[Received(ALWAYS, |_, c| refuse_number(c, |n| n > u64::from(u32::MAX)))]),
        "It refuses a number of 2^32 or more.",
    ),
    fault(
        "refuses-largest-number",
        BOTH,
        &["layout.varint-64-bits"],
        Always(&[Received(ALWAYS, |_, c| refuse_number(c, |n| n == u64::MAX))]),
        "It refuses the number 2^64-1.",
    ),
    fault(
        "refuses-large-schema-version",
        BOTH,
        &["layout.varint-64-bits"],
        Always(&[Received(ALWAYS, |_, c| {
            content::event(c).filter(|e| e.schema_version > 0xffff).and_then(|_| refuse())
        })]),
        "It refuses a schema_version of more than 16 bits.",
    ),
    fault(
        "refuses-large-type",
        BOTH,
        &["layout.varint-64-bits"],
        Always(&[Received(ALWAYS, |_, c| {
            content::event(c).filter(|e| e.event_type_id > u64::from(u32::MAX)).and_then(|_| refuse())
        })]),
        "It refuses an event_type_id of more than 32 bits.",
    ),
    fault(
        "chunks-of-127-at-most",
        BOTH,
        &["layout.chunk"],
        Always(&[Received(ALWAYS, |_, c| {
            content::event(c).filter(|e| e.key.len() > 127 || e.event_data.len() > 127).and_then(|_| refuse())
        })]),
        "It reads one octet as a chunk's length, so chunks of more than 127 octets are malformed to it.",
    ),
    fault(
        "keys-of-255-at-most",
        BOTH,
        &["layout.chunk"],
        Always(&[Received(ALWAYS, |_, c| content::event(c).filter(|e| e.key.len() > 255).and_then(|_| refuse()))]),
        "It refuses a key of more than 255 octets.",
    ),
    fault(
        "refuses-empty-key",
        BOTH,
        &["layout.chunk"],
        Always(&[Received(ALWAYS, |_, c| content::event(c).filter(|e| e.key.is_empty()).and_then(|_| refuse()))]),
        "It refuses an event with an empty key.",
    ),
    fault(
        "refuses-empty-data",
        BOTH,
        &["layout.chunk"],
        Always(&[Received(ALWAYS, |_, c| {
            content::event(c).filter(|e| e.event_data.is_empty()).and_then(|_| refuse())
        })]),
        "It refuses an event with empty event_data.",
    ),
    fault(
        "refuses-octets-that-are-no-text",
        BOTH,
        &["layout.chunk"],
        Always(&[Received(ALWAYS, |_, c| {
            content::event(c)
                .filter(|e| std::str::from_utf8(&e.event_data).is_err() || std::str::from_utf8(&e.key).is_err())
                .and_then(|_| refuse())
        })]),
        "It refuses an event whose key or event_data is not UTF-8.",
    ),
    fault(
        "chunk-length-of-four-octets",
        BOTH,
        &["layout.chunk", "layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, PUBLISH, |e| {
                if let Element::Chunk { octets, .. } = e {
                    let length = (octets.len() as u32).to_be_bytes();
                    *e = Element::Octets([&length[..], octets].concat());
                }
            })
        })]),
        "It writes a chunk's length in four octets.",
    )
    .needs(ADAPTER),
    fault(
        "chunk-length-counts-itself",
        BOTH,
        &["layout.chunk", "layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, PUBLISH, |e| {
                if let Element::Chunk { declared, octets, .. } = e {
                    *declared = Some(octets.len() as u64 + 1);
                }
            })
        })]),
        "A chunk's length counts itself.",
    )
    .needs(ADAPTER),
    fault(
        "version-not-utf8",
        CLIENT,
        &["layout.text-utf8", "introduction.carries-application-version"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, REQUEST, |e| {
                if let Element::Chunk { octets, .. } = e {
                    octets.push(0xe4);
                }
            })
        })]),
        "Its application_version is not UTF-8.",
    ),
    fault(
        "human-message-not-utf8",
        BOTH,
        &["layout.text-utf8"],
        Always(&[Sent(ALWAYS, |_, c| content::is(c, NACK).then(|| [c, &[0xfc]].concat()).and_then(content::say))]),
        "The human_message of its NACKs is not UTF-8.",
    ),
    fault(
        "quarantine-not-utf8",
        SERVER,
        &["layout.text-utf8", "handshake.quarantined-carries-reason"],
        Always(&[Sent(ALWAYS, |_, c| {
            (c.first() == Some(&0x13)).then(|| [c, &[0xfc]].concat()).and_then(content::say)
        })]),
        "The human_message of a quarantine is not UTF-8.",
    ),
];
