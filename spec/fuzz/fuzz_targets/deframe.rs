//! A stream gives the same frames however it is cut, and loses no octet.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sinkcheck_spec::wire::{Deframer, frame_into};

fuzz_target!(|pieces: Vec<&[u8]>| {
    let mut whole = Deframer::new();
    whole.push(&pieces.concat());
    let whole_pending = whole.pending();

    let mut cut = Deframer::new();
    let mut written = Vec::new();
    for piece in &pieces {
        cut.push(piece);
        while let Some(content) = cut.next() {
            assert_eq!(Some(content), whole.next());
            assert_eq!(frame_into(content, &mut written), Ok(()));
        }
    }
    assert_eq!(whole.next(), None);
    assert_eq!(cut.pending(), whole_pending);

    let stream = pieces.concat();
    assert_eq!(stream[..written.len()], written);
    assert_eq!(stream.len() - written.len(), whole_pending);
});
