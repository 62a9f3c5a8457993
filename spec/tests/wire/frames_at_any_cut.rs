//! Frames of every length come out of a stream as they went in, wherever it is cut.

use sinkcheck_spec::wire::{Deframer, MAX_CONTENT, TooLong, frame, frame_into};

/// Lengths at which something changes: none, one octet, the second length octet in use, the largest.
const LENGTHS: [usize; 9] = [0, 1, 2, 127, 255, 256, 257, MAX_CONTENT - 1, MAX_CONTENT];

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index % 251) as u8).collect()
}

#[test]
fn a_frame_is_its_length_in_two_octets_and_the_content() {
    assert_eq!(frame(b""), Ok(vec![0, 0]));
    assert_eq!(frame(b"abc"), Ok(b"\x00\x03abc".to_vec()));
    assert_eq!(frame(&content(0x1234)).unwrap()[..3], [0x12, 0x34, 0]);
    assert_eq!(frame(&content(MAX_CONTENT)).unwrap().len(), 2 + MAX_CONTENT);
}

#[test]
fn a_content_that_is_too_long_is_not_framed() {
    let octets = MAX_CONTENT + 1;
    assert_eq!(frame(&content(octets)), Err(TooLong { octets }));
    let mut out = vec![7];
    assert_eq!(frame_into(&content(octets), &mut out), Err(TooLong { octets }));
    assert_eq!(out, [7], "nothing is appended");
}

#[test]
fn every_length_comes_out_whole() {
    let mut deframer = Deframer::new();
    for length in LENGTHS {
        deframer.push(&frame(&content(length)).unwrap());
    }
    assert_eq!(deframer.pending(), 0);
    for length in LENGTHS {
        assert_eq!(deframer.next(), Some(content(length).as_slice()), "{length}");
    }
    assert_eq!(deframer.next(), None);
}

#[test]
fn every_length_comes_out_of_single_octets() {
    let mut deframer = Deframer::new();
    for length in LENGTHS {
        let octets = frame(&content(length)).unwrap();
        let (last, before) = octets.split_last().unwrap();
        for octet in before {
            deframer.push(&[*octet]);
            assert_eq!(deframer.next(), None, "{length}");
        }
        assert_eq!(deframer.pending(), octets.len() - 1);
        deframer.push(&[*last]);
        assert_eq!(deframer.next_frame(), Some(content(length)));
        assert_eq!(deframer.pending(), 0);
    }
}

#[test]
fn a_cut_anywhere_in_three_frames_gives_three_frames() {
    let stream = b"\x00\x02ab\x00\x00\x00\x03cde";
    for first in 0..=stream.len() {
        for second in first..=stream.len() {
            let mut deframer = Deframer::new();
            let mut contents = Vec::new();
            for piece in [&stream[..first], &stream[first..second], &stream[second..]] {
                deframer.push(piece);
                contents.extend(std::iter::from_fn(|| deframer.next_frame()));
            }
            assert_eq!(contents, [&b"ab"[..], b"", b"cde"], "cut at {first} and {second}");
        }
    }
}

#[test]
fn frames_may_be_taken_later_than_pushed() {
    let mut deframer = Deframer::new();
    let mut taken = 0_u32;
    for pushed in 0_u32..500 {
        deframer.push(&frame(&pushed.to_be_bytes()).unwrap());
        // Two of three are taken at once, the rest at the end.
        if pushed % 3 != 0 {
            assert_eq!(deframer.next(), Some(&taken.to_be_bytes()[..]));
            taken += 1;
        }
    }
    while let Some(content) = deframer.next() {
        assert_eq!(content, taken.to_be_bytes());
        taken += 1;
    }
    assert_eq!(taken, 500);
}

#[test]
fn what_is_pending_is_what_follows_the_last_whole_frame() {
    let mut deframer = Deframer::new();
    assert_eq!(deframer.pending(), 0);
    deframer.push(b"\x00\x01a\x00\x02b");
    assert_eq!(deframer.pending(), 3, "before the first frame is taken");
    assert_eq!(deframer.next(), Some(&b"a"[..]));
    assert_eq!(deframer.pending(), 3, "and after");
    deframer.push(b"c\x00");
    assert_eq!(deframer.pending(), 1);
    assert_eq!(deframer.next(), Some(&b"bc"[..]));
    assert_eq!(deframer.next(), None);
    assert_eq!(deframer.pending(), 1);
}
