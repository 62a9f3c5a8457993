use sinkcheck_reports::document::{CaseResult, Document, Reason, Role, TranscriptEntry};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::redact::without_times;

use crate::handmade::{self, document, failure};

/// A run in which everything that may differ between two runs depends on `number`.
fn run(number: u16) -> Document {
    let ms = f64::from(number);
    let case = CaseResult {
        reason: Some(Reason::new("slow", format!("no answer from 127.0.0.1:{number} in {number} ms"))),
        expected: Some(format!("nothing for {number}.5 s")),
        observed: Some(format!("a close after {number} µs")),
        shown_by: vec![format!("a window of {number} ms")],
        duration_ms: ms,
        transcript: vec![TranscriptEntry::event(ms, "a", Role::Client, format!("connected from [::1]:{number}"))],
        output: Some(format!("pid {number}")),
        ..failure("server/a/x", &[], &[])
    };
    let mut document = document(vec![], vec![case], vec![RunEvent::Note(format!("It took {number} s."))]);
    document.target.address = format!("tcp://localhost:{number}");
    document
}

#[test]
fn two_runs_that_went_alike_differ_only_in_what_is_taken_out() {
    assert_ne!(run(1001), run(40123));
    assert_eq!(without_times(&run(1001)), without_times(&run(40123)));
    assert_eq!(without_times(&run(1001)).target.address, "tcp://localhost:PORT");
}

#[test]
fn what_was_tested_stays() {
    let document = handmade::failing();
    let clean = without_times(&document);
    assert_eq!((clean.verdict, clean.summary, &clean.rules), (document.verdict, document.summary, &document.rules));
    for (clean, case) in clean.cases.iter().zip(&document.cases) {
        assert_eq!((&clean.id, clean.verdict, &clean.location), (&case.id, case.verdict, &case.location));
        for (clean, entry) in clean.transcript.iter().zip(&case.transcript) {
            assert_eq!((&clean.carried, &clean.message), (&entry.carried, &entry.message));
        }
    }
    assert_eq!(without_times(&clean), clean);
}
