//! Faults in how contents are laid out, of what is sent and of what is read.

use sinkcheck_spec::wire::{Element, Message};

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, Need, OWN_MOMENTS, SERVER, fault};
use crate::deviation::Change::{Received, Sent};
use crate::deviation::content::{self, ACK, MALFORMED, NACK, PING, PONG, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, When};

const ALWAYS: When = When::Always;
const ADAPTER: &[Need] = &[Need::Adapter];

fn refuse() -> Option<Vec<Act>> {
    content::feed(MALFORMED)
}

/// Refuses a PUBLISH one of whose numbers is so.
fn refuse_number(content: &[u8], is_so: impl Fn(u64) -> bool) -> Option<Vec<Act>> {
    let event = content::event(content)?;
    let numbers = [event.event_type_id, event.schema_version, event.offset, event.timestamp];
    numbers.into_iter().any(is_so).then(refuse).flatten()
}

/// The PUBLISH as it would be read with another idea of numbers.
fn misread_numbers(content: &[u8], read: impl Fn(u64) -> u64) -> Option<Vec<Act>> {
    content::with_event(content, |fields| {
        for number in [&mut fields.schema_version, &mut fields.offset, &mut fields.timestamp] {
            *number = read(*number);
        }
    })
    .and_then(content::feed)
}

/// The longest varint of a content's numbers and lengths, in octets beyond its shortest form.
fn longest_padding(content: &[u8]) -> Option<(usize, usize)> {
    use sinkcheck_spec::wire::Note;
    let (_, notes) = Message::decode_noting(content).ok()?;
    let padded = notes.iter().filter_map(|note| match note {
        Note::LongVarint { octets, .. } => Some(*octets),
        _ => None,
    });
    let most = padded.max()?;
    Some((most, notes.len()))
}

/// Numbers and lengths of a content of this type, written otherwise.
fn rewritten(content: &[u8], of: u8, change: impl FnMut(&mut Element)) -> Option<Vec<Act>> {
    content::is(content, of).then(|| content::with_elements(content, change)).flatten().and_then(content::say)
}

fn pad(element: &mut Element) {
    match element {
        Element::Varint { octets, .. } => *octets = Some(10),
        Element::Chunk { length_octets, .. } => *length_octets = Some(3),
        _ => {}
    }
}

/// A number as other forms write it.
fn octets_of(element: &mut Element, write: impl Fn(u64) -> Vec<u8>) {
    match element {
        Element::Varint { value, .. } => *element = Element::Octets(write(*value)),
        Element::Chunk { octets, .. } => {
            *element = Element::Octets([write(octets.len() as u64), std::mem::take(octets)].concat());
        }
        _ => {}
    }
}

fn big_endian_groups(value: u64) -> Vec<u8> {
    let mut groups = vec![(value & 0x7f) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        groups.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    groups.reverse();
    groups
}

fn zigzag(value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    let mut value = u128::from(value) << 1;
    while value > 0x7f {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A content with octets behind it.
fn longer(content: &[u8], of: u8) -> Option<Vec<Act>> {
    content::is(content, of).then(|| [content, &[0]].concat()).and_then(content::say)
}

/// A content without its last octet.
fn shorter(content: &[u8], of: u8) -> Option<Vec<Act>> {
    let (_, rest) = content.split_last().filter(|_| content::is(content, of))?;
    content::say(rest)
}

/// The response or request with its ids written so.
fn ids_written(content: &[u8], write: impl Fn(u32) -> Vec<u8>) -> Option<Vec<Act>> {
    if !content::is(content, REQUEST) && !content::is(content, RESPONSE) {
        return None;
    }
    let mut found = false;
    let written = content::with_elements(content, |element| {
        if let Element::U32(id) = *element {
            found = true;
            *element = Element::Octets(write(id));
        }
    })?;
    found.then(|| vec![Act::Peer(written)])
}

/// A request or hello as it would be read with other ids.
fn ids_read(content: &[u8], read: impl Fn(u32) -> u32) -> Option<Vec<Act>> {
    if let Some((version, client, server)) = content::request(content) {
        let same = read(client) == client && server.is_none_or(|id| read(id) == id);
        let request = content::request_of(version, read(client), server.map(&read))?;
        return (!same).then(|| vec![Act::Machine(request)]);
    }
    let id = content.get(1..5).filter(|_| content.first() == Some(&0x11) && content.len() == 5)?;
    let id = u32::from_be_bytes(*id.first_chunk::<4>()?);
    let hello = [&[0x11], &read(id).to_be_bytes()[..]].concat();
    (read(id) != id).then(|| vec![Act::Machine(hello)])
}

fn refuse_ids(content: &[u8], is_so: impl Fn(u32) -> bool) -> Option<Vec<Act>> {
    let ids = if let Some((_, client, server)) = content::request(content) {
        vec![Some(client), server]
    } else {
        let id = content.get(1..5).filter(|_| content.first() == Some(&0x11) && content.len() == 5)?;
        vec![id.first_chunk::<4>().map(|id| u32::from_be_bytes(*id))]
    };
    ids.into_iter().flatten().any(is_so).then(refuse).flatten()
}

/// The bits after a PING or a PONG.
fn bits(content: &[u8], of: u8) -> Option<u16> {
    content::id(content).filter(|&bits| content::is(content, of) && content.len() == 2 && bits != 0)
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "ack-of-an-unused-type",
        BOTH,
        &["layout.message-type", "events.answered"],
        At(
            |when| {
                vec![Sent(when, |_, c| content::is(c, ACK).then(|| content::with_kind(c, 9)).and_then(content::say))]
            },
            OWN_MOMENTS,
        ),
        "Its ACKs have the type 9.",
    ),
    fault(
        "pong-of-type-2",
        BOTH,
        &["layout.message-type", "keepalive.ping-answered"],
        Always(&[Sent(ALWAYS, |_, c| content::is(c, PONG).then(|| content::with_kind(c, 2)).and_then(content::say))]),
        "Its PONGs have the type 2.",
    ),
    fault(
        "type-in-the-low-bits",
        BOTH,
        &["layout.message-type", "layout.ack", "layout.pong"],
        Always(&[Sent(ALWAYS, |_, c| {
            let first = c.first()?;
            (content::is(c, ACK) || content::is(c, PONG))
                .then(|| [&[first.rotate_left(4)], c.get(1..).unwrap_or_default()].concat())
                .and_then(content::say)
        })]),
        "The type of its ACKs and PONGs is in the low four bits of the first octet.",
    ),
    fault(
        "message-id-swapped",
        BOTH,
        &["layout.message-id", "events.answer-carries-id", "events.ids-go-up-by-one"],
        Always(&[Sent(ALWAYS, |_, c| {
            let id = content::id(c)?;
            (matches!(content::kind(c), ACK | NACK | PUBLISH))
                .then(|| content::with_id(c, (id & 0xff) << 4 | id >> 8))
                .and_then(content::say)
        })]),
        "It writes the two parts of a message id in the opposite order.",
    ),
    fault(
        "ids-of-instances-swapped",
        BOTH,
        &["layout.u32", "introduction.carries-client-instance-id", "handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |_, c| ids_written(c, |id| id.to_le_bytes().to_vec()))]),
        "It writes instance ids with the lowest octet first.",
    ),
    fault(
        "ids-of-instances-as-varints",
        BOTH,
        &["layout.u32", "layout.response-hello", "layout.connection-request"],
        Always(&[Sent(ALWAYS, |_, c| {
            ids_written(c, |id| {
                let mut out = Vec::new();
                let mut id = id;
                while id > 0x7f {
                    out.push((id & 0x7f) as u8 | 0x80);
                    id >>= 7;
                }
                out.push(id as u8);
                out
            })
        })]),
        "It writes instance ids as varints.",
    ),
    fault(
        "ids-of-instances-of-eight-octets",
        BOTH,
        &["layout.u32", "layout.response-hello", "layout.connection-request"],
        Always(&[Sent(ALWAYS, |_, c| ids_written(c, |id| u64::from(id).to_be_bytes().to_vec()))]),
        "It writes instance ids in eight octets.",
    ),
    fault(
        "ids-of-instances-of-two-octets",
        BOTH,
        &["layout.u32", "layout.response-hello", "layout.connection-request"],
        Always(&[Sent(ALWAYS, |_, c| ids_written(c, |id| (id as u16).to_be_bytes().to_vec()))]),
        "It writes instance ids in two octets.",
    ),
    fault(
        "reads-ids-of-instances-swapped",
        SERVER,
        &["layout.u32", "handshake.connected"],
        Always(&[Received(ALWAYS, |_, c| ids_read(c, u32::swap_bytes))]),
        "It reads instance ids with the lowest octet first.",
    ),
    fault(
        "reads-server-id-swapped",
        CLIENT,
        &["layout.u32", "introduction.hello-id-carried"],
        Always(&[Received(ALWAYS, |_, c| ids_read(c, u32::swap_bytes))]),
        "It reads instance ids with the lowest octet first.",
    ),
    fault(
        "reads-31-bits-of-instances",
        BOTH,
        &["layout.every-instance-id", "introduction.hello-id-carried", "handshake.mismatch-other-client"],
        Always(&[Received(ALWAYS, |_, c| ids_read(c, |id| id & 0x7fff_ffff))]),
        "It reads the low 31 bits of instance ids.",
    ),
    fault(
        "reads-16-bits-of-instances",
        BOTH,
        &[
            "layout.every-instance-id",
            "introduction.hello-id-carried",
            "handshake.mismatch-other-client",
            "handshake.mismatch-wiped-client",
        ],
        Always(&[Received(ALWAYS, |_, c| ids_read(c, |id| id & 0xffff))]),
        "It reads the low 16 bits of instance ids.",
    ),
    fault(
        "reads-8-bits-of-instances",
        BOTH,
        &[
            "layout.every-instance-id",
            "introduction.hello-id-carried",
            "handshake.mismatch-other-client",
            "handshake.mismatch-wiped-client",
        ],
        Always(&[Received(ALWAYS, |_, c| ids_read(c, |id| id & 0xff))]),
        "It reads the low 8 bits of instance ids.",
    ),
    fault(
        "reads-24-bits-of-instances",
        BOTH,
        &["layout.every-instance-id", "introduction.hello-id-carried", "handshake.mismatch-other-client"],
        Always(&[Received(ALWAYS, |_, c| ids_read(c, |id| id & 0xff_ffff))]),
        "It reads the low 24 bits of instance ids.",
    ),
    fault(
        "refuses-large-instance-ids",
        BOTH,
        &["layout.every-instance-id"],
        Always(&[Received(ALWAYS, |_, c| refuse_ids(c, |id| id > i32::MAX as u32))]),
        "It refuses instance ids of 2^31 and above.",
    ),
    fault(
        "refuses-largest-instance-id",
        BOTH,
        &["layout.every-instance-id"],
        Always(&[Received(ALWAYS, |_, c| refuse_ids(c, |id| id == u32::MAX))]),
        "It refuses the instance id 4294967295.",
    ),
    fault(
        "refuses-instance-id-zero",
        BOTH,
        &["layout.zero-instance-id", "layout.every-instance-id"],
        Always(&[Received(ALWAYS, |_, c| refuse_ids(c, |id| id == 0))]),
        "It refuses the instance id 0.",
    ),
    fault(
        "server-id-zero-is-none",
        SERVER,
        &["layout.zero-instance-id", "handshake.mismatch-other-server", "handshake.mismatch-without-record"],
        Always(&[Received(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            (server == Some(0)).then(|| content::request_of(version, client, None)).flatten().and_then(content::feed)
        })]),
        "It takes a request with the server_instance_id 0 for one without.",
    ),
    fault(
        "client-id-zero-is-none",
        SERVER,
        &["layout.zero-instance-id", "handshake.mismatch-wiped-client", "handshake.hello-recorded"],
        Always(&[Received(ALWAYS, |seen, c| {
            let (version, client, server) = content::request(c)?;
            (client == 0)
                .then(|| content::request_of(version, seen.origin.recorded?, server))
                .flatten()
                .and_then(content::feed)
        })]),
        "It takes the client_instance_id 0 for the recorded one.",
    ),
    fault(
        "kept-zero-is-none",
        CLIENT,
        &["layout.zero-instance-id", "introduction.hello-id-carried"],
        Always(&[Sent(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            (server == Some(0)).then(|| content::request_of(version, client, None)).flatten().and_then(content::say)
        })]),
        "It sends no server_instance_id where the server's is 0.",
    ),
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
    fault(
        "request-with-octets-behind",
        CLIENT,
        &["layout.connection-request"],
        Always(&[Sent(ALWAYS, |_, c| longer(c, REQUEST))]),
        "There is an octet behind the ids of its request.",
    ),
    fault(
        "request-ids-exchanged",
        CLIENT,
        &["layout.connection-request", "introduction.carries-client-instance-id"],
        Always(&[Sent(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            let server = server.filter(|&server| server != client)?;
            content::request_of(version, server, Some(client)).and_then(content::say)
        })]),
        "Its request has the server's id before its own.",
    ),
    fault(
        "request-without-server-id-has-zero",
        CLIENT,
        &["layout.request-without-server-id", "introduction.new-client-without-server-id"],
        Always(&[Sent(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            server.is_none().then(|| content::request_of(version, client, Some(0))).flatten().and_then(content::say)
        })]),
        "A request without a server_instance_id has four octets of zero in its place.",
    ),
    fault(
        "request-version-with-zero-octet",
        CLIENT,
        &["layout.connection-request", "introduction.carries-application-version"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, REQUEST, |e| {
                if let Element::Chunk { octets, declared, .. } = e {
                    *declared = Some(octets.len() as u64);
                    octets.push(0);
                }
            })
        })]),
        "Its application_version is followed by an octet of zero.",
    ),
    fault(
        "response-of-an-unused-code",
        SERVER,
        &["layout.connection-response"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    content::is(c, RESPONSE)
                        .then(|| [&[0x16], c.get(1..).unwrap_or_default()].concat())
                        .and_then(content::say)
                })]
            },
            &[When::Always, When::Reconnected, When::OtherClient],
        ),
        "Its responses have the code 6.",
    ),
    fault(
        "hello-with-octets-behind",
        SERVER,
        &["layout.response-hello"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x11)).then(|| longer(c, RESPONSE)).flatten())]),
        "There is an octet behind the id of its hello.",
    ),
    fault(
        "hello-short",
        SERVER,
        &["layout.response-hello", "handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x11)).then(|| shorter(c, RESPONSE)).flatten())]),
        "The id of its hello has three octets.",
    ),
    fault(
        "hello-without-id",
        SERVER,
        &["layout.response-hello", "handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x11)).then(|| vec![Act::Peer(vec![0x11])]))]),
        "Its hello carries no id.",
    ),
    fault(
        "connected-with-id",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x10]).then(|| vec![Act::Peer(vec![0x10, 0, 0, 0, 2])]))]),
        "Its response \"connected\" carries its id.",
    ),
    fault(
        "mismatch-with-octets-behind",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x12]).then(|| longer(c, RESPONSE)).flatten())]),
        "There is an octet behind the response \"instance id mismatch\".",
    ),
    fault(
        "unsupported-protocol-with-version",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x14]).then(|| longer(c, RESPONSE)).flatten())]),
        "Its response \"unsupported protocol version\" carries its own version.",
    ),
    fault(
        "unsupported-application-with-reason",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x15]).then(|| longer(c, RESPONSE)).flatten())]),
        "Its response \"unsupported application version\" carries a reason.",
    ),
    fault(
        "publish-with-octets-behind",
        BOTH,
        &["layout.publish"],
        At(|when| vec![Sent(when, |_, c| longer(c, PUBLISH))], OWN_MOMENTS),
        "There is an octet behind its events.",
    )
    .needs(ADAPTER),
    fault(
        "publish-short",
        BOTH,
        &["layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| shorter(c, PUBLISH))]),
        "Its events lack their last octet.",
    )
    .needs(ADAPTER),
    fault(
        "publish-without-timestamp",
        BOTH,
        &["layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| {
            let mut place = 0;
            rewritten(c, PUBLISH, |e| {
                place += 1;
                if place == 5 {
                    *e = Element::Octets(Vec::new());
                }
            })
        })]),
        "Its events have no timestamp.",
    )
    .needs(ADAPTER),
    fault(
        "publish-fields-exchanged",
        BOTH,
        &["layout.publish", "events.fields-unchanged"],
        Always(&[Sent(ALWAYS, |_, c| {
            content::with_event(c, |f| std::mem::swap(&mut f.offset, &mut f.timestamp)).and_then(content::say)
        })]),
        "Its events have the timestamp before the offset.",
    )
    .needs(ADAPTER),
    fault(
        "ack-long",
        BOTH,
        &["layout.ack"],
        At(|when| vec![Sent(when, |_, c| longer(c, ACK))], OWN_MOMENTS),
        "There is an octet behind its ACKs.",
    ),
    fault(
        "ack-short",
        BOTH,
        &["layout.ack"],
        Always(&[Sent(ALWAYS, |_, c| shorter(c, ACK))]),
        "Its ACKs have one octet.",
    ),
    fault(
        "nack-without-length",
        BOTH,
        &["layout.nack"],
        Always(&[Sent(ALWAYS, |_, c| {
            let id = content::id(c)?;
            content::is(c, NACK)
                .then(|| [&content::with_id(&[0x70, 0], id)[..], b"no such type"].concat())
                .and_then(content::say)
        })]),
        "Its NACKs have no machine_message, not even an empty one.",
    ),
    fault(
        "nack-bare",
        BOTH,
        &["layout.nack"],
        Always(&[Sent(ALWAYS, |_, c| {
            content::is(c, NACK).then(|| c.get(..2).map(<[u8]>::to_vec)).flatten().and_then(content::say)
        })]),
        "Its NACKs end after the message id.",
    ),
    fault(
        "nack-length-too-large",
        BOTH,
        &["layout.nack"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, NACK, |e| {
                if let Element::Chunk { declared, .. } = e {
                    *declared = Some(60);
                }
            })
        })]),
        "The machine_message of its NACKs runs past the end.",
    ),
    fault(
        "ping-short",
        CLIENT,
        &["layout.ping"],
        Always(&[Sent(ALWAYS, |_, c| shorter(c, PING))]),
        "Its PINGs have one octet.",
    )
    .needs(&[Need::Time]),
    fault(
        "ping-long",
        CLIENT,
        &["layout.ping"],
        Always(&[Sent(ALWAYS, |_, c| longer(c, PING))]),
        "There is an octet behind its PINGs.",
    )
    .needs(&[Need::Time]),
    fault(
        "pong-short",
        BOTH,
        &["layout.pong"],
        At(|when| vec![Sent(when, |_, c| shorter(c, PONG))], OWN_MOMENTS),
        "Its PONGs have one octet.",
    ),
    fault(
        "pong-long",
        BOTH,
        &["layout.pong"],
        Always(&[Sent(ALWAYS, |_, c| longer(c, PONG))]),
        "There is an octet behind its PONGs.",
    ),
    fault(
        "ping-with-bits-unanswered",
        BOTH,
        &["layout.ping-bits-ignored", "keepalive.ping-answered"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).map(|_| Vec::new()))]),
        "It takes no notice of a PING the last twelve bits of which are not 0.",
    ),
    fault(
        "ping-with-bits-refused",
        BOTH,
        &["layout.ping-bits-ignored", "keepalive.ping-at-any-time"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).and_then(|_| refuse()))]),
        "It takes a PING for malformed the last twelve bits of which are not 0.",
    ),
    fault(
        "ping-with-high-bits-refused",
        BOTH,
        &["layout.ping-bits-ignored"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).filter(|bits| bits & 0xf00 != 0).and_then(|_| refuse()))]),
        "It takes a PING for malformed the low four bits of whose first octet are not 0.",
    ),
    fault(
        "ping-with-low-bits-refused",
        BOTH,
        &["layout.ping-bits-ignored"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).filter(|bits| bits & 0xff != 0).and_then(|_| refuse()))]),
        "It takes a PING for malformed whose second octet is not 0.",
    ),
    fault(
        "pong-with-bits-refused",
        BOTH,
        &["layout.pong-bits-ignored", "keepalive.pong-at-any-time"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PONG).and_then(|_| refuse()))]),
        "It takes a PONG for malformed the last twelve bits of which are not 0.",
    ),
    fault(
        "pong-with-bits-is-an-ack",
        BOTH,
        &["layout.pong-bits-ignored", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |_, c| {
            content::id(c).filter(|_| content::is(c, PONG)).map(|id| vec![Act::Machine(content::ack(id))])
        })]),
        "It takes a PONG for the ACK of the event whose message id it carries.",
    )
    .needs(ADAPTER),
];
