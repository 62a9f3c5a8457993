//! What a report shows of a connection: its beginning, what led to each finding, and its end.

use std::time::Duration;

use sinkcheck_reports::document::TranscriptEntry;
use sinkcheck_spec::oracle::Finding;

use super::kept::{Kept, KeptFrame, milliseconds, report_role};

/// So many findings of a side are shown with what led to them.
const MOST_FINDINGS: usize = 5;

/// So many frames before a finding are shown.
const BEFORE: usize = 6;

/// The frames that prove a finding, as far as they are kept, with what broke the rule marked.
pub(super) fn proof(finding: &Finding, kept: &Kept, connection: &str, begun: Duration) -> Vec<TranscriptEntry> {
    let culprit = culprit(finding, kept);
    let mut entries = Vec::new();
    let mut lost = 0;
    for number in &finding.frames {
        match kept.get(*number) {
            Some(frame) => {
                let entry = frame.entry(connection, begun);
                entries.push(if Some(*number) == culprit { marked(entry, finding) } else { entry });
            }
            None => lost += 1,
        }
    }
    if lost > 0 {
        let text = format!("{lost} of the frames that prove it passed so long before that they are not kept");
        let ms = entries.first().map_or(milliseconds(finding.at.saturating_sub(begun)), |entry| entry.ms);
        entries.insert(0, TranscriptEntry::event(ms, connection, report_role(finding.by), text));
    }
    if culprit.is_none() {
        entries.push(marked(happened(finding, connection, begun), finding));
    }
    entries
}

/// The frame that broke the rule, if it was one and not a silence or an end.
fn culprit(finding: &Finding, kept: &Kept) -> Option<u64> {
    let last = kept.get(*finding.frames.last()?)?;
    (last.from == finding.by && last.at == finding.at).then_some(last.number)
}

fn marked(entry: TranscriptEntry, finding: &Finding) -> TranscriptEntry {
    match finding.rule() {
        Some(rule) => entry.breaking(rule),
        None => entry,
    }
}

fn happened(finding: &Finding, connection: &str, begun: Duration) -> TranscriptEntry {
    let ms = milliseconds(finding.at.saturating_sub(begun));
    TranscriptEntry::event(ms, connection, report_role(finding.by), &finding.what)
}

/// Where an entry belongs: a frame at its number, an event behind the last frame before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Begin,
    Frame(u64),
    Behind(u64),
}

/// The entries that are shown of one side.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    entries: Vec<(Place, TranscriptEntry)>,
    findings: usize,
}

impl Excerpt {
    /// Takes in what was found, with what led to it. `passed` is how many frames have passed.
    pub(super) fn add(&mut self, finding: &Finding, kept: &Kept, passed: u64, connection: &str, begun: Duration) {
        self.findings += 1;
        if self.findings > MOST_FINDINGS {
            return;
        }
        let proving = finding.frames.iter().filter_map(|number| kept.get(*number));
        for frame in kept.first().iter().chain(kept.latest(BEFORE)).chain(proving) {
            self.show(frame, connection, begun);
        }
        match (culprit(finding, kept), finding.rule()) {
            (Some(number), Some(rule)) => {
                let place = Place::Frame(number);
                if let Some((_, entry)) = self.entries.iter_mut().find(|(at, _)| *at == place) {
                    entry.breaks.push(rule.to_owned());
                }
            }
            _ => {
                let entry = marked(happened(finding, connection, begun), finding);
                self.entries.push((passed.checked_sub(1).map_or(Place::Begin, Place::Behind), entry));
            }
        }
    }

    fn show(&mut self, frame: &KeptFrame, connection: &str, begun: Duration) {
        let place = Place::Frame(frame.number);
        if !self.entries.iter().any(|(at, _)| *at == place) {
            self.entries.push((place, frame.entry(connection, begun)));
        }
    }

    /// All of it in order, between what opened the connection and what ended it; nothing if nothing was found. What lies between
    /// and isn't shown is counted.
    pub(super) fn finish(
        mut self,
        connection: &str,
        opened: TranscriptEntry,
        ends: &[(u64, TranscriptEntry)],
    ) -> Vec<TranscriptEntry> {
        if self.findings == 0 {
            return Vec::new();
        }
        self.entries.insert(0, (Place::Begin, opened));
        for (behind, end) in ends {
            let place = behind.checked_sub(1).map_or(Place::Begin, Place::Behind);
            self.entries.push((place, end.clone()));
        }
        self.entries.sort_by_key(|(place, _)| *place);
        let mut list = Vec::new();
        let mut next = 0;
        for (place, entry) in self.entries {
            let reached = match place {
                Place::Begin => 0,
                Place::Frame(number) => number,
                Place::Behind(number) => number + 1,
            };
            if reached > next {
                list.push(left_out(reached - next, &entry, connection));
            }
            next = match place {
                Place::Frame(number) => number + 1,
                _ => reached.max(next),
            };
            list.push(entry);
        }
        if self.findings > MOST_FINDINGS {
            let last = list.last().cloned();
            let text = format!("{} more findings are not shown", self.findings - MOST_FINDINGS);
            list.extend(last.map(|last| TranscriptEntry::event(last.ms, connection, last.from, text)));
        }
        list
    }
}

fn left_out(count: u64, next: &TranscriptEntry, connection: &str) -> TranscriptEntry {
    let frames = if count == 1 { "frame is" } else { "frames are" };
    TranscriptEntry::event(next.ms, connection, next.from, format!("{count} {frames} left out here"))
}
