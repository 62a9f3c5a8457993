//! Text of others, at every place at which there may be some.

use sinkcheck_reports::Document;
use sinkcheck_reports::document::{CaseResult, Level, Reason, Role, ScenarioText, TranscriptEntry};
use sinkcheck_reports::event::{RuleInfo, RunEvent};

use crate::handmade::{document, failure, rule};

/// A document in which all that anybody else wrote is this. Its cases are what the function makes of one that failed.
pub(crate) fn all_over(text: &str, cases: impl FnOnce(CaseResult) -> Vec<CaseResult>) -> Document {
    let info = RuleInfo {
        section: text.into(),
        section_title: text.into(),
        clause: text.into(),
        source: text.into(),
        text: text.into(),
        ..rule(text, Level::Must)
    };
    let case = CaseResult {
        title: text.into(),
        section: text.into(),
        reason: Some(Reason::new(text, text)),
        expected: Some(text.into()),
        observed: Some(text.into()),
        shown_by: vec![text.into()],
        location: text.into(),
        output: Some(text.into()),
        transcript: vec![
            TranscriptEntry::event(0.0, text, Role::Client, text).meaning(text),
            TranscriptEntry::octets(0.0, "b", Role::Server, text.as_bytes()).meaning(text).breaking(text),
        ],
        ..failure(text, &[text], &[text])
    };
    let further = vec![
        RunEvent::Note(text.into()),
        RunEvent::CalledAs(vec![text.into()]),
        RunEvent::Scenario(ScenarioText { file: text.into(), text: text.into() }),
    ];
    let mut document = document(vec![info, rule("other.unreached", Level::Should)], cases(case), further);
    document.rules[1].needs = vec![text.into()];
    document.target.name = text.into();
    document.target.address = text.into();
    document.target.capabilities = vec![text.into()];
    document.suite.version = text.into();
    document
}
