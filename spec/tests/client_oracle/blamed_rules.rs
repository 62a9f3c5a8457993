//! Every rule that the oracle can blame is in the catalogue and binds clients.

use proptest::prelude::*;
use sinkcheck_spec::catalogue::catalogue;
use sinkcheck_spec::oracle::ClientOracle;

use crate::exchange::binds_clients;

const CLIENT: &[&str] = &[
    include_str!("../../src/oracle/client.rs"),
    include_str!("../../src/oracle/history.rs"),
    include_str!("../../src/oracle/publishes.rs"),
    include_str!("../../src/oracle/pongs.rs"),
];
const EITHER: &[&str] = &[include_str!("../../src/oracle/answers.rs"), include_str!("../../src/oracle/breach.rs")];

/// The string literals of a source that have the form of a rule's id.
fn ids(source: &str) -> impl Iterator<Item = &str> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    source
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(move |literal| literal.split_once('.').is_some_and(|(section, name)| is_word(section) && is_word(name)))
}

#[test]
fn every_id_in_the_sources() {
    let of_client: Vec<&str> = CLIENT.iter().flat_map(|source| ids(source)).collect();
    assert!(of_client.len() > 20, "{of_client:?}");
    of_client.into_iter().for_each(binds_clients);
    for id in EITHER.iter().flat_map(|source| ids(source)) {
        assert!(catalogue().rule(id).is_some(), "{id}");
    }
}

/// A content whose first octets are drawn so that types and ids meet.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let head = prop_oneof![
        Just(0x00_u8),
        0x10..0x20_u8,
        Just(0x30),
        Just(0x40),
        Just(0x50),
        Just(0x60),
        Just(0x70),
        any::<u8>()
    ];
    let rest = prop_oneof![
        Just(vec![]),
        (0..3_u8).prop_map(|id| vec![id]),
        (0..3_u8).prop_map(|id| vec![id, 0]),
        (0..3_u8).prop_map(|id| vec![id, 1, 1, 0, 1, 1, 0]),
        Just(vec![0, 0, 0, 0, 1]),
        prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop_oneof![1 => Just(vec![]), 20 => (head, rest).prop_map(|(head, rest)| [vec![head], rest].concat())]
}

proptest! {
    /// Whatever comes in whatever order, only rules for clients are blamed.
    #[test]
    fn every_rule_that_is_found(frames in prop::collection::vec((0..20_u8, content()), 0..40)) {
        let mut oracle = ClientOracle::new();
        for (what, content) in frames {
            match what {
                0..10 => oracle.sent(&content),
                10 => oracle.sent_end(&[&[0, 20][..], &content].concat()),
                11 => oracle.sent_end(&content),
                _ => oracle.received(&content).iter().for_each(|breach| binds_clients(breach.rule)),
            }
            let _ = (oracle.phase(), oracle.unanswered().count(), oracle.pings_waiting());
        }
    }
}
