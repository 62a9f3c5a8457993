//! An exchange as lines: `>` is a content that we send as the server, `<` one that the client sends, `|` the end of our stream
//! behind these octets of a frame; all in hex. What a frame breaks stands behind it.

use sinkcheck_spec::catalogue::{Role, catalogue};
use sinkcheck_spec::oracle::ClientOracle;

pub(crate) const REQUEST: &str = "0005312e302e300000000100000002";
pub(crate) const CONNECTED: &str = "10";
pub(crate) const HELLO: &str = "1100000002";
pub(crate) const MISMATCH: &str = "12";
pub(crate) const PUBLISH_5: &str = "40050101016b01010464617461";

pub(crate) type Line<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Plays the exchange and holds what is blamed against what stands in it. Returns the oracle as it is after the last line.
#[track_caller]
pub(crate) fn check(exchange: &[Line<'_>]) -> ClientOracle {
    let mut oracle = ClientOracle::new();
    for (at, (direction, digits, rules)) in exchange.iter().enumerate() {
        let content = hex::decode(digits.replace(' ', "")).expect("hex");
        match *direction {
            ">" => oracle.sent(&content),
            "|" => oracle.sent_end(&content),
            "<" => {
                let breaches = oracle.received(&content);
                let broken: Vec<&str> = breaches.iter().map(|breach| breach.rule).collect();
                assert_eq!(broken, *rules, "line {at}: {digits}");
                for breach in breaches {
                    binds_clients(breach.rule);
                    assert!(!breach.what.is_empty());
                }
            }
            other => panic!("not a direction: {other}"),
        }
    }
    oracle
}

/// The exchange behind a request and an acceptance.
#[track_caller]
pub(crate) fn check_accepted(rest: &[Line<'_>]) -> ClientOracle {
    let mut exchange: Vec<Line<'_>> = vec![("<", REQUEST, &[]), (">", CONNECTED, &[])];
    exchange.extend_from_slice(rest);
    check(&exchange)
}

/// The rule is in the catalogue, and a client can break it.
#[track_caller]
pub(crate) fn binds_clients(id: &str) {
    let rule = catalogue().rule(id).expect("the catalogue has it");
    assert!(rule.role.binds(Role::Client), "{id}");
}

pub(crate) fn publish(id: u16) -> String {
    format!("{:04x}0101016b01010161", 0x4000 | id)
}

pub(crate) fn ack(id: u16) -> String {
    format!("{:04x}", 0x3000 | id)
}
