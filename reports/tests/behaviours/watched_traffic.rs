//! What is found while traffic is watched, and the report on both sides.

use sinkcheck_reports::document::{Level, Role, SideCount, TargetRole, TranscriptEntry};
use sinkcheck_reports::finding::{Finding, FindingKind};
use sinkcheck_reports::text::render_finding;
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::handmade;
use crate::snapshots::page;

fn finding(what: &str) -> Finding {
    let entry = TranscriptEntry::octets(12.5, "3", Role::Server, &[0, 2, 0x36, 0x66]).meaning("ACK 1638");
    Finding {
        finding: FindingKind::Broken,
        ms: 12.5,
        connection: "3".to_owned(),
        side: Role::Server,
        rule: Some("events.answered-once".to_owned()),
        level: Some(Level::Must),
        text: Some("Each PUBLISH MUST get one answer.".to_owned()),
        what: what.to_owned(),
        frame_numbers: vec![7],
        frames: vec![entry.breaking("events.answered-once")],
    }
}

fn shown(finding: &Finding, with_frames: bool) -> String {
    let mut text = Vec::new();
    render_finding(finding, with_frames, &RenderOptions::default(), &mut text).expect("memory takes it");
    String::from_utf8(text).expect("text")
}

#[test]
fn a_finding_is_shown_with_the_frames_that_prove_it() {
    let lines = "✗ MUST    events.answered-once  server on connection 3: ACK 1638 answers nothing
          Each PUBLISH MUST get one answer.
             client                                                                           server
  ✗    12.5  │← ACK 1638  00023666 ────────────────────────────────────────────────────────────────┤
             │  breaks events.answered-once                                                        │
";
    assert_eq!(shown(&finding("ACK 1638 answers nothing"), true), lines);
    assert_eq!(shown(&finding("ACK 1638 answers nothing"), false), lines.split_inclusive('\n').next().expect("a line"));
}

#[test]
fn nothing_in_a_finding_commands_the_terminal() {
    let text = shown(&finding("NACK \u{1b}[2J \u{202e} \u{7}"), true);
    assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text:?}");
}

fn both(broken: u64) -> Document {
    let mut document = handmade::failing();
    document.target.role = TargetRole::Both;
    document.suite.cases = 0;
    document.rules[0].exercised = 14;
    document.rules[0].sides = vec![
        SideCount { role: Role::Server, exercised: 10, broken },
        SideCount { role: Role::Client, exercised: 4, broken: 0 },
    ];
    document
}

#[test]
fn the_report_says_which_side_broke_what_and_how_often() {
    let text = page(&both(3), Format::Text, &RenderOptions::default());
    let place = text.find("BROKEN  by side").expect("a part of its own");
    let line = text[place..].lines().nth(1).expect("a line");
    assert!(line.starts_with("  server  ") && line.ends_with("  3 times of 10"), "{line}");
    assert!(text.contains("Sink protocol version 0, ") && !text.contains("suite of"), "{text}");
    assert!(!page(&both(0), Format::Text, &RenderOptions::default()).contains("BROKEN  by side"));
}

#[test]
fn a_verbose_report_says_how_often_each_side_met_a_rule() {
    let options = RenderOptions { verbose: true, ..RenderOptions::default() };
    let text = page(&both(3), Format::Text, &options);
    assert!(text.contains("exercised by the server 10 times, broken 3 times; by the client 4 times"), "{text}");
    assert!(!page(&both(3), Format::Text, &RenderOptions::default()).contains("exercised by"));
}
