//! Faults in how contents are laid out, of what is sent and of what is read.

use sinkcheck_spec::wire::{Element, Message};

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, OWN_MOMENTS, SERVER, fault};
use crate::deviation::Change::{Received, Sent};
use crate::deviation::content::{self, ACK, MALFORMED, NACK, PONG, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, When};

const ALWAYS: When = When::Always;

pub(super) fn refuse() -> Option<Vec<Act>> {
    content::feed(MALFORMED)
}

/// Refuses a PUBLISH one of whose numbers is so.
pub(super) fn refuse_number(content: &[u8], is_so: impl Fn(u64) -> bool) -> Option<Vec<Act>> {
    let event = content::event(content)?;
    let numbers = [event.event_type_id, event.schema_version, event.offset, event.timestamp];
    numbers.into_iter().any(is_so).then(refuse).flatten()
}

/// The PUBLISH as it would be read with another idea of numbers.
pub(super) fn misread_numbers(content: &[u8], read: impl Fn(u64) -> u64) -> Option<Vec<Act>> {
    content::with_event(content, |fields| {
        for number in [&mut fields.schema_version, &mut fields.offset, &mut fields.timestamp] {
            *number = read(*number);
        }
    })
    .and_then(content::feed)
}

/// The longest varint of a content's numbers and lengths, in octets beyond its shortest form.
pub(super) fn longest_padding(content: &[u8]) -> Option<(usize, usize)> {
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
pub(super) fn rewritten(content: &[u8], of: u8, change: impl FnMut(&mut Element)) -> Option<Vec<Act>> {
    let changed = content::is(content, of).then(|| content::with_elements(content, change)).flatten();
    // What no frame has room for stays as it is.
    changed.filter(|changed| changed.len() <= usize::from(u16::MAX)).and_then(content::say)
}

pub(super) fn pad(element: &mut Element) {
    match element {
        Element::Varint { octets, .. } => *octets = Some(10),
        Element::Chunk { length_octets, .. } => *length_octets = Some(3),
        _ => {}
    }
}

/// A number as other forms write it.
pub(super) fn octets_of(element: &mut Element, write: impl Fn(u64) -> Vec<u8>) {
    match element {
        Element::Varint { value, .. } => *element = Element::Octets(write(*value)),
        Element::Chunk { octets, .. } => {
            *element = Element::Octets([write(octets.len() as u64), std::mem::take(octets)].concat());
        }
        _ => {}
    }
}

pub(super) fn big_endian_groups(value: u64) -> Vec<u8> {
    let mut groups = vec![(value & 0x7f) as u8];
    let mut rest = value >> 7;
    while rest > 0 {
        groups.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    groups.reverse();
    groups
}

pub(super) fn zigzag(value: u64) -> Vec<u8> {
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
pub(super) fn longer(content: &[u8], of: u8) -> Option<Vec<Act>> {
    content::is(content, of).then(|| [content, &[0]].concat()).and_then(content::say)
}

/// A content without its last octet.
pub(super) fn shorter(content: &[u8], of: u8) -> Option<Vec<Act>> {
    let (_, rest) = content.split_last().filter(|_| content::is(content, of))?;
    content::say(rest)
}

/// The response or request with its ids written so.
pub(super) fn ids_written(content: &[u8], write: impl Fn(u32) -> Vec<u8>) -> Option<Vec<Act>> {
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
pub(super) fn ids_read(content: &[u8], read: impl Fn(u32) -> u32) -> Option<Vec<Act>> {
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

pub(super) fn refuse_ids(content: &[u8], is_so: impl Fn(u32) -> bool) -> Option<Vec<Act>> {
    let ids = if let Some((_, client, server)) = content::request(content) {
        vec![Some(client), server]
    } else {
        let id = content.get(1..5).filter(|_| content.first() == Some(&0x11) && content.len() == 5)?;
        vec![id.first_chunk::<4>().map(|id| u32::from_be_bytes(*id))]
    };
    ids.into_iter().flatten().any(is_so).then(refuse).flatten()
}

/// The bits after a PING or a PONG.
pub(super) fn bits(content: &[u8], of: u8) -> Option<u16> {
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
        &[
            "layout.u32",
            "introduction.carries-client-instance-id",
            "introduction.hello-id-carried",
            "handshake.hello-carries-server-id",
        ],
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
];
