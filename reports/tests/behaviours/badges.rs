use sinkcheck_reports::document::Verdict;
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::handmade;
use crate::snapshots::{check, page};

fn badge(document: &Document) -> String {
    page(document, Format::Badge, &RenderOptions::default())
}

#[test]
fn the_badges_are_as_reviewed() {
    for (name, document) in handmade::all() {
        check(&format!("badge_{name}"), &badge(&document));
    }
}

#[test]
fn the_share_is_rounded_down_and_left_out_where_there_are_no_rules() {
    let mut document = handmade::conforming();
    assert_eq!(document.verdict, Verdict::Conforms);
    assert!(badge(&document).contains(">conforms · 100 % of rules exercised<"));
    document.rules[0].verdict = sinkcheck_reports::document::RuleVerdict::NotExercised;
    let rules = document.rules.len();
    assert!(badge(&document).contains(&format!("· {} % of", 100 * (rules - 1) / rules)));
    document.rules.clear();
    assert!(badge(&document).contains(">conforms<"));
}
