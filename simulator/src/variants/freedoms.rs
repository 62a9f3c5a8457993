//! The freedoms that are used, and what their uses share.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::{DecodeErrorKind, Message, MessageId};

use super::variant::Use;
use super::{connecting, events, tolerance};
use crate::deviation::content::{self, ACK, NACK, PONG, PUBLISH, RESPONSE};
use crate::deviation::{Act, Change, When};

pub(super) const ALWAYS: When = When::Always;
pub(super) const BOTH: &[Role] = &Role::ALL;
pub(super) const SERVER: &[Role] = &[Role::Server];
pub(super) const CLIENT: &[Role] = &[Role::Client];

pub(super) const fn used(
    name: &'static str,
    roles: &'static [Role],
    freedoms: &'static [&'static str],
    slots: &'static [&'static str],
    changes: &'static [Change],
    sentence: &'static str,
) -> Use {
    Use { name, roles, freedoms, slots, changes, sentence }
}

pub(super) fn is_answer(content: &[u8]) -> bool {
    content::is(content, ACK) || content::is(content, NACK)
}

pub(super) fn is_pong(content: &[u8]) -> bool {
    content::is(content, PONG)
}

pub(super) fn any(_: &[u8]) -> bool {
    true
}

/// A short while, which a suite must not take for no answer.
pub(super) const WHILE: Duration = Duration::from_millis(25);

pub(super) fn first_id(id: u16) -> Option<MessageId> {
    MessageId::new(id)
}

/// A malformed PUBLISH's message id, if it can be read.
pub(super) fn malformed_publish(content: &[u8]) -> Option<u16> {
    let id = content::id(content).filter(|_| content::is(content, PUBLISH))?;
    let error = Message::decode(content).err()?;
    (!error.kind.is_open()).then_some(id)
}

/// The content with text in it made of what is none.
pub(super) fn as_text(content: &[u8]) -> Option<Vec<Act>> {
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
pub(super) fn with_largest_number(content: &[u8]) -> Option<Vec<Act>> {
    let error = Message::decode(content).err().filter(|error| error.kind == DecodeErrorKind::NumberTooLarge)?;
    let rest = content.get(error.at..)?;
    let octets = rest.iter().position(|octet| octet & 0x80 == 0)? + 1;
    let largest = [&[0xff; 9][..], &[1]].concat();
    let read = [content.get(..error.at)?, &largest, rest.get(octets..)?].concat();
    Message::decode(&read).is_ok().then(|| vec![Act::Machine(read)])
}

/// The rejections that apply to the request, by code.
pub(super) fn applies(seen: &crate::deviation::Seen, code: u8) -> bool {
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

pub(super) fn rejection_in_place(seen: &crate::deviation::Seen, content: &[u8], code: u8) -> Option<Vec<Act>> {
    let said = *content.first().filter(|_| content::is(content, RESPONSE))? & 15;
    let response = if code == 3 { vec![0x13, 0] } else { vec![0x10 | code] };
    (said > 1 && said != 4 && said != code && applies(seen, code)).then(|| vec![Act::Peer(response)])
}

/// The freedoms, section by section.
pub(super) const SECTIONS: &[&[Use]] = &[events::FREEDOMS, connecting::FREEDOMS, tolerance::FREEDOMS];
