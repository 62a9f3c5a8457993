use sinkcheck::observe::{Ending, Ledger, Observed};
use sinkcheck_reports::Document;
use sinkcheck_reports::document::{Carried, CaseVerdict, Reason, RuleVerdict, TargetRole, Verdict};
use sinkcheck_reports::fold::{BROKEN, CONFORMS, INCONCLUSIVE, exit_code};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Judged, Settings};

use crate::published::published;
use crate::session::{ACK, CONNECTED, Client, End, PUBLISH, REQUEST, Server, Step, play};

const BEFORE_REQUEST: &str = "handshake.nothing-before-request";

fn document(connections: &[&[Step]]) -> Document {
    let mut ledger = Ledger::default();
    for (number, steps) in connections.iter().enumerate() {
        ledger.add(play(&(number + 1).to_string(), Settings::default(), steps).1);
    }
    published(ledger.document("a test", "in memory"))
}

fn verdicts(document: &Document) -> Vec<(&str, CaseVerdict)> {
    document.cases.iter().map(|case| (case.id.as_str(), case.verdict)).collect()
}

const RIGHT: [Step; 6] =
    [REQUEST, CONNECTED, PUBLISH, ACK, End(Role::Client, Ending::Closed), End(Role::Server, Ending::Closed)];

#[test]
fn right_peers_conform() {
    let document = document(&[&RIGHT, &RIGHT]);
    let expected = ["connection/1/server", "connection/1/client", "connection/2/server", "connection/2/client"];
    assert_eq!(verdicts(&document), expected.map(|id| (id, CaseVerdict::Pass)));
    assert_eq!(document.target.role, TargetRole::Both);
    assert_eq!(document.verdict, Verdict::Conforms);
    assert_eq!(exit_code(&document, 0), CONFORMS);
    assert_eq!(document.notes, ["Watched 2 connections with 8 frames."]);
}

#[test]
fn what_one_side_breaks_fails_that_side_alone() {
    let document = document(&[&[Server("0001 10"), REQUEST, CONNECTED]]);
    assert_eq!(
        verdicts(&document),
        [("connection/1/server", CaseVerdict::Fail), ("connection/1/client", CaseVerdict::Pass)]
    );
    assert_eq!(document.cases[0].broken_rules, [BEFORE_REQUEST]);
    let rule = document.rule(BEFORE_REQUEST).expect("the rule");
    assert_eq!((rule.verdict, rule.exercised, rule.sides[0].broken), (RuleVerdict::Broken, 1, 1));
    assert_eq!(rule.cases, ["connection/1/server"]);
    assert_eq!(exit_code(&document, 0), BROKEN);
    let marked: Vec<_> = document.cases[0].transcript.iter().filter(|entry| !entry.breaks.is_empty()).collect();
    assert_eq!(marked.len(), 1);
    assert_eq!((marked[0].ms, &marked[0].carried), (1.0, &Carried::Hex("000110".to_owned())));
}

#[test]
fn nobody_is_blamed_for_what_was_lost() {
    let mut ledger = Ledger::default();
    let mut found = Vec::new();
    let mut observed = Observed::new("1", Settings::default(), std::time::Duration::ZERO);
    observed.lost(Reason::new("gap", "a segment is missing"));
    observed.octets(Role::Server, std::time::Duration::ZERO, &[0, 1, 0x10], &mut found);
    ledger.add(observed.finish(std::time::Duration::ZERO));
    assert!(found.is_empty());
    let document = published(ledger.document("a test", "in memory"));
    assert!(document.cases.iter().all(|case| case.verdict == CaseVerdict::Inconclusive));
    assert_eq!(exit_code(&document, 0), INCONCLUSIVE);
}

#[test]
fn a_connection_without_a_frame_says_nothing() {
    let connection: &[Step] = &[End(Role::Client, Ending::Closed), End(Role::Server, Ending::Closed)];
    let silent = document(&[connection]);
    assert!(silent.cases.iter().all(|case| case.verdict == CaseVerdict::NotApplicable));
    assert_eq!(exit_code(&silent, 0), INCONCLUSIVE);
    assert_eq!(exit_code(&document(&[connection, &RIGHT]), 0), CONFORMS);
    assert_eq!(exit_code(&document(&[]), 0), INCONCLUSIVE);
}

#[test]
fn a_document_of_many_connections_is_bounded_and_adds_up() {
    let mut ledger = Ledger::default();
    let wrong: &[Step] = &[Server("0001 10")];
    for number in 0..3000 {
        let steps = if number % 2 == 0 { &RIGHT } else { wrong };
        ledger.add(play(&number.to_string(), Settings::default(), steps).1);
    }
    let document = published(ledger.document("a test", "in memory"));
    assert!(document.cases.len() <= 1010, "{}", document.cases.len());
    assert_eq!(document.summary.total(), document.cases.len());
    let rule = document.rule(BEFORE_REQUEST).expect("the rule");
    assert_eq!(rule.sides[0].broken, 1500);
    let stands_for = |id: &str| {
        let case = document.cases.iter().find(|case| case.id == id).unwrap_or_else(|| panic!("no {id}"));
        case.title.split(' ').find_map(|word| word.parse::<usize>().ok()).expect("a number")
    };
    let own = |end: &str, verdict| {
        let fits = |case: &&sinkcheck_reports::document::CaseResult| {
            case.id.starts_with("connection/") && case.id.ends_with(end) && case.verdict == verdict
        };
        document.cases.iter().filter(fits).count()
    };
    assert_eq!(stands_for("connections/failed/server") + own("/server", CaseVerdict::Fail), 1500);
    assert_eq!(stands_for("connections/passed/server") + own("/server", CaseVerdict::Pass), 1500);
    assert_eq!(stands_for("connections/passed/client") + own("/client", CaseVerdict::Pass), 1500);
}

#[test]
fn an_end_of_the_connection_judges_the_other_alone() {
    let settings = Settings { judged: Judged::Client, ..Settings::default() };
    let (found, outcome) = play("1", settings, &[Server("0001 10"), REQUEST]);
    assert!(found.is_empty(), "{found:?}");
    let mut ledger = Ledger::default();
    ledger.add(outcome);
    let document = published(ledger.document("a test", "in memory"));
    assert_eq!(verdicts(&document), [("connection/1/client", CaseVerdict::Pass)]);
    assert_eq!(document.target.role, TargetRole::Client);
    assert!(document.rule(BEFORE_REQUEST).is_none(), "a rule for servers");
}

#[test]
fn findings_come_with_the_frames_that_prove_them() {
    // The second ACK answers nothing.
    let (found, outcome) =
        play("7", Settings::default(), &[REQUEST, CONNECTED, PUBLISH, ACK, Client("0002 5000"), ACK]);
    let [found] = &found[..] else { panic!("{found:?}") };
    assert_eq!(found.rule(), Some("events.answered-once"));
    let last = found.proof.last().expect("a frame");
    assert_eq!(last.message.as_deref(), Some("ACK 1351"));
    assert_eq!((last.ms, &*last.breaks), (1006.0, &["events.answered-once".to_owned()][..]));
    let json = serde_json::to_value(found.report()).expect("JSON");
    assert_eq!(json["finding"], "broken");
    assert_eq!((json["side"].as_str(), json["connection"].as_str()), (Some("server"), Some("7")));
    // The PUBLISH, its answer, and the second answer.
    let frames: Vec<_> =
        json["frames"].as_array().into_iter().flatten().map(|frame| frame["message"].clone()).collect();
    assert_eq!(frames.len(), 3, "{frames:?}");
    assert_eq!((&frames[1], &frames[2]), (&"ACK 1351".into(), &"ACK 1351".into()));
    // The case shows what led to it, counted from the connection's start.
    let transcript = &outcome.sides[0].transcript;
    let shown: Vec<_> = transcript.iter().map(|entry| (entry.ms, entry.breaks.len())).collect();
    assert_eq!(shown, [(0.0, 0), (1.0, 0), (2.0, 0), (3.0, 0), (4.0, 0), (5.0, 0), (6.0, 1)]);
}

#[test]
fn a_rule_that_is_broken_again_and_again_is_counted_and_told_ten_times() {
    let (found, outcome) = play("1", Settings::default(), &[Server("0001 10"); 1000]);
    assert_eq!(found.iter().filter(|found| found.rule() == Some(BEFORE_REQUEST)).count(), 10);
    assert_eq!((outcome.sides[0].broken[0].rule, outcome.sides[0].broken[0].times), (BEFORE_REQUEST, 1000));
    assert_eq!(outcome.sides[0].tally.count(BEFORE_REQUEST).broken, 1000);
    assert!(outcome.sides[0].transcript.len() < 30, "{}", outcome.sides[0].transcript.len());
}

#[test]
fn the_octets_of_an_unfinished_frame_break_the_silence() {
    use std::time::Duration;
    let settings = Settings { keepalive_interval: Some(Duration::from_secs(1)), ..Settings::default() };
    let broken = |octets_between: bool| {
        let (mut observed, mut found) = (Observed::new("1", settings, Duration::ZERO), Vec::new());
        let mut heard = |from, ms, hex: &str| {
            observed.octets(from, Duration::from_millis(ms), &crate::session::octets(hex), &mut found);
        };
        heard(Role::Client, 0, "000f 0005312e302e30 00000001 00000002");
        heard(Role::Server, 1, "0001 10");
        // A frame that takes long, and after it neither side sends for less than an interval.
        heard(Role::Client, 500, "0400");
        if octets_between {
            for ms in (600..3000).step_by(100) {
                heard(Role::Client, ms, "00");
            }
        }
        heard(Role::Client, 3000, "5000");
        observed.tick(Duration::from_millis(3100), &mut found);
        found.iter().filter_map(sinkcheck::observe::Found::rule).collect::<Vec<_>>()
    };
    assert!(broken(false).contains(&"keepalive.client-pings"), "{:?}", broken(false));
    assert!(!broken(true).contains(&"keepalive.client-pings"), "{:?}", broken(true));
}

/// Five PUBLISHes with one id at a time: which of them is answered how can't be told any more.
fn beyond_telling() -> Vec<Step> {
    let ends = [End(Role::Client, Ending::Closed), End(Role::Server, Ending::Closed)];
    [REQUEST, CONNECTED].into_iter().chain([PUBLISH; 5]).chain([ACK; 9]).chain(ends).collect()
}

#[test]
fn too_many_readings_are_inconclusive_and_never_passed() {
    let document = document(&[&beyond_telling()]);
    let expected = [("connection/1/server", CaseVerdict::Inconclusive), ("connection/1/client", CaseVerdict::Fail)];
    assert_eq!(verdicts(&document), expected);
    let reason = document.cases[0].reason.as_ref().expect("a reason");
    assert_eq!(reason.code, "too-many-readings");
    assert_eq!(document.cases[1].broken_rules[0], "events.id-not-reused-in-flight");
}

#[test]
fn a_disagreement_of_the_oracle_with_itself_is_an_error_of_ours_and_hides_no_broken_must() {
    let (_, mut outcome) = play("1", Settings::default(), &RIGHT);
    let (_, mut broken) = play("2", Settings::default(), &[Server("0001 10"), REQUEST, CONNECTED]);
    for side in outcome.sides.iter_mut().chain(&mut broken.sides) {
        side.disagreement = Some("two readings".to_owned());
    }
    let mut ledger = Ledger::default();
    ledger.add(outcome);
    ledger.add(broken);
    let document = published(ledger.document("a test", "in memory"));
    let expected = [CaseVerdict::Error, CaseVerdict::Error, CaseVerdict::Fail, CaseVerdict::Error];
    assert_eq!(document.cases.iter().map(|case| case.verdict).collect::<Vec<_>>(), expected);
    let reason = document.cases[0].reason.as_ref().expect("a reason");
    assert_eq!(reason.code, "oracle-disagrees");
    assert!(reason.message.contains("two readings") && reason.message.contains("please report"), "{reason:?}");
}
