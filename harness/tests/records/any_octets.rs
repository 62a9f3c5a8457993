//! Whatever a file holds, reading it ends, and without a panic.

use proptest::prelude::*;
use sinkcheck::record::Options;

use crate::making::{CAPTURES, File, Link, V4, V6, capture_as, segments, session};
use crate::telling::told;

/// Beginnings that lead to each reader.
fn beginnings() -> impl Strategy<Value = Vec<u8>> {
    let some: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{\"ms\":1,\"connection\":1,\"from\":\"client\",\"hex\":\"0002".to_vec(),
        b"{\n  \"schema\": 1,".to_vec(),
        File::ALL[0].of(Link::Ethernet, &[], 1),
        File::ALL[3].of(Link::Raw, &[], 1),
        File::ALL[4].of(Link::Cooked, &[], 1),
        File::ALL[5].of(Link::CookedToo, &[], 1),
        File::ALL[4].of(Link::Ethernet, &[], 1)[..28].to_vec(),
    ];
    prop::sample::select(some)
}

/// A capture of a session, and its places to be changed.
fn captures() -> impl Strategy<Value = Vec<u8>> {
    let all: Vec<Vec<u8>> = File::ALL
        .into_iter()
        .zip(Link::ALL.into_iter().cycle())
        .flat_map(|(file, link)| {
            let segments = segments(&session(CAPTURES[0].1), [1, 2]);
            [V4, V6].map(|ends| capture_as(file, link, &segments, ends, usize::MAX))
        })
        .chain(CAPTURES.iter().map(|(_, lines)| lines.as_bytes().to_vec()))
        .collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_behind_any_beginning(mut start in beginnings(), rest in prop::collection::vec(any::<u8>(), 0..400)) {
        start.extend(rest);
        let _ = told(&start, &Options::default());
        let _ = told(&start, &Options { ports: vec![4000], ..Options::default() });
    }

    #[test]
    fn captures_of_which_octets_are_changed(
        mut input in captures(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        for (at, octet) in changes {
            let at = at.index(input.len());
            input[at] = octet;
        }
        let _ = told(&input, &Options::default());
        let _ = told(&input, &Options { ports: vec![4000], ..Options::default() });
    }

    #[test]
    fn packets_of_any_octets(packets in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 0..8)) {
        let packets: Vec<(u64, Vec<u8>)> = packets.into_iter().enumerate().map(|(at, packet)| (at as u64, packet)).collect();
        for link in Link::ALL {
            let _ = told(&File::ALL[0].of(link, &packets, usize::MAX), &Options::default());
        }
    }

    #[test]
    fn segments_in_any_order_with_some_left_out(
        order in Just((0..19_usize).collect::<Vec<_>>()).prop_shuffle(),
        kept in 0..19_usize,
        sequences in any::<[u32; 2]>(),
    ) {
        let whole = segments(&session(CAPTURES[0].1), sequences);
        let some: Vec<_> = order.iter().take(kept).filter_map(|at| whole.get(*at).cloned()).collect();
        let _ = told(&capture_as(File::ALL[0], Link::Raw, &some, V4, usize::MAX), &Options::default());
        let _ = told(
            &capture_as(File::ALL[0], Link::Raw, &some, V4, usize::MAX),
            &Options { ports: vec![4000], ..Options::default() },
        );
    }
}
