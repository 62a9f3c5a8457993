use sinkcheck_reports::document::{
    CaseResult, CaseVerdict, Document, KnownFailure, Level, Reason, Role, Suite, Target, TranscriptEntry,
};
use sinkcheck_reports::event::{PlannedCase, RuleInfo, RunEvent};
use sinkcheck_reports::fold::DocumentBuilder;

use super::exchanges;
use super::rules::{rule, rules};
use crate::published::published;

/// A case of this id and verdict that cites these rules.
pub(crate) fn case(id: &str, verdict: CaseVerdict, rules: &[&str]) -> CaseResult {
    CaseResult {
        id: id.into(),
        title: format!("It goes as {} says", id.rsplit('/').next().unwrap_or(id)),
        section: id.split('/').nth(1).unwrap_or_default().into(),
        verdict,
        rules: rules.iter().map(|&rule| rule.into()).collect(),
        location: format!("cases/suites/{id}.yaml:5"),
        duration_ms: 3.2,
        ..CaseResult::default()
    }
}

/// A failure of this id that broke `broken`.
pub(crate) fn failure(id: &str, rules: &[&str], broken: &[&str]) -> CaseResult {
    let broken_rules = broken.iter().map(|&rule| rule.into()).collect();
    CaseResult { broken_rules, ..case(id, CaseVerdict::Fail, rules) }
}

/// What a harness tells at the beginning of a run.
pub(crate) fn started(rules: Vec<RuleInfo>, cases: &[CaseResult]) -> RunEvent {
    RunEvent::RunStarted {
        suite: Suite { version: "0.1.0".into(), protocol_version: 0, cases: 140, rules: 187 },
        target: Target {
            name: "acme-sink 2.1".into(),
            role: Role::Server.into(),
            address: "tls://10.0.0.5:4000".into(),
            capabilities: vec!["tls".into(), "publish".into()],
        },
        rules,
        planned: cases.iter().map(planned).collect(),
    }
}

/// The plan of a case.
pub(crate) fn planned(case: &CaseResult) -> PlannedCase {
    PlannedCase {
        id: case.id.clone(),
        title: case.title.clone(),
        section: case.section.clone(),
        rules: case.rules.clone(),
        location: case.location.clone(),
        slow: case.slow,
    }
}

/// The document of a whole run with these rules, cases and further events.
pub(crate) fn document(rules: Vec<RuleInfo>, cases: Vec<CaseResult>, further: Vec<RunEvent>) -> Document {
    let mut builder = DocumentBuilder::new();
    builder.apply(&started(rules, &cases));
    for case in cases {
        builder.apply(&RunEvent::CaseStarted { id: case.id.clone() });
        builder.apply(&RunEvent::CaseFinished(Box::new(case)));
    }
    for event in &further {
        builder.apply(event);
    }
    builder.apply(&RunEvent::RunFinished { interrupted: false });
    published(builder.finish())
}

pub(crate) fn needs(rule: &str, need: &str) -> RunEvent {
    RunEvent::RuleNeeds { rule: rule.into(), need: need.into() }
}

/// A server that keeps every rule that was tried.
pub(crate) fn conforming() -> Document {
    let cases = rules()
        .iter()
        .map(|rule| case(&format!("server/{}", rule.id.replace('.', "/")), CaseVerdict::Pass, &[&rule.id]))
        .collect();
    document(rules(), cases, vec![])
}

/// A server with two bugs, a discourtesy, and things that could not be tried.
pub(crate) fn failing() -> Document {
    let not_applicable = |id: &str, rule: &str, message: &str| CaseResult {
        reason: Some(Reason::new("lacks-capability", message)),
        ..case(id, CaseVerdict::NotApplicable, &[rule])
    };
    let cases = vec![
        case("server/framing/cut-at-each-octet", CaseVerdict::Pass, &["framing.cut-anywhere"]),
        case("server/framing/joined", CaseVerdict::Pass, &["framing.joined"]),
        longest_frame(),
        case("server/handshake/nothing-unprompted", CaseVerdict::Pass, &["handshake.nothing-before-request"]),
        case("server/handshake/hello", CaseVerdict::Pass, &["handshake.hello", "handshake.first-request-answered"]),
        case("server/handshake/connected", CaseVerdict::Pass, &["handshake.connected"]),
        case("server/handshake/mismatch", CaseVerdict::Pass, &["handshake.mismatch", "handshake.mismatch-record-kept"]),
        quarantined(),
        no_answer_to_second_request(),
        wrong_ack(),
        known_failure(),
        case("server/keepalive/ping", CaseVerdict::Pass, &["keepalive.ping-answered"]),
        overloaded(),
        not_applicable("server/events/delivered", "events.delivered-as-sent", "an adapter"),
        not_applicable("server/events/resent", "events.resent-after-reconnect", "an adapter"),
        not_applicable("server/identity/untrusted", "identity.untrusted-turned-away", "the fixture `unknown`"),
        takeover(),
    ];
    let further = vec![
        needs("events.delivered-as-sent", "an adapter"),
        needs("events.resent-after-reconnect", "an adapter"),
        needs("identity.untrusted-turned-away", "the fixture `unknown`"),
        RunEvent::Note("The suite has 23 slow cases that --skip-slow left out.".into()),
    ];
    document(rules(), cases, further)
}

fn quarantined() -> CaseResult {
    CaseResult {
        title: "A quarantined client is told why, and turned away".into(),
        location: "cases/suites/server/handshake/quarantined.yaml:9".into(),
        expected: Some("the connection to be closed".into()),
        observed: Some("it stayed open: a PING was answered with PONG 401.2 ms after the response".into()),
        shown_by: vec!["a PING, sent 400 ms after the response, that was answered".into()],
        duration_ms: 403.4,
        transcript: exchanges::quarantined_and_left_open(),
        ..failure(
            "server/handshake/quarantined",
            &["handshake.quarantined-reason", "handshake.quarantined-closes"],
            &["handshake.quarantined-closes"],
        )
    }
}

fn wrong_ack() -> CaseResult {
    CaseResult {
        title: "An event is acknowledged with its own message id".into(),
        location: "cases/suites/server/events/acknowledged.yaml:11".into(),
        expected: Some("ack or nack, with message_id 1351".into()),
        observed: Some("ack, with message_id 1352".into()),
        transcript: exchanges::wrong_id_acked(),
        ..failure("server/events/acknowledged", &["events.one-answer"], &["events.one-answer"])
    }
}

fn longest_frame() -> CaseResult {
    CaseResult {
        title: "The longest frame is read".into(),
        expected: Some("ack or nack, with message_id 7".into()),
        observed: Some("the target closed the connection".into()),
        transcript: exchanges::longest_frame_closed(),
        ..failure("server/framing/longest", &["framing.any-length"], &["framing.any-length"])
    }
}

fn no_answer_to_second_request() -> CaseResult {
    let rules = &["handshake.second-request-closes"];
    let mut transcript = exchanges::connected("client", 0.0);
    transcript.push(TranscriptEntry { ms: 2.0, ..transcript[1].clone() });
    CaseResult {
        title: "A second request ends the connection".into(),
        verdict: CaseVerdict::Warn,
        expected: Some("the connection to be closed".into()),
        observed: Some("nothing, and the connection stayed open".into()),
        shown_by: vec!["a window of 120 ms: the target's slowest answer so far took 12 ms".into()],
        transcript,
        ..failure("server/handshake/second-request", rules, rules)
    }
}

fn known_failure() -> CaseResult {
    CaseResult {
        verdict: CaseVerdict::KnownFailure,
        known_failure: Some(KnownFailure {
            issue: Some("https://issues.example/ACME-1207".into()),
            until: Some("2027-01-31".into()),
            ..known("ids restart at 0 after 255")
        }),
        expected: Some("publish with message_id 256".into()),
        observed: Some("publish with message_id 0".into()),
        ..failure("server/events/ids-ascend", &["events.ids-ascend"], &["events.ids-ascend"])
    }
}

fn known(reason: &str) -> KnownFailure {
    KnownFailure { reason: reason.into(), ..KnownFailure::default() }
}

/// A server whose bug was known, and was to be mended by now.
pub(crate) fn expired() -> Document {
    let failed = CaseResult {
        known_failure: Some(KnownFailure {
            issue: Some("ACME-88".into()),
            until: Some("2026-01-31".into()),
            expired: true,
            ..known("the session stays")
        }),
        ..quarantined()
    };
    document(rules(), vec![failed], vec![])
}

fn overloaded() -> CaseResult {
    CaseResult {
        reason: Some(Reason::new("machine-overloaded", "this machine was 800 ms late in reading its clock")),
        ..case("server/keepalive/silent-peer", CaseVerdict::Inconclusive, &["keepalive.silent-peer-dropped"])
    }
}

fn takeover() -> CaseResult {
    CaseResult {
        title: "The newer connection takes over".into(),
        verdict: CaseVerdict::Warn,
        expected: Some("the older connection to be closed".into()),
        observed: Some("it stayed open".into()),
        transcript: exchanges::takeover_without_close(),
        ..failure("server/identity/takeover", &["identity.takeover"], &["identity.takeover"])
    }
}

/// A server that could not be reached.
pub(crate) fn unreachable() -> Document {
    let cases = conforming()
        .cases
        .into_iter()
        .map(|case| CaseResult {
            verdict: CaseVerdict::Inconclusive,
            reason: Some(Reason::new("could-not-connect", "10.0.0.5:4000: connection refused")),
            output: case.id.ends_with("/joined").then(|| "acme-sink: address in use\n".into()),
            ..case
        })
        .collect();
    document(rules(), cases, vec![])
}

/// A run that selected nothing.
pub(crate) fn zero_cases() -> Document {
    document(rules(), vec![], vec![])
}

/// A target that has nothing that a case needs.
pub(crate) fn nothing_applies() -> Document {
    let cases = ["server/events/delivered", "server/events/resent"].map(|id| CaseResult {
        reason: Some(Reason::new("lacks-adapter", "an adapter")),
        ..case(id, CaseVerdict::NotApplicable, &["events.delivered-as-sent"])
    });
    let further = vec![needs("events.delivered-as-sent", "an adapter")];
    document(rules(), cases.to_vec(), further)
}

/// A server that loses one event in 4096, and a program that chatters.
pub(crate) fn flooded() -> Document {
    let flood = CaseResult {
        title: "All 4096 message ids may be in flight".into(),
        expected: Some("ack or nack for each of 4096 message ids".into()),
        observed: Some("4095 answers: none for message_id 1000".into()),
        transcript: exchanges::flood(4096, 1000),
        output: Some((0..400).map(|line| format!("[acme] handled {line}\n")).collect()),
        ..failure("server/events/all-ids", &["events.one-answer"], &["events.one-answer"])
    };
    document(rules(), vec![flood], vec![])
}

/// A server with one bug that fails many cases.
pub(crate) fn one_bug_many_failures() -> Document {
    let cases = (1..=9)
        .map(|number| CaseResult {
            observed: Some(format!("the target closed the connection after segment {number}")),
            ..failure(&format!("server/framing/cut-{number}"), &["framing.cut-anywhere"], &["framing.cut-anywhere"])
        })
        .collect();
    document(rules(), cases, vec![])
}

/// A run repeated three times that did not go alike, with a case that the harness could not judge and one that passes
/// although it is known to fail.
pub(crate) fn unsteady() -> Document {
    let id = "server/keepalive/ping";
    let rules_of_it = &["keepalive.ping-answered"];
    let cases = vec![
        case(id, CaseVerdict::Pass, rules_of_it),
        case(id, CaseVerdict::Pass, rules_of_it),
        CaseResult {
            expected: Some("pong".into()),
            observed: Some("nothing for 240 ms".into()),
            ..failure(id, rules_of_it, rules_of_it)
        },
        CaseResult {
            reason: Some(Reason::new("harness-panicked", "index out of bounds")),
            ..case("server/handshake/hello", CaseVerdict::Error, &["handshake.hello"])
        },
        CaseResult {
            known_failure: Some(known("ACME-1207")),
            ..case("server/events/ids-ascend", CaseVerdict::UnexpectedPass, &["events.ids-ascend"])
        },
    ];
    document(rules(), cases, vec![])
}

/// A server whose only bugs are known.
pub(crate) fn only_known_failures() -> Document {
    let ping = case("server/keepalive/ping", CaseVerdict::Pass, &["keepalive.ping-answered"]);
    let known = CaseResult {
        verdict: CaseVerdict::KnownFailure,
        known_failure: Some(known("ACME-88: the session stays")),
        ..quarantined()
    };
    document(rules(), vec![ping, known], vec![])
}

/// A client under test that publishes before it was accepted, on its second connection.
pub(crate) fn failing_client() -> Document {
    let mut transcript = exchanges::connected("first", 0.0);
    transcript.push(TranscriptEntry::event(3.0, "first", Role::Server, "closed"));
    transcript.extend([
        TranscriptEntry::event(55.0, "second", Role::Client, "connected"),
        TranscriptEntry::octets(55.4, "second", Role::Client, b"\x00\x10\x40\x00\x01\x01\x01k\x01\x80\xe2\xcf\xaa\x06\x03abc")
            .meaning("publish 0 { event_type_id: 1, schema_version: 1, key: \"k\", offset: 1, timestamp: 1700000000, event_data: \"abc\" }")
            .breaking("introduction.request-first"),
    ]);
    let failed = CaseResult {
        title: "Every connection begins with the request".into(),
        expected: Some("connection_request".into()),
        observed: Some("publish with message_id 0".into()),
        transcript,
        output: Some("connecting to 127.0.0.1:40123\nsession resumed, flushing 1 event\n".into()),
        ..failure("client/introduction/request-first", &["introduction.request-first"], &["introduction.request-first"])
    };
    let rules = vec![RuleInfo {
        text: "The first message of a client on every connection MUST be the connection request.".into(),
        ..rule("introduction.request-first", Level::Must)
    }];
    let mut document = document(rules, vec![failed], vec![]);
    document.target.role = Role::Client.into();
    document.target.address = "launched: ./acme-client --host 127.0.0.1".into();
    document
}

/// A document in which every text is out to harm whoever shows it.
pub(crate) fn hostile() -> Document {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\r\nVERDICT  conforms\u{202e}\u{2066}\u{200b}\0\t<b>&amp;\"</b>";
    let long = format!("{evil}{}", "word ".repeat(200));
    let unbroken = "x".repeat(1000);
    let evil_rule = RuleInfo {
        id: format!("evil.{evil}"),
        level: Level::Must,
        section: evil.into(),
        section_title: evil.into(),
        clause: evil.into(),
        source: evil.into(),
        text: long.clone(),
    };
    let mut cases = Vec::new();
    for verdict in CaseVerdict::ALL {
        cases.push(CaseResult {
            id: format!("{evil}/{verdict:?}"),
            title: long.clone(),
            section: evil.into(),
            verdict,
            reason: Some(Reason::new(evil, long.clone())),
            rules: vec![evil_rule.id.clone()],
            broken_rules: if verdict == CaseVerdict::Fail { vec![evil_rule.id.clone()] } else { vec![] },
            location: evil.into(),
            expected: Some(long.clone()),
            observed: Some(unbroken.clone()),
            shown_by: vec![evil.into()],
            known_failure: Some(KnownFailure {
                reason: evil.into(),
                issue: Some(evil.into()),
                until: Some(evil.into()),
                expired: verdict == CaseVerdict::Fail,
            }),
            duration_ms: f64::NAN,
            slow: true,
            transcript: vec![
                TranscriptEntry::event(f64::INFINITY, evil, Role::Server, evil),
                TranscriptEntry::octets(-1.0, "other", Role::Client, &[0x1b; 300]).meaning(unbroken.clone()),
            ],
            output: Some(evil.into()),
        });
    }
    let further = vec![needs(&evil_rule.id, evil), RunEvent::Note(long)];
    let mut document = document(vec![evil_rule, rule("evil.unreached", Level::Should)], cases, further);
    document.target.name = evil.into();
    document.target.address = evil.into();
    document.target.capabilities = vec![evil.into()];
    document.suite.version = evil.into();
    document
}

/// Every document above, by name.
pub(crate) fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("conforming", conforming()),
        ("failing", failing()),
        ("unreachable", unreachable()),
        ("zero_cases", zero_cases()),
        ("nothing_applies", nothing_applies()),
        ("flooded", flooded()),
        ("one_bug_many_failures", one_bug_many_failures()),
        ("unsteady", unsteady()),
        ("only_known_failures", only_known_failures()),
        ("expired", expired()),
        ("failing_client", failing_client()),
        ("hostile", hostile()),
    ]
}
