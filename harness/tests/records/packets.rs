//! What happens to packets on their way and while they are captured.

use sinkcheck::record::Options;
use sinkcheck_spec::catalogue::Role;

use crate::making::{CAPTURES, Did, File, Link, Segment, Session, V4, capture, capture_as, segments, session};
use crate::telling::{Told, expected, flat, remarks, told};

fn first_contact() -> (Session, Vec<Segment>) {
    let session = session(CAPTURES[0].1);
    let segments = segments(&session, [100, 9000]);
    (session, segments)
}

/// The one connection of a capture, and the remarks.
#[track_caller]
fn one(input: &[u8], options: &Options) -> (Told, String) {
    let (mut list, account) = told(input, options).expect("made for the test");
    assert_eq!(list.len(), 1, "{}", remarks(&account));
    (list.remove(0), remarks(&account))
}

#[track_caller]
fn check(segments: &[Segment], expected: &[(Role, Did)]) {
    let (told, remarks) = one(&capture(segments), &Options::default());
    assert_eq!((told.did.as_slice(), told.lost, remarks), (expected, None, String::new()));
}

/// Gives segments new times, each some time behind the one before.
fn timed(mut segments: Vec<Segment>) -> Vec<Segment> {
    for (at, segment) in segments.iter_mut().enumerate() {
        segment.at_us = 1_000_000 + at as u64 * 1000;
    }
    segments
}

#[test]
fn segments_that_are_captured_twice_count_once() {
    let (session, segments) = first_contact();
    let twice: Vec<Segment> = segments.iter().flat_map(|segment| [segment.clone(), segment.clone()]).collect();
    check(&twice, &expected(&session));
}

#[test]
fn every_single_segment_may_be_sent_again_later() {
    let (session, segments) = first_contact();
    for again in 0..segments.len() {
        for later in again + 1..segments.len() {
            let mut all = segments.clone();
            all.insert(later, segments[again].clone());
            check(&timed(all), &expected(&session));
        }
    }
}

#[test]
fn neighbours_may_be_captured_in_either_order() {
    let (session, segments) = first_contact();
    for at in 3..segments.len() - 1 {
        let mut all = segments.clone();
        all.swap(at, at + 1);
        check(&timed(all), &expected(&session));
    }
}

#[test]
fn a_lost_segment_that_is_sent_again_within_more_octets_is_read() {
    let (session, segments) = first_contact();
    // The client's first two events in one segment, sent again when the second was sent alone.
    let (first, second) = (5, 7);
    assert_eq!((segments[first].from, segments[second].from), (Role::Client, Role::Client));
    let mut joined = segments[first].clone();
    joined.payload.extend_from_slice(&segments[second].payload);
    let mut all = segments.clone();
    all[first] = joined;
    let (told, _) = one(&capture(&timed(all)), &Options::default());
    let octets = |did: &[(Role, Did)], role| {
        did.iter()
            .filter_map(|(from, did)| match did {
                Did::Sent(octets) if *from == role => Some(octets.as_slice()),
                _ => None,
            })
            .collect::<Vec<_>>()
            .concat()
    };
    for role in Role::ALL {
        assert_eq!(octets(&told.did, role), octets(&expected(&session), role));
    }
}

#[test]
fn segments_may_hold_any_part_of_a_frame() {
    let (session, segments) = first_contact();
    let cut: Vec<Segment> = segments
        .iter()
        .flat_map(|segment| {
            let octets: Vec<Segment> = (0..segment.payload.len().saturating_sub(1))
                .map(|at| Segment {
                    sequence: segment.sequence.wrapping_add(u32::try_from(at).expect("made for the test")),
                    payload: vec![segment.payload[at]],
                    ..segment.clone()
                })
                .collect();
            let rest = Segment {
                sequence: segment.sequence.wrapping_add(u32::try_from(octets.len()).expect("made for the test")),
                payload: segment.payload[octets.len()..].to_vec(),
                ..segment.clone()
            };
            octets.into_iter().chain([rest])
        })
        .collect();
    check(&cut, &expected(&session));
}

#[test]
fn a_segment_that_was_not_captured_ends_what_can_be_told() {
    let (session, segments) = first_contact();
    for (missing, segment) in segments.iter().enumerate().filter(|(_, segment)| !segment.payload.is_empty()) {
        let mut all = segments.clone();
        all.remove(missing);
        let (told, remarks) = one_or_none(&capture(&all));
        let Some(told) = told else {
            // Without the request nobody can say that it is Sink.
            assert_eq!(missing, 3);
            assert!(remarks.contains("No TCP connection") || remarks.contains("began before"), "{remarks}");
            continue;
        };
        let why = told.lost.unwrap_or_default();
        let expected_why = format!("{} octets from", segment.payload.len());
        assert!(why.contains(&expected_why) && why.contains("missing in the capture"), "{missing}: {why}");
        // What was told before is right, and ends where the missing octets were.
        let whole = flat(&expected(&session));
        assert!(told.did.len() < whole.len() && whole.starts_with(&flat(&told.did)), "{missing}: {:?}", told.did);
    }
}

#[track_caller]
fn one_or_none(input: &[u8]) -> (Option<Told>, String) {
    let (mut list, account) = told(input, &Options::default()).expect("made for the test");
    assert!(list.len() < 2);
    (list.pop(), remarks(&account))
}

#[test]
fn packets_that_were_cut_say_how_to_capture_them_whole() {
    let (_, segments) = first_contact();
    // An Ethernet, an IP and a TCP header take 54 octets.
    let cut = capture_as(File::ALL[0], Link::Ethernet, &segments, V4, 70);
    let (told, _) = one(&cut, &Options::default());
    let why = told.lost.expect("octets are missing");
    assert!(why.contains("packet 6 was captured in part only") && why.contains("tcpdump -s 0"), "{why}");
    let (none, remarks) = one_or_none(&capture_as(File::ALL[0], Link::Ethernet, &segments, V4, 40));
    assert_eq!(none, None);
    assert!(remarks.contains("packet 1: ") && remarks.contains("cut before their TCP header ends"), "{remarks}");
}

#[test]
fn a_reset_ends_a_connection() {
    let mut session = session(CAPTURES[1].1);
    session.truncate(2);
    session.push((985, Role::Server, Did::Reset));
    check(&segments(&session, [1, 1]), &expected(&session));
}

#[test]
fn a_syn_that_is_sent_again_opens_one_connection() {
    let (session, mut segments) = first_contact();
    let (syn, answer) = (segments[0].clone(), segments[1].clone());
    segments.insert(1, syn.clone());
    segments.insert(1, syn);
    segments.insert(4, answer);
    check(&segments, &expected(&session));
}

#[test]
fn an_address_that_is_used_again_is_another_connection() {
    let (session, segments) = first_contact();
    let again = crate::making::segments(&session, [77_000, 88_000]);
    let (list, account) =
        told(&capture(&timed([segments, again].concat())), &Options::default()).expect("made for the test");
    assert_eq!((list.len(), remarks(&account)), (2, String::new()));
    assert!(list.iter().all(|told| told.did == expected(&session)));
}

#[test]
fn a_connection_whose_start_was_not_captured_is_told_of_from_a_frame_on() {
    let (session, segments) = first_contact();
    let whole = flat(&expected(&session));
    let mut begun_with_a_frame = 0;
    for from in 3..segments.len() - 2 {
        let (told, _) = one_or_none(&capture(&segments[from..]));
        let told = told.unwrap_or_else(|| panic!("nothing is told from segment {from} on"));
        assert!(!told.from_the_start);
        assert!(whole.ends_with(&flat(&told.did)), "{from}: {:?}", told.did);
        begun_with_a_frame += 1;
    }
    assert!(begun_with_a_frame > 5);
}

#[test]
fn a_connection_that_begins_within_a_frame_is_not_told_of() {
    let (_, mut segments) = first_contact();
    segments.drain(..5);
    segments[0].payload.drain(..4);
    segments[0].sequence += 4;
    let (none, text) = one_or_none(&capture(&segments));
    assert_eq!(none, None);
    assert!(text.contains("1 connection began before the capture"), "{text}");
    // Whoever says that it is Sink learns of this connection that it can't be judged from its first octets on.
    let options = Options { ports: vec![4000], ..Options::default() };
    let (list, _) = told(&capture(&segments), &options).expect("made for the test");
    let why = list[0].lost.as_deref().expect("it can't be followed");
    assert!(why.contains("began before the capture") && why.contains("10.0.0.7:51234"), "{why}");
    // And it is told of from the next frame on.
    assert_eq!((list.len(), list[1].name.as_str()), (2, "10.0.0.7:51234 > 10.0.0.1:4000, part 2"));
    assert!(!list[1].from_the_start && list[1].lost.is_none());
    assert!(flat(&expected(&session(CAPTURES[0].1))).ends_with(&flat(&list[1].did)));
}

#[test]
fn behind_what_was_not_captured_a_connection_is_told_of_anew() {
    let session = session(CAPTURES[2].1);
    let segments = segments(&session, [1, 2]);
    let whole = flat(&expected(&session));
    for missing in 7..13 {
        let mut all = segments.clone();
        all.remove(missing);
        let (list, _) = told(&capture(&all), &Options::default()).expect("made for the test");
        assert_eq!(list.len(), 2, "{missing}");
        assert!(list[0].lost.as_deref().is_some_and(|why| why.contains("4 octets from")), "{missing}");
        assert!(list[1].lost.is_none() && !list[1].from_the_start);
        assert_eq!(list[1].name, "10.0.0.7:51234 > 10.0.0.1:4000, part 2");
        assert!(whole.starts_with(&flat(&list[0].did)) && whole.ends_with(&flat(&list[1].did)), "{missing}");
        // Nothing but what was lost, and perhaps its answer, which waited for it, lies between.
        let told = flat(&list[0].did).len() + flat(&list[1].did).len();
        assert!(whole.len() - told <= 12, "{missing}: {told} of {}", whole.len());
    }
}

#[test]
fn who_the_server_is_shows_without_the_start() {
    let (_, segments) = first_contact();
    // From an event of the client's on: nothing but the ports says it, and from the response on the response does.
    for from in [4, 5] {
        let (told, _) = one(&capture(&segments[from..]), &Options::default());
        assert_eq!(told.name, "10.0.0.7:51234 > 10.0.0.1:4000");
        assert_eq!(told.did[0].0, segments[from].from);
    }
}

#[test]
fn the_server_that_answers_a_syn_is_known_without_the_syn() {
    let (session, segments) = first_contact();
    check(&segments[1..], &expected(&session));
    let without_the_answer = [&segments[..1], &segments[2..]].concat();
    check(&without_the_answer, &expected(&session));
}
