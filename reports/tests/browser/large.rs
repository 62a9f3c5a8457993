//! A document of 300 cases with 4,096 frames each opens without a stutter.

use std::path::Path;
use std::time::Instant;

use sinkcheck_reports::document::{CaseResult, CaseVerdict, Document, Level, Role, TranscriptEntry};

use crate::handmade::{case, document, failure, rule};
use crate::opened::Opened;

pub(crate) const ALL: &[crate::Test] = &[("three_hundred_cases_of_4096_frames_open_at_once", at_once)];

const CASES: usize = 300;
const FRAMES: u16 = 4096;

fn large() -> Document {
    let cases = (0..CASES).map(|number| {
        let id = format!("server/events/case-{number}");
        let transcript = (0..FRAMES).map(|frame| entry(number, frame)).collect();
        let result = match number % 10 {
            0 => CaseResult {
                observed: Some("another id".into()),
                ..failure(&id, &["events.one-answer"], &["events.one-answer"])
            },
            _ => case(&id, CaseVerdict::Pass, &["events.one-answer"]),
        };
        CaseResult { transcript, ..result }
    });
    let cases: Vec<CaseResult> = cases.collect();
    // Over a million entries of one kind: a part of them is held against the schema.
    let part = |case: &CaseResult| CaseResult { transcript: case.transcript[..64].to_vec(), ..case.clone() };
    let parts = cases.iter().map(part).collect();
    let mut document = document(vec![rule("events.one-answer", Level::Must)], parts, vec![]);
    for (case, whole) in document.cases.iter_mut().zip(cases) {
        case.transcript = whole.transcript;
    }
    document
}

/// An event or its answer. Times are jagged, as real ones are.
fn entry(number: usize, frame: u16) -> TranscriptEntry {
    let ms = f64::from(frame) * 0.217 + (number * 7919 + usize::from(frame) * 104_729) as f64 % 97.0 / 1000.0;
    let [high, low] = (frame / 2).to_be_bytes();
    if frame.is_multiple_of(2) {
        let mut publish = vec![0, 0x14, 0x40 | high, low];
        publish.extend(b"\x01\x01\x01k\x81\x80\x80\x01\x80\xe2\xcf\xaa\x06\x04data");
        let offset = 2_097_153 + u32::from(frame / 2);
        let message = format!(
            "PUBLISH {} {{ type 1, schema 1, key \"k\", offset {offset}, timestamp 1700000000, data \"data\" }}",
            frame / 2
        );
        TranscriptEntry::octets(ms, "main", Role::Client, &publish).meaning(message)
    } else {
        let ack = TranscriptEntry::octets(ms, "main", Role::Server, &[0, 2, 0x30 | high, low])
            .meaning(format!("ACK {}", frame / 2));
        if number.is_multiple_of(10) && frame == 3001 { ack.breaking("events.one-answer") } else { ack }
    }
}

/// Milliseconds in the page from the click until what it does has been painted.
fn measured(page: &mut Opened, action: &str, done: &str) -> f64 {
    let expression = format!(
        "new Promise((ready) => {{
            const begun = performance.now();
            {action};
            const look = () => ({done} ? requestAnimationFrame(() => setTimeout(() => ready(performance.now() - begun))) : setTimeout(look, 1));
            look();
        }})"
    );
    page.browser.value(&expression).as_f64().expect("a time")
}

fn at_once(program: &Path) {
    let document = large();
    let begun = Instant::now();
    let mut page = Opened::new(program, &document, "");
    let whole = begun.elapsed();
    let size = page.size();
    let loaded =
        page.browser.value("performance.getEntriesByType('navigation')[0].loadEventEnd").as_f64().expect("a time");
    let filtered = measured(
        &mut page,
        "document.querySelector('[name=text]').value = 'case-29'; document.querySelector('.filters').dispatchEvent(new Event('input'))",
        "true",
    );
    let opened = measured(
        &mut page,
        "document.querySelectorAll('details.case')[290].open = true",
        "document.querySelector('details[open][data-filled]')",
    );
    assert_eq!(page.count(".exchange .bad"), 1);
    let drawn = page.count(".exchange > li");
    let all = measured(
        &mut page,
        "document.querySelectorAll('.exchange .gap button:last-child').forEach((button) => button.click())",
        "document.querySelectorAll('.exchange .frame').length === 4096",
    );
    let report = format!(
        "{} MB of HTML; rendered and loaded in {whole:?}, loaded in {loaded:.0} ms; text filter {filtered:.0} ms; a case opened in {opened:.0} ms ({drawn} rows), all its {FRAMES} frames in {all:.0} ms",
        size / 1_000_000
    );
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{report}\n").as_bytes());
    // What makes it quick is that little is drawn and little is held. Times depend on the machine: these bounds are of another order
    // than what a slow one needs.
    assert!(size < 40_000_000, "{report}");
    assert!(drawn < 200, "{report}");
    assert!(loaded < 40_000.0 && filtered < 10_000.0 && opened < 10_000.0 && all < 40_000.0, "{report}");
    page.is_quiet();
}
