//! `sinkcheck decode`.

use crate::program::{Done, sinkcheck};

#[track_caller]
fn decode(arguments: &[&str]) -> Done {
    sinkcheck(["decode"].iter().chain(arguments)).run()
}

#[test]
fn frames_are_explained_one_by_one() {
    let done = decode(&["00025000000f0005312e302e300000000100000002"]).exits(0);
    done.says_all(&["octet 0: a frame of 2 octets", "PING", "octet 4: a frame of 15 octets", "client_instance_id: 1"]);
}

#[test]
fn hex_may_have_spaces_and_come_in_pieces_or_on_standard_input() {
    decode(&["0002", "5000"]).exits(0).says("PING");
    decode(&["00 02 50 00"]).exits(0).says("PING");
    sinkcheck(["decode", "-"]).input("00 02\n50 00\n").run().exits(0).says("PING");
}

#[test]
fn a_content_alone_has_no_length() {
    decode(&["--content", "3fff"]).exits(0).says("ACK 4095");
    decode(&["--content", ""]).exits(2).says("the frame is empty");
}

#[test]
fn malformed_frames_are_told_and_the_others_explained() {
    decode(&["00022000", "00025000"]).exits(2).says_all(&["malformed: message_type at octet 0", "PING"]);
    decode(&["0002500000"]).exits(2).says("octet 4: the stream ends within a frame: 00");
}

#[test]
fn what_is_no_hex_says_where() {
    decode(&["00zz"]).exits(2).says("not hex: `z` at digit 2");
    decode(&["0x00025000"]).exits(2).says("not hex: `x` at digit 1");
    decode(&["é"]).exits(2).says("not hex: `\\u{e9}` at digit 0");
    decode(&["000"]).exits(2).says("3 digits make no octets");
    decode(&[""]).exits(2).says("no octets were given");
    decode(&[]).exits(2);
    sinkcheck(["decode", "-"]).run().exits(2).says("no octets were given");
    sinkcheck(["decode", "-"]).input([0xff, 0, 0xfe]).run().exits(2).says("xxd -p");
}

#[test]
fn more_than_anyone_reads_is_refused() {
    sinkcheck(["decode", "-"]).input(b"0".repeat(40 << 20)).run().exits(2).says("more than 33554432 digits");
}
