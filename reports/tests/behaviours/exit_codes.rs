use CaseVerdict::{Error, Fail, Inconclusive, KnownFailure, NotApplicable, Pass, UnexpectedPass, Warn};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Document, Level, Verdict};
use sinkcheck_reports::fold::{BROKEN, CONFORMS, HARNESS_FAILED, INCONCLUSIVE, exit_code, overall};

use crate::handmade::{case, document, rule};

/// A document with one case for each verdict and level. Those that found something broken broke the rule of that level.
fn outcome(cases: &[(CaseVerdict, Level)]) -> Document {
    let rules = vec![rule("a.must", Level::Must), rule("a.should", Level::Should)];
    let cases = cases.iter().enumerate().map(|(number, &(verdict, level))| {
        let rule = if level == Level::Must { "a.must" } else { "a.should" };
        let breaks = matches!(verdict, Fail | Warn | KnownFailure);
        CaseResult {
            broken_rules: if breaks { vec![rule.into()] } else { vec![] },
            ..case(&format!("server/a/{number}"), verdict, &[rule])
        }
    });
    document(rules, cases.collect(), vec![])
}

#[track_caller]
fn check(cases: &[(CaseVerdict, Level)], stale: usize, verdict: Verdict, code: u8) {
    let document = outcome(cases);
    assert_eq!((document.verdict, exit_code(&document, stale)), (verdict, code), "{cases:?}, {stale} stale");
    assert_eq!(overall(&document), document.verdict);
}

const MUST: Level = Level::Must;
const SHOULD: Level = Level::Should;

#[test]
fn the_codes_are_the_contract() {
    use sinkcheck_reports::fold::USAGE;
    assert_eq!([CONFORMS, BROKEN, USAGE, INCONCLUSIVE, HARNESS_FAILED], [0, 1, 2, 3, 4]);
}

#[test]
fn a_target_that_keeps_every_must_conforms() {
    check(&[(Pass, MUST)], 0, Verdict::Conforms, CONFORMS);
    check(&[(Pass, MUST), (Warn, SHOULD), (NotApplicable, MUST)], 0, Verdict::Conforms, CONFORMS);
    check(&[(Warn, SHOULD)], 0, Verdict::Conforms, CONFORMS);
}

#[test]
fn a_broken_must_is_never_success() {
    check(&[(Fail, MUST)], 0, Verdict::DoesNotConform, BROKEN);
    check(&[(Fail, MUST), (Error, MUST), (Inconclusive, MUST), (Pass, MUST)], 0, Verdict::DoesNotConform, BROKEN);
    // Neither does it matter what the case calls it.
    check(&[(Warn, MUST), (Pass, MUST)], 0, Verdict::DoesNotConform, BROKEN);
    check(&[(Fail, SHOULD)], 0, Verdict::DoesNotConform, BROKEN);
}

#[test]
fn nothing_run_is_never_success() {
    check(&[], 0, Verdict::Inconclusive, INCONCLUSIVE);
    check(&[(NotApplicable, MUST)], 0, Verdict::Inconclusive, INCONCLUSIVE);
    check(&[(Inconclusive, SHOULD)], 0, Verdict::Inconclusive, INCONCLUSIVE);
}

#[test]
fn an_open_must_is_inconclusive_and_an_open_should_is_not() {
    check(&[(Pass, MUST), (Inconclusive, MUST)], 0, Verdict::Inconclusive, INCONCLUSIVE);
    check(&[(Pass, MUST), (Inconclusive, SHOULD)], 0, Verdict::Conforms, CONFORMS);
}

#[test]
fn a_case_whose_rules_are_unknown_counts_as_one_of_a_must() {
    for cited in [&["a.lost"][..], &[]] {
        let mut document = outcome(&[(Pass, SHOULD)]);
        document.cases.push(case("server/a/open", Inconclusive, cited));
        assert_eq!((overall(&document), exit_code(&document, 0)), (Verdict::Inconclusive, INCONCLUSIVE), "{cited:?}");
    }
    let mut document = outcome(&[(Warn, SHOULD)]);
    document.cases[0].broken_rules.push("a.lost".into());
    assert_eq!(exit_code(&document, 0), BROKEN);
}

#[test]
fn the_harness_failing_is_said_unless_something_broke() {
    check(&[(Error, MUST)], 0, Verdict::Inconclusive, HARNESS_FAILED);
    check(&[(Pass, MUST), (Error, MUST), (Inconclusive, MUST)], 0, Verdict::Inconclusive, HARNESS_FAILED);
    check(&[(Pass, MUST), (Error, SHOULD)], 0, Verdict::Conforms, HARNESS_FAILED);
    check(&[(Error, MUST)], 1, Verdict::Inconclusive, BROKEN);
}

#[test]
fn known_failures_do_not_conform_and_yet_succeed() {
    check(&[(Pass, MUST), (KnownFailure, MUST)], 0, Verdict::DoesNotConform, CONFORMS);
    check(&[(KnownFailure, SHOULD)], 0, Verdict::Conforms, CONFORMS);
    check(&[(KnownFailure, MUST), (Inconclusive, MUST)], 0, Verdict::DoesNotConform, INCONCLUSIVE);
    check(&[(KnownFailure, MUST), (Fail, MUST)], 0, Verdict::DoesNotConform, BROKEN);
}

#[test]
fn a_list_of_known_failures_that_is_out_of_date_fails() {
    check(&[(UnexpectedPass, MUST)], 0, Verdict::Conforms, BROKEN);
    check(&[(Pass, MUST)], 2, Verdict::Conforms, BROKEN);
}
