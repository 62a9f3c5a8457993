//! A connection that is not seen from its start: what only the start would explain is blamed on nobody.

use sinkcheck_spec::oracle::{ClientOracle, Phase};

use crate::exchange::{PUBLISH_5, REQUEST, publish};

/// Takes what we sent (`>`) and what came (`<`), and returns the rules that the last one breaks.
fn last(lines: &[(&str, &str)]) -> Vec<&'static str> {
    let mut oracle = ClientOracle::joined_late();
    let mut broken = Vec::new();
    for (direction, digits) in lines {
        let content = hex::decode(digits).expect("hex");
        match *direction {
            ">" => oracle.sent(&content),
            _ => broken = oracle.received(&content).into_iter().map(|breach| breach.rule).collect(),
        }
    }
    broken
}

#[test]
fn it_counts_as_accepted() {
    assert_eq!(ClientOracle::joined_late().phase(), Phase::Accepted);
    assert!(last(&[("<", PUBLISH_5)]).is_empty());
    let mut oracle = ClientOracle::joined_late();
    oracle.sent(&hex::decode(PUBLISH_5).expect("hex"));
    assert_eq!(oracle.unanswered().count(), 1);
}

#[test]
fn a_pong_may_answer_what_was_not_seen() {
    assert!(last(&[(">", "5000"), ("<", "6000"), ("<", "6000")]).is_empty());
}

#[test]
fn one_answer_for_each_id_may_be_to_what_was_not_seen() {
    assert!(last(&[("<", "3005")]).is_empty());
    assert_eq!(last(&[("<", "3005"), ("<", "3005")]), ["events.answered-once"]);
    assert_eq!(last(&[(">", PUBLISH_5), ("<", "3005"), ("<", "3005")]), ["events.answered-once"]);
}

#[test]
fn one_request_may_be_the_first() {
    assert!(last(&[("<", REQUEST)]).is_empty());
    assert_eq!(last(&[("<", REQUEST), ("<", REQUEST)]), ["introduction.one-request"]);
}

#[test]
fn the_ids_go_on_from_the_first_that_is_seen() {
    assert!(last(&[("<", &publish(77)), ("<", &publish(78))]).is_empty());
    assert_eq!(last(&[("<", &publish(77)), ("<", &publish(79))]), ["events.ids-go-up-by-one"]);
}
