use proptest::prelude::*;
use sinkcheck_reports::document::{
    ByLevel, CaseResult, CaseVerdict, Document, Level, RuleVerdict, Summary, TranscriptEntry, Verdict,
};
use sinkcheck_reports::document::{Reason, Role};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::fold::{DocumentBuilder, NOT_RUN, exit_code, overall};

use crate::handmade::{case, document, failing, failure, rule, started};
use crate::published::published;

fn verdict_of(document: &Document, rule: &str) -> RuleVerdict {
    document.rule(rule).expect("the document has the rule").verdict
}

fn one_rule(cases: Vec<CaseResult>) -> RuleVerdict {
    verdict_of(&document(vec![rule("a.one", Level::Must)], cases, vec![]), "a.one")
}

#[test]
fn a_rule_holds_where_a_case_showed_it() {
    for verdict in CaseVerdict::ALL {
        let shows = matches!(verdict, CaseVerdict::Pass | CaseVerdict::Warn | CaseVerdict::UnexpectedPass);
        let expected = if shows { RuleVerdict::Held } else { RuleVerdict::NotExercised };
        assert_eq!(one_rule(vec![case("server/a/x", verdict, &["a.one"])]), expected, "{verdict:?}");
    }
}

#[test]
fn a_rule_is_broken_where_a_case_with_a_result_says_so() {
    for verdict in CaseVerdict::ALL {
        let expected = if verdict.is_conclusive() { RuleVerdict::Broken } else { RuleVerdict::NotExercised };
        let case = CaseResult { verdict, ..failure("server/a/x", &["a.one"], &["a.one"]) };
        assert_eq!(one_rule(vec![case]), expected, "{verdict:?}");
    }
}

#[test]
fn one_failure_outweighs_any_number_of_passes() {
    let pass = || case("server/a/pass", CaseVerdict::Pass, &["a.one"]);
    let fail = || failure("server/a/fail", &["a.one"], &["a.one"]);
    assert_eq!(one_rule(vec![pass(), fail(), pass()]), RuleVerdict::Broken);
    assert_eq!(one_rule(vec![fail(), pass()]), RuleVerdict::Broken);
}

#[test]
fn a_failing_case_does_not_show_its_other_rules() {
    let rules = vec![rule("a.one", Level::Must), rule("a.two", Level::Must)];
    let fail = failure("server/a/fail", &["a.one", "a.two"], &["a.one"]);
    let document = document(rules, vec![fail], vec![]);
    assert_eq!(verdict_of(&document, "a.two"), RuleVerdict::NotExercised);
    assert_eq!(document.rules[1].cases, ["server/a/fail"]);
}

#[test]
fn a_rule_that_is_broken_without_being_cited_is_broken() {
    let rules = vec![rule("a.one", Level::Must), rule("a.two", Level::Should)];
    let fail = failure("server/a/fail", &["a.one"], &["a.two"]);
    let document = document(rules, vec![fail], vec![]);
    assert_eq!(verdict_of(&document, "a.two"), RuleVerdict::Broken);
    assert_eq!(document.rules[1].cases, ["server/a/fail"]);
}

#[test]
fn a_rule_that_the_run_did_not_announce_is_never_lost() {
    let fail = failure("server/a/fail", &[], &["b.unknown"]);
    let document = document(vec![], vec![fail], vec![]);
    assert_eq!(verdict_of(&document, "b.unknown"), RuleVerdict::Broken);
    assert_eq!(document.verdict, Verdict::DoesNotConform);
    assert_eq!(document.notes, ["Case server/a/fail names the rule b.unknown, which the run did not announce."]);
}

#[test]
fn needs_are_kept_for_rules_that_were_not_exercised_alone() {
    let rules = vec![rule("a.held", Level::Must), rule("a.open", Level::Must)];
    let need = |rule: &str, need: &str| RunEvent::RuleNeeds { rule: rule.into(), need: need.into() };
    let further = vec![
        need("a.held", "an adapter"),
        need("a.open", "an adapter"),
        need("a.open", "TLS"),
        need("a.open", "an adapter"),
        need("b.unknown", "TLS"),
    ];
    let document = document(rules, vec![case("server/a/x", CaseVerdict::Pass, &["a.held"])], further);
    assert!(document.rules[0].needs.is_empty());
    assert_eq!(document.rules[1].needs, ["an adapter", "TLS"]);
    assert_eq!(document.rules.len(), 2);
}

#[test]
fn beyond_a_thousand_rules_that_were_not_announced_one_stands_for_the_others() {
    let rules: Vec<String> = (0..3000).map(|number| format!("a.{number}")).collect();
    let failed = CaseResult { rules: rules.clone(), broken_rules: rules, ..failure("server/a/x", &[], &[]) };
    let document = document(vec![rule("b.one", Level::Must)], vec![failed], vec![]);
    assert_eq!((document.rules.len(), document.notes.len()), (1002, 1001));
    let last = document.rules.last().expect("there are rules");
    assert_eq!((last.id.as_str(), last.verdict), ("(others that the run did not announce)", RuleVerdict::Broken));
    assert_eq!(last.cases, ["server/a/x"]);
}

#[test]
fn the_order_in_which_cases_finish_changes_nothing() {
    let cases = failing().cases;
    let finish = |order: &mut dyn Iterator<Item = &CaseResult>| {
        let mut builder = DocumentBuilder::new();
        builder.apply(&started(vec![rule("framing.joined", Level::Must)], &cases));
        for case in order {
            builder.apply(&RunEvent::CaseFinished(Box::new(case.clone())));
        }
        builder.apply(&RunEvent::RunFinished { interrupted: false });
        published(builder.finish())
    };
    assert_eq!(finish(&mut cases.iter()), finish(&mut cases.iter().rev()));
}

#[test]
fn planned_cases_that_never_finished_are_inconclusive() {
    let cases = [case("server/a/x", CaseVerdict::Pass, &["a.one"]), case("server/a/y", CaseVerdict::Pass, &["a.one"])];
    let mut builder = DocumentBuilder::new();
    builder.apply(&started(vec![rule("a.one", Level::Must)], &cases));
    builder.apply(&RunEvent::CaseStarted { id: cases[0].id.clone() });
    builder.apply(&RunEvent::CaseFinished(Box::new(cases[1].clone())));
    builder.apply(&RunEvent::RunFinished { interrupted: true });
    let document = published(builder.finish());

    assert_eq!(document.cases.len(), 2);
    let never_ran = &document.cases[0];
    assert_eq!(never_ran.id, cases[0].id);
    assert_eq!(never_ran.verdict, CaseVerdict::Inconclusive);
    assert_eq!(never_ran.reason.as_ref().map(|reason| reason.code.as_str()), Some(NOT_RUN));
    assert_eq!((&never_ran.rules, &never_ran.location), (&cases[0].rules, &cases[0].location));
    assert_eq!(document.notes, ["The run was interrupted: 1 of 2 planned cases finished."]);
    assert_eq!(document.verdict, Verdict::Inconclusive);
    assert_eq!(exit_code(&document, 0), 3);
}

#[test]
fn a_run_whose_end_was_never_told_was_interrupted() {
    assert_eq!(
        published(DocumentBuilder::new().finish()).notes,
        ["The run was interrupted: 0 of 0 planned cases finished."]
    );
}

#[test]
fn each_repetition_of_a_case_is_kept() {
    let id = "server/a/x";
    let cases = vec![
        case(id, CaseVerdict::Pass, &["a.one"]),
        failure(id, &["a.one"], &["a.one"]),
        case(id, CaseVerdict::Pass, &["a.one"]),
    ];
    let document = document(vec![rule("a.one", Level::Must)], cases, vec![]);
    assert_eq!((document.summary.pass, document.summary.fail), (2, 1));
    assert_eq!(document.rules[0].cases, [id]);
}

#[test]
fn times_are_numbers_that_json_can_hold() {
    let odd = CaseResult {
        duration_ms: f64::NAN,
        transcript: vec![
            TranscriptEntry::event(f64::INFINITY, "a", Role::Client, "closed"),
            TranscriptEntry::event(1.000_49, "a", Role::Client, "closed"),
        ],
        ..case("server/a/x", CaseVerdict::Pass, &[])
    };
    let document = document(vec![], vec![odd], vec![]);
    let case = &document.cases[0];
    assert_eq!(case.duration_ms, 0.0);
    assert_eq!((case.transcript[0].ms, case.transcript[1].ms), (0.0, 1.0));
}

#[test]
fn reach_counts_rules_by_level() {
    let reach = failing().reach();
    assert_eq!(reach.held, ByLevel { must: 9, should: 0 });
    assert_eq!(reach.broken, ByLevel { must: 3, should: 3 });
    assert_eq!(reach.not_exercised, ByLevel { must: 4, should: 1 });
    assert_eq!(reach.total(), failing().rules.len());
}

#[test]
fn rules_come_by_section_in_their_own_order() {
    let document = failing();
    let sections: Vec<(&str, usize)> =
        document.rules_by_section().iter().map(|section| (section.section, section.rules.len())).collect();
    assert_eq!(sections, [("framing", 3), ("handshake", 9), ("events", 4), ("keepalive", 2), ("identity", 2)]);
}

/// Few ids, so that repetitions, cases that nobody planned and plans that nobody carried out all occur.
fn any_case() -> impl Strategy<Value = CaseResult> {
    let rules = || prop::collection::vec(prop::sample::select(vec!["a.must", "a.should", "b.unknown"]), 0..3);
    (0..6u8, prop::sample::select(CaseVerdict::ALL.to_vec()), rules(), rules(), any::<f64>()).prop_map(
        |(id, verdict, rules, broken, ms)| CaseResult {
            verdict,
            duration_ms: ms,
            reason: (!verdict.is_conclusive()).then(|| Reason::new("some-code", "some message")),
            ..failure(&format!("server/a/{id}"), &rules, &broken)
        },
    )
}

fn any_event() -> impl Strategy<Value = RunEvent> {
    prop_oneof![
        6 => any_case().prop_map(|case| RunEvent::CaseFinished(Box::new(case))),
        1 => any_case().prop_map(|case| RunEvent::CaseStarted { id: case.id }),
        1 => any::<String>().prop_map(RunEvent::Note),
        1 => any::<String>().prop_map(|need| RunEvent::RuleNeeds { rule: "a.must".into(), need }),
        1 => any::<bool>().prop_map(|interrupted| RunEvent::RunFinished { interrupted }),
        1 => prop::collection::vec(any_case(), 0..6)
            .prop_map(|cases| started(vec![rule("a.must", Level::Must), rule("a.should", Level::Should)], &cases)),
    ]
}

proptest! {
    #[test]
    fn whatever_is_told_the_document_is_sound(events in prop::collection::vec(any_event(), 0..24)) {
        let mut builder = DocumentBuilder::new();
        for event in &events {
            builder.apply(event);
        }
        let document = published(builder.finish());

        prop_assert_eq!(document.summary.total(), document.cases.len());
        prop_assert_eq!(document.summary, Summary::of(&document.cases));
        prop_assert_eq!(document.reach().total(), document.rules.len());
        prop_assert_eq!(document.verdict, overall(&document));
        let finished = events.iter().filter(|event| matches!(event, RunEvent::CaseFinished(_))).count();
        prop_assert!(document.cases.len() >= finished, "no result is lost");

        let fails = document.summary.fail > 0;
        prop_assert!(!fails || document.verdict == Verdict::DoesNotConform);
        prop_assert!(!fails || exit_code(&document, 0) == 1);
        prop_assert!(exit_code(&document, 0) != 0 || document.summary.conclusive() > 0, "nothing run is never success");

        for rule in &document.rules {
            let names_it = |case: &&CaseResult| case.rules.contains(&rule.id) || case.broken_rules.contains(&rule.id);
            let broken = document
                .cases
                .iter()
                .filter(names_it)
                .any(|case| case.verdict.is_conclusive() && case.broken_rules.contains(&rule.id));
            prop_assert_eq!(rule.verdict == RuleVerdict::Broken, broken);
            prop_assert!(rule.needs.is_empty() || rule.verdict == RuleVerdict::NotExercised);
        }

        let json = serde_json::to_vec(&document).expect("a document is JSON");
        prop_assert_eq!(sinkcheck_reports::json::read_document(&json).expect("and reads back"), document);
    }
}
