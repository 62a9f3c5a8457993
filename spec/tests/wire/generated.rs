//! Messages and near-messages out of random octets: proptest draws the octets, `arbitrary` builds from them, and the
//! fuzz targets build the same.

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Result, Unstructured};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
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

/// What is never generated is never tested. The octets are the same in each run.
#[test]
fn every_kind_of_message_and_every_width_of_number_is_generated() {
    let mut runner = TestRunner::deterministic();
    let (mut types, mut versions, mut widths) = (BTreeSet::new(), BTreeSet::new(), [const { BTreeSet::new() }; 4]);
    let (mut ids, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..4000 {
        let drawn = seed().new_tree(&mut runner).expect("octets").current();
        let Some(message) = message(&drawn) else { continue };
        types.insert(message.message_type().to_string());
        match &message {
            Message::OtherVersion(request) => {
                versions.insert(request.version().get());
            }
            Message::Publish(publish) => {
                let event = &publish.event;
                let numbers = [event.event_type_id(), event.schema_version(), event.offset(), event.timestamp()];
                for (seen, number) in widths.iter_mut().zip(numbers) {
                    seen.insert((64 - number.leading_zeros()).max(1).div_ceil(7));
                }
                ids.insert(publish.message_id.get());
                keys.insert(event.key().len());
            }
            _ => {}
        }
    }
    assert_eq!(types.len(), 7, "{types:?}");
    assert_eq!(versions, (1..=15).collect());
    assert!(widths.iter().all(|seen| *seen == (1..=10).collect()), "{widths:?}");
    assert!(ids.len() > 100 && ids.first() < Some(&256) && ids.last() > Some(&3840), "{ids:?}");
    assert!(keys.len() > 20, "{keys:?}");
}
