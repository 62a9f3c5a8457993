//! Messages and near-messages out of random octets: proptest draws the octets, `arbitrary` builds from them, and the
//! fuzz targets build the same.

use arbitrary::{Arbitrary, Result, Unstructured};
use proptest::prelude::*;
use sinkcheck_spec::wire::{Element, Message, RawContent};

/// Octets to build from: enough for several fields of some length.
pub(crate) fn seed() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..600)
}

/// A message of these octets, if they are enough for one.
pub(crate) fn message(seed: &[u8]) -> Option<Message<'_>> {
    Message::arbitrary(&mut Unstructured::new(seed)).ok()
}

/// The content of a message after some accidents.
pub(crate) fn spoiled(seed: &[u8]) -> Option<Vec<u8>> {
    let mut u = Unstructured::new(seed);
    spoil(&mut u).ok()
}

fn spoil(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let accidents = u.int_in_range(0..=3)?;
    // Drawn first: a message may use up all the octets there are.
    let accidents: Vec<(u8, u32, u64)> = (0..accidents).map(|_| u.arbitrary()).collect::<Result<_>>()?;
    let mut raw = RawContent::from(&Message::arbitrary(u)?);
    for &(what, place, number) in accidents.iter().filter(|(what, ..)| what % 2 == 0) {
        spoil_element(&mut raw.elements, what / 2, place, number);
    }
    let mut content = raw.encode();
    for &(what, place, number) in accidents.iter().filter(|(what, ..)| what % 2 == 1) {
        spoil_octets(&mut content, what / 2, place, number);
    }
    Ok(content)
}

fn spoil_element(elements: &mut Vec<Element>, what: u8, place: u32, number: u64) {
    // The first element holds the type. Most contents are better kept of their type, and with an octet.
    let Some(fields) = elements.len().checked_sub(1).filter(|fields| *fields > 0) else {
        return;
    };
    let place = 1 + place as usize % fields;
    // Up to 12 octets: past the ten that everyone must read.
    let padding = Some((number % 13) as usize);
    match &mut elements[place] {
        Element::Varint { octets, .. } if !what.is_multiple_of(4) => *octets = padding,
        Element::Chunk { length_octets, .. } if what % 4 > 1 => *length_octets = padding,
        Element::Chunk { declared, octets, .. } if what % 4 == 1 => {
            // The truth, or one more or less, is as likely as a number of any size.
            let length = octets.len() as u64;
            let near = [length, length + 1, length.saturating_sub(1)];
            *declared = Some(near.get(number as usize % 6).copied().unwrap_or(number));
        }
        _ => {
            elements.remove(place);
        }
    }
}

fn spoil_octets(content: &mut Vec<u8>, what: u8, place: u32, number: u64) {
    let place = place as usize % (content.len() + 1);
    match what % 4 {
        0 => content.truncate(place),
        1 => content.insert(place, number as u8),
        2 => content.extend_from_slice(&number.to_be_bytes()[..place % 9]),
        _ => {
            if let Some(octet) = content.get_mut(place) {
                *octet ^= 1 << (number % 8);
            }
        }
    }
}
