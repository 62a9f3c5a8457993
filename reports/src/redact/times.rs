use super::prose::{without_durations, without_ports};
use crate::document::{Carried, CaseResult, Document, TranscriptEntry};

/// The same document without times and ports.
///
/// Durations and transcript times are 0 ms. In addresses, and in sentences that mention one, a port is `PORT`; in sentences a
/// duration is `TIME`. What launched programs wrote is left out, since logs are full of both. Octets and their meaning
/// stay: they are what was tested.
#[must_use]
pub fn without_times(document: &Document) -> Document {
    let mut document = document.clone();
    document.target.address = without_ports(&document.target.address);
    document.notes.iter_mut().for_each(clean);
    document.rules.iter_mut().flat_map(|rule| &mut rule.needs).for_each(clean);
    document.cases.iter_mut().for_each(clean_case);
    document
}

fn clean_case(case: &mut CaseResult) {
    case.duration_ms = 0.0;
    case.output = None;
    if let Some(reason) = &mut case.reason {
        clean(&mut reason.message);
    }
    case.expected.iter_mut().chain(&mut case.observed).chain(&mut case.shown_by).for_each(clean);
    case.transcript.iter_mut().for_each(clean_entry);
}

fn clean_entry(entry: &mut TranscriptEntry) {
    entry.ms = 0.0;
    if let Carried::Event(event) = &mut entry.carried {
        clean(event);
    }
}

fn clean(sentence: &mut String) {
    *sentence = without_durations(&without_ports(sentence));
}
