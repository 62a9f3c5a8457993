//! What a client sends is laid out as the protocol says.

use crate::exchange::{CONNECTED, HELLO, REQUEST, check, check_accepted};

#[test]
fn contents_after_the_acceptance() {
    let cases = [
        ("", "framing.one-message-in-a-frame"),
        ("2000", "layout.message-type"),
        ("f000", "layout.message-type"),
        ("300500", "layout.ack"),
        ("30", "layout.ack"),
        ("7005", "layout.nack"),
        ("70050461", "layout.nack"),
        ("700500ff", "layout.text-utf8"),
        ("50", "layout.ping"),
        ("500000", "layout.ping"),
        ("60", "layout.pong"),
        ("40050101", "layout.publish"),
        ("40050101016b0101016100", "layout.publish"),
        ("4005 8180808080808080808000 01016b01010161", "layout.varint-shortest"),
        ("4005 8100 01016b01010161", "layout.varint-shortest"),
    ];
    for (content, rule) in cases {
        check_accepted(&[("<", content, &[rule])]);
    }
    // Nothing says how large a number may be that is sent: 2^64, and one that takes eleven octets.
    check_accepted(&[("<", "4005 80808080808080808002 01016b01010161", &[])]);
    check_accepted(&[("<", "4005 8080808080808080808001 01016b01010161", &[])]);
    check_accepted(&[("<", "4005 01 01016b01010161", &[]), ("<", "5fff", &[]), ("<", "6fff", &[])]);
}

#[test]
fn requests() {
    let cases = [
        ("00", "layout.connection-request"),
        ("0005312e30", "layout.connection-request"),
        ("0005312e302e30", "layout.connection-request"),
        ("0005312e302e30000001", "layout.connection-request"),
        ("0005312e302e3000000001000002", "layout.connection-request"),
        ("0005312e302e30000000010000000201", "layout.connection-request"),
        ("0005312e302e300000000100000000 00", "layout.connection-request"),
        // The lack of an id has no octets, not even a zero.
        ("0005312e302e300000000100", "layout.request-without-server-id"),
        ("0005312e302e3000000001000000", "layout.request-without-server-id"),
        ("0001ff0000000100000002", "layout.text-utf8"),
        ("008500312e302e300000000100000002", "layout.varint-shortest"),
    ];
    for (content, rule) in cases {
        check(&[("<", content, &[rule])]);
    }
    for content in [REQUEST, "0005312e302e3000000001", "0000 00000000 00000000"] {
        check(&[("<", content, &[])]);
    }
}

#[test]
fn a_response_is_no_message_of_a_client() {
    for content in [CONNECTED, HELLO, "12", "130000", "14", "1f", "1000", "11", "1300ff"] {
        check_accepted(&[("<", content, &["layout.connection-request"])]);
    }
}
