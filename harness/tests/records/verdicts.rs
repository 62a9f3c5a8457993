//! What is blamed in a record: the rule that was broken, on the side that broke it, whatever form the record is in.

use std::time::Duration;

use sinkcheck::record::{Judging, Options, read};
use sinkcheck_reports::Document;
use sinkcheck_reports::document::{CaseResult, Role as ReportRole, Summary, Target, TargetRole, TranscriptEntry};
use sinkcheck_reports::fold::exit_code;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Judged, Settings};

use crate::making::{CAPTURES, Did, File, Link, Session, V4, capture_as, segments, session};
use crate::published::published;

const REQUEST: &str = "000b0005312e302e3000000001";
const REQUEST_WITH_ID: &str = "000f0005312e302e300000000100000002";
const HELLO: &str = "00051100000002";
const CONNECTED: &str = "000110";
const MISMATCH: &str = "000112";
const PUBLISH: &str = "001145470101016b0180e2cfaa060464617461";
const ACK: &str = "00023547";
const PING: &str = "00025000";
const PONG: &str = "00026000";

/// What a client (`>`) and a server (`<`) did, each some ms after the last; `.` ends a direction.
fn did(list: &[(u64, &str, &str)]) -> Session {
    let mut ms = 0;
    list.iter()
        .map(|(later, who, what)| {
            ms += later;
            let from = if *who == ">" { Role::Client } else { Role::Server };
            let did = if *what == "." { Did::Closed } else { Did::Sent(hex::decode(what).expect("made for the test")) };
            (ms, from, did)
        })
        .collect()
}

fn json_lines(session: &Session) -> Vec<u8> {
    let mut text = String::from("{\"ms\":0,\"connection\":\"it\",\"from\":\"client\",\"event\":\"connected\"}\n");
    for (ms, from, did) in session {
        let from = if *from == Role::Client { "client" } else { "server" };
        let rest = match did {
            Did::Sent(octets) => format!("\"hex\":\"{}\"", hex::encode(octets)),
            Did::Closed => "\"event\":\"closed\"".to_owned(),
            Did::Reset => "\"event\":\"reset\"".to_owned(),
        };
        text.push_str(&format!("{{\"ms\":{ms},\"connection\":\"it\",\"from\":\"{from}\",{rest}}}\n"));
    }
    text.into_bytes()
}

fn document(session: &Session, role: TargetRole) -> Vec<u8> {
    let mut document = sinkcheck_reports::json::read_document(
        include_bytes!("../../../reports/tests/documents/least.json").as_slice(),
    )
    .expect("made for the test");
    document.suite.cases = 1;
    document.target = Target { role, ..Target::default() };
    let mut transcript = vec![TranscriptEntry::event(0.0, "main", ReportRole::Client, "connected")];
    for (ms, from, did) in session {
        let from = if *from == Role::Client { ReportRole::Client } else { ReportRole::Server };
        transcript.push(match did {
            Did::Sent(octets) => TranscriptEntry::octets(*ms as f64, "main", from, octets),
            Did::Closed => TranscriptEntry::event(*ms as f64, "main", from, "closed"),
            Did::Reset => TranscriptEntry::event(*ms as f64, "main", from, "reset"),
        });
    }
    document.cases = vec![CaseResult { id: "a/case".to_owned(), transcript, ..CaseResult::default() }];
    document.summary = Summary::of(&document.cases);
    serde_json::to_vec(&published(document)).expect("made for the test")
}

/// What is found in a record, as side and rule, and the document of it.
fn judged(input: &[u8], settings: Settings) -> (Vec<(Role, String)>, Document) {
    let mut judging = Judging::new(settings);
    let mut found = Vec::new();
    read(input, &Options::default(), &mut |happening| {
        judging.happening(happening, |one| {
            assert!(!one.proof.is_empty(), "nothing proves {:?}", one.finding);
            found.push((one.finding.by, one.rule().unwrap_or("no rule").to_owned()));
        });
    })
    .expect("made for the test");
    (found, published(judging.finish().document("a record", "here")))
}

fn settings() -> Settings {
    Settings { patience: Duration::from_secs(10), ..Settings::default() }
}

/// A session breaks these rules, in whatever form it is recorded.
#[track_caller]
fn breaks(list: &[(u64, &str, &str)], expected: &[(Role, &str)]) {
    breaks_with(list, expected, settings());
}

#[track_caller]
fn breaks_with(list: &[(u64, &str, &str)], expected: &[(Role, &str)], settings: Settings) {
    let session = did(list);
    let segments = segments(&session, [u32::MAX, 7]);
    let mut inputs = vec![json_lines(&session)];
    for file in [File::ALL[0], File::ALL[3], File::ALL[4], File::ALL[5]] {
        inputs.push(capture_as(file, Link::Ethernet, &segments, V4, usize::MAX));
    }
    inputs.push(document(&session, TargetRole::Both));
    for input in &inputs {
        let (found, document) = judged(input, settings);
        let found: Vec<(Role, &str)> = found.iter().map(|(by, rule)| (*by, rule.as_str())).collect();
        assert_eq!(found, expected);
        let is_must = expected.iter().any(|(_, rule)| {
            sinkcheck_spec::catalogue::catalogue().rule(rule).expect("made for the test").level
                == sinkcheck_spec::catalogue::Level::Must
        });
        assert_eq!(exit_code(&document, 0), u8::from(is_must));
    }
    // One side alone is blamed for what it did.
    for (role, judged_side, of_target) in
        [(Role::Server, Judged::Server, TargetRole::Server), (Role::Client, Judged::Client, TargetRole::Client)]
    {
        let own: Vec<&str> = expected.iter().filter(|(by, _)| *by == role).map(|(_, rule)| *rule).collect();
        let one = Settings { judged: judged_side, ..settings };
        for (input, settings) in [(&inputs[0], one), (&inputs[1], one), (&document(&session, of_target), settings)] {
            let (found, _) = judged(input, settings);
            assert_eq!(found.iter().map(|(_, rule)| rule.as_str()).collect::<Vec<_>>(), own);
        }
    }
}

#[test]
fn deployed_sessions_break_nothing() {
    for (name, lines) in CAPTURES {
        let keepalive_interval = (name == "keepalive").then_some(Duration::from_secs(1));
        for settings in [settings(), Settings { keepalive_interval, ..Settings::default() }] {
            let (found, document) = judged(lines.as_bytes(), settings);
            assert_eq!((found, exit_code(&document, 0)), (Vec::new(), 0), "{name}");
        }
        let segments = segments(&session(lines), [1, 2]);
        let (found, _) = judged(&capture_as(File::ALL[0], Link::Raw, &segments, V4, usize::MAX), settings());
        assert_eq!(found, Vec::new(), "{name}");
    }
}

#[test]
fn an_event_that_is_answered_twice() {
    breaks(
        &[
            (1, ">", REQUEST),
            (1, "<", HELLO),
            (1, ">", PUBLISH),
            (1, "<", ACK),
            (1, "<", ACK),
            (1, ">", "."),
            (1, "<", "."),
        ],
        &[(Role::Server, "events.answered-once")],
    );
}

#[test]
fn an_answer_with_the_id_of_no_event() {
    breaks(
        &[(1, ">", REQUEST), (1, "<", HELLO), (1, ">", PUBLISH), (1, "<", "00023548"), (1, ">", "."), (1, "<", ".")],
        &[(Role::Server, "events.answer-carries-id")],
    );
}

#[test]
fn an_event_before_the_acceptance() {
    breaks(
        &[(1, ">", REQUEST), (1, ">", PUBLISH), (1, "<", HELLO), (1, ">", "."), (1, "<", ".")],
        &[(Role::Client, "introduction.only-request-before-response")],
    );
}

#[test]
fn a_response_before_the_request() {
    breaks(
        &[(1, "<", CONNECTED), (1, ">", REQUEST_WITH_ID), (1, ">", "."), (1, "<", ".")],
        &[(Role::Server, "handshake.nothing-before-request")],
    );
}

#[test]
fn a_pong_that_may_be_one_of_the_peers_own_accord_is_not_blamed() {
    breaks(
        &[
            (1, ">", REQUEST),
            (1, "<", HELLO),
            (1, ">", PING),
            (1, "<", PONG),
            (1, "<", PONG),
            (1, ">", "."),
            (1, "<", "."),
        ],
        &[],
    );
}

#[test]
fn a_rejected_client_whose_connection_stays_open() {
    breaks(
        &[(1, ">", REQUEST_WITH_ID), (1, "<", MISMATCH), (10_500, ">", PING)],
        &[(Role::Server, "handshake.mismatch-closes")],
    );
}

#[test]
fn an_answer_that_is_late_when_the_record_goes_on_and_not_when_it_ends() {
    let asked = [(1, ">", REQUEST), (1, "<", HELLO), (1, ">", PUBLISH)];
    breaks(&[&asked[..], &[(9_000, ">", PING), (1, "<", PONG)]].concat(), &[]);
    breaks(&[&asked[..], &[(10_500, ">", PING), (1, "<", PONG)]].concat(), &[(Role::Server, "events.answered")]);
}

#[test]
fn a_client_that_sends_no_ping_where_the_interval_is_known() {
    let silent = [(1, ">", REQUEST), (1, "<", HELLO), (1_300, ">", PING), (1, "<", PONG), (1, ">", ".")];
    breaks(&silent, &[]);
    let settings = Settings { keepalive_interval: Some(Duration::from_secs(1)), ..settings() };
    breaks_with(&silent, &[(Role::Client, "keepalive.client-pings")], settings);
}

#[test]
fn a_content_that_cannot_be_read() {
    breaks(
        &[(1, ">", REQUEST), (1, "<", HELLO), (1, ">", PUBLISH), (1, "<", "0003354700"), (1, ">", "."), (1, "<", ".")],
        &[(Role::Server, "layout.ack")],
    );
}
