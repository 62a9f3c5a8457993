//! One document out of several.

use sinkcheck_reports::Document;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Level, RuleVerdict, Shard, TargetRole, Verdict};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::fold::exit_code;
use sinkcheck_reports::merge::{MergeError, OTHER_SHARD, merge};

use crate::handmade::{self, case, document, failure, needs, rule};
use crate::published::published;

fn shard(number: u32, of: u32, cases: Vec<CaseResult>) -> (String, Document) {
    let further = vec![RunEvent::Shard(Shard { number, of }), needs("a.one", OTHER_SHARD)];
    (format!("{number}.json"), document(vec![rule("a.one", Level::Must), rule("a.two", Level::Must)], cases, further))
}

fn passing(id: &str, rule: &str) -> CaseResult {
    case(id, CaseVerdict::Pass, &[rule])
}

#[test]
fn one_document_merged_is_itself() {
    for (name, mut document) in handmade::all() {
        document.cases.sort_by(|a, b| a.id.cmp(&b.id));
        for rule in &mut document.rules {
            rule.cases.sort();
        }
        let merged = published(merge(vec![(name.to_owned(), document.clone())], false).expect(name));
        assert_eq!(merged, document, "{name}");
    }
}

#[test]
fn shards_together_are_the_whole() {
    let shards =
        vec![shard(2, 2, vec![passing("server/a/y", "a.two")]), shard(1, 2, vec![passing("server/a/x", "a.one")])];
    let whole = published(merge(shards, false).expect("they fit"));
    let ids: Vec<&str> = whole.cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(ids, ["server/a/x", "server/a/y"], "in the suite's order, whatever the order of the documents");
    assert!(whole.rules.iter().all(|rule| rule.verdict == RuleVerdict::Held && rule.needs.is_empty()));
    assert_eq!((whole.verdict, whole.summary.pass, whole.shard), (Verdict::Conforms, 2, None));
    assert_eq!(exit_code(&whole, 0), 0);
}

#[test]
fn a_rule_that_one_shard_holds_and_another_breaks_is_broken() {
    let shards = vec![
        shard(1, 2, vec![passing("server/a/x", "a.one")]),
        shard(2, 2, vec![failure("server/a/y", &["a.one"], &["a.one"])]),
    ];
    let whole = published(merge(shards, false).expect("they fit"));
    assert_eq!(whole.rules[0].verdict, RuleVerdict::Broken);
    assert_eq!(whole.rules[0].cases, ["server/a/x", "server/a/y"]);
    assert_eq!((whole.verdict, exit_code(&whole, 0)), (Verdict::DoesNotConform, 1));
}

#[test]
fn a_missing_shard_is_no_conformance_by_accident() {
    let some = || vec![shard(1, 4, vec![passing("server/a/x", "a.two")]), shard(3, 4, vec![])];
    let error = merge(some(), false).expect_err("two are missing");
    assert_eq!(error, MergeError::Missing { shards: "2/4, 4/4".into() });
    let part = published(merge(some(), true).expect("a part was asked for"));
    assert!(part.notes.contains(&"The cases of other shards are missing: 2/4, 4/4.".to_owned()), "{:?}", part.notes);
    assert_eq!(part.rules[0].needs, [OTHER_SHARD]);
}

#[test]
fn a_claim_of_very_many_shards_takes_no_time() {
    let error = merge(vec![shard(1, u32::MAX, vec![])], false).expect_err("many are missing").to_string();
    assert!(error.contains("2/4294967295") && error.contains("and more"), "{error}");
}

#[test]
fn documents_that_do_not_fit_are_refused_with_the_cause() {
    let first = || shard(1, 2, vec![passing("server/a/x", "a.one")]);
    type Change = fn(&mut Document);
    let changes: [(&str, Change); 8] = [
        ("2.json has another target than 1.json: other-sink, and not acme-sink 2.1", |document| {
            document.target.name = "other-sink".into();
        }),
        ("2.json has another role than 1.json", |document| document.target.role = TargetRole::Client),
        ("2.json has another list of capabilities than 1.json", |document| document.target.capabilities.clear()),
        ("2.json has another suite than 1.json", |document| document.suite.version = "9".into()),
        ("2.json has another form than 1.json", |document| document.schema = 0),
        ("the rule a.one is not the same in 1.json and in 2.json", |document| document.rules[0].text = "x".into()),
        ("1.json and 2.json are both of shard 1/2", |document| document.shard = Some(Shard { number: 1, of: 2 })),
        ("2.json has another number of shards than 1.json: 3, and not 2", |document| {
            document.shard = Some(Shard { number: 2, of: 3 });
        }),
    ];
    for (cause, change) in changes {
        let mut second = shard(2, 2, vec![passing("server/a/y", "a.two")]);
        change(&mut second.1);
        let error = merge(vec![first(), second], false).expect_err(cause).to_string();
        assert!(error.contains(cause), "{error}");
    }
    let error = merge(vec![first(), shard(2, 2, vec![passing("server/a/x", "a.one")])], false).expect_err("twice");
    assert!(error.to_string().contains("the case server/a/x is in 1.json and in 2.json"), "{error}");
    assert_eq!(merge(vec![], false), Err(MergeError::Nothing));
}

#[test]
fn what_was_watched_is_not_merged() {
    let (name, mut watched) = shard(1, 1, vec![]);
    watched.suite.cases = 0;
    let error = merge(vec![(name, watched)], false).expect_err("it is no run");
    assert!(error.to_string().contains("1.json is about traffic that was watched"), "{error}");
}

#[test]
fn targets_at_several_addresses_are_told() {
    let mut second = shard(2, 2, vec![]);
    second.1.target.address = "tls://10.0.0.6:4000".into();
    let whole =
        published(merge(vec![shard(1, 2, vec![passing("server/a/x", "a.one")]), second], false).expect("they fit"));
    let note = "The target was reached at several addresses: tls://10.0.0.5:4000, tls://10.0.0.6:4000.";
    assert_eq!(whole.notes, [note]);
}
