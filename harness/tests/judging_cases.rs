//! What the judge makes of what happened in a case: each way to end, with a broken MUST, a broken SHOULD, both, or neither.

use std::time::Duration;

use sinkcheck::judge::{judge, unplayed};
use sinkcheck::player::{Finding, Played, Stop};
use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Role, TranscriptEntry};
use sinkcheck_spec::catalogue::{Level, catalogue};

const MUST: &str = "keepalive.ping-answered";
const OTHER_MUST: &str = "events.answered";
const SHOULD: &str = "malformed.closes";

fn scenario() -> Scenario {
    let text = "title: A PING is answered\nunder_test: server\nrequirements: [keepalive.ping-answered]\nsteps:\n  - handshake\n  - send: ping\n  - expect: pong\n";
    sinkcheck_cases::suite::read("server/keepalive/mine", "mine.yaml", text).expect("a scenario")
}

fn finding(rule: &str, line: usize) -> Finding {
    Finding { rule: rule.into(), line, expected: format!("expected of {rule}"), observed: format!("seen of {rule}") }
}

fn played(findings: &[(&str, usize)], stop: Option<Stop>) -> Played {
    Played {
        findings: findings.iter().map(|(rule, line)| finding(rule, *line)).collect(),
        stop,
        shown_by: vec!["by a window".into()],
        transcript: vec![TranscriptEntry::event(0.0, "main", Role::Client, "connected")],
        accepted_as: Vec::new(),
        took: Duration::from_millis(1500),
    }
}

fn judged(findings: &[(&str, usize)], stop: Option<Stop>) -> CaseResult {
    judge(&scenario(), played(findings, stop))
}

fn cant_tell() -> Stop {
    Stop::CantTell { code: "machine-overloaded", message: "it was late".into(), line: 6 }
}

fn lacks() -> Stop {
    Stop::Lacks { what: "an adapter".into(), line: 7 }
}

fn fault() -> Stop {
    Stop::Fault("a mistake of ours".into())
}

#[test]
fn the_rules_of_these_tests_are_of_their_levels() {
    let level = |rule: &str| catalogue().rule(rule).map(|rule| rule.level);
    assert_eq!(
        [level(MUST), level(OTHER_MUST), level(SHOULD)],
        [Some(Level::Must), Some(Level::Must), Some(Level::Should)]
    );
}

#[test]
fn a_broken_must_fails_the_case_however_it_ended() {
    for stop in [None, Some(Stop::Broken), Some(cant_tell()), Some(lacks()), Some(fault())] {
        let result = judged(&[(MUST, 6)], stop.clone());
        assert_eq!(result.verdict, CaseVerdict::Fail, "{stop:?}");
        assert_eq!(result.reason, None, "{stop:?}");
        assert_eq!(result.location, "mine.yaml:6", "{stop:?}");
        assert_eq!(result.broken_rules, [MUST], "{stop:?}");
        assert_eq!(result.expected.as_deref(), Some("expected of keepalive.ping-answered"));
        assert_eq!(result.observed.as_deref(), Some("seen of keepalive.ping-answered"));
    }
}

#[test]
fn a_broken_should_warns_where_the_case_went_to_its_end_or_stopped_for_it() {
    for stop in [None, Some(Stop::Broken)] {
        let result = judged(&[(SHOULD, 7)], stop.clone());
        assert_eq!(result.verdict, CaseVerdict::Warn, "{stop:?}");
        assert_eq!((result.location.as_str(), result.reason), ("mine.yaml:7", None), "{stop:?}");
        assert_eq!(result.broken_rules, [SHOULD]);
    }
}

#[test]
fn nothing_found_passes() {
    let result = judged(&[], None);
    assert_eq!(result.verdict, CaseVerdict::Pass);
    assert_eq!((result.expected, result.observed, result.reason), (None, None, None));
    assert!(result.broken_rules.is_empty());
    assert_eq!(result.location, "mine.yaml:5");
}

#[test]
fn what_came_to_no_result_says_why_and_where_also_behind_a_broken_should() {
    let expected = [
        (cant_tell(), CaseVerdict::Inconclusive, "machine-overloaded", "it was late", "mine.yaml:6"),
        (lacks(), CaseVerdict::NotApplicable, "target-lacks", "an adapter", "mine.yaml:7"),
        (fault(), CaseVerdict::Error, "harness-fault", "a mistake of ours", "mine.yaml:5"),
    ];
    for (stop, verdict, code, message, location) in expected {
        for findings in [&[][..], &[(SHOULD, 9)][..]] {
            let result = judged(findings, Some(stop.clone()));
            assert_eq!(result.verdict, verdict, "{stop:?}");
            let reason = result.reason.expect("a reason");
            assert_eq!((reason.code.as_str(), reason.message.as_str()), (code, message));
            assert_eq!(result.location, location, "{stop:?}");
            assert_eq!(result.broken_rules.len(), findings.len());
        }
    }
}

#[test]
fn the_first_must_decides_and_musts_come_before_shoulds_each_once() {
    let result = judged(&[(SHOULD, 5), (OTHER_MUST, 6), (MUST, 7), (OTHER_MUST, 8), (SHOULD, 9)], Some(Stop::Broken));
    assert_eq!(result.verdict, CaseVerdict::Fail);
    assert_eq!(result.broken_rules, [OTHER_MUST, MUST, SHOULD]);
    assert_eq!(result.location, "mine.yaml:6");
    assert_eq!(result.observed.as_deref(), Some("seen of events.answered"));
}

#[test]
fn a_rule_that_nobody_knows_is_no_excuse() {
    let result = judged(&[("no.such-rule", 6)], Some(Stop::Broken));
    assert_eq!(result.verdict, CaseVerdict::Fail);
    assert_eq!(result.broken_rules, ["no.such-rule"]);
}

#[test]
fn what_was_exchanged_and_how_nothing_was_shown_is_kept() {
    let result = judged(&[], None);
    assert_eq!(result.shown_by, ["by a window"]);
    assert_eq!(result.transcript.len(), 1);
    assert!((result.duration_ms - 1500.0).abs() < 1e-9, "{}", result.duration_ms);
    assert_eq!((result.id.as_str(), result.title.as_str()), ("server/keepalive/mine", "A PING is answered"));
    assert_eq!((result.section.as_str(), result.slow), ("keepalive", false));
    assert_eq!(result.rules, [MUST]);
}

#[test]
fn a_case_that_was_not_played_says_where_it_is() {
    let result = unplayed(&scenario());
    assert_eq!(result.location, "mine.yaml:5");
    assert_eq!((result.section.as_str(), result.rules.as_slice()), ("keepalive", &[MUST.to_owned()][..]));
    assert!(result.broken_rules.is_empty() && result.transcript.is_empty() && result.reason.is_none());
}

#[test]
fn a_case_that_waits_for_intervals_is_told_to_be_slow() {
    let text = "title: It is dropped\nunder_test: server\nsilent: true\nrequirements: [keepalive.silent-peer-dropped]\nsteps:\n  - handshake\n  - expect: closed\n    within: { from: 1.5, to: 2.0 }\n";
    let slow = sinkcheck_cases::suite::read("server/keepalive/mine", "mine.yaml", text).expect("a scenario");
    assert!(unplayed(&slow).slow && !unplayed(&scenario()).slow);
}
