//! How much of what was exchanged is kept, over a whole run: a run may be repeated ten thousand times, and a target may talk
//! without end.

use sinkcheck_reports::document::{Carried, CaseResult, CaseVerdict, Role, TranscriptEntry};

/// Some three times what the whole suite takes. A document of it is held in memory more than once when it is written.
const ROOM: usize = 24 << 20;

/// What an entry takes beside its text.
const ENTRY: usize = 160;

/// Where there is no more room, so many entries are kept of a case that didn't pass: its first and its last ones.
const ENDS: usize = 10;

/// Longer octets aren't kept where there is no more room.
const LONGEST: usize = 4096;

/// Keeps transcripts as long as there is room.
#[derive(Debug, Default)]
pub(super) struct Transcripts {
    taken: usize,
    abridged: usize,
}

impl Transcripts {
    /// Keeps a case's transcript, or as much of it as there is room for.
    pub(super) fn keep(&mut self, result: &mut CaseResult) {
        let size: usize = result.transcript.iter().map(size).sum();
        if self.taken + size <= ROOM {
            self.taken += size;
            return;
        }
        self.abridged += 1;
        let passed = matches!(result.verdict, CaseVerdict::Pass | CaseVerdict::NotApplicable);
        if passed || self.taken > 2 * ROOM {
            result.transcript = Vec::new();
            return;
        }
        let all = std::mem::take(&mut result.transcript);
        let end = all.len();
        // Whoever reads the transcript must know where it isn't whole.
        let mut left_out = 0;
        for (at, entry) in all.into_iter().enumerate() {
            if (at < ENDS || at + ENDS >= end) && size_of_text(&entry) <= LONGEST {
                if left_out > 0 {
                    result.transcript.push(gap(std::mem::take(&mut left_out), entry.ms));
                }
                result.transcript.push(entry);
            } else {
                left_out += 1;
            }
        }
        if left_out > 0 {
            let ms = result.transcript.last().map_or(0.0, |entry| entry.ms);
            result.transcript.push(gap(left_out, ms));
        }
        result.transcript.shrink_to_fit();
        self.taken += result.transcript.iter().map(self::size).sum::<usize>();
    }

    /// What is to be said about what was not kept, if anything was not.
    pub(super) fn note(&self) -> Option<String> {
        (self.abridged > 0).then(|| {
            format!(
                "So much was exchanged that the transcripts of {} cases are abridged or left out; --case and --rule select fewer.",
                self.abridged
            )
        })
    }
}

fn gap(entries: usize, ms: f64) -> TranscriptEntry {
    TranscriptEntry::event(ms, "", Role::Server, format!("{entries} entries were not kept"))
}

fn size(entry: &TranscriptEntry) -> usize {
    ENTRY + size_of_text(entry)
}

fn size_of_text(entry: &TranscriptEntry) -> usize {
    let carried = match &entry.carried {
        Carried::Hex(text) | Carried::Event(text) => text.len(),
    };
    carried + entry.message.as_ref().map_or(0, String::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(verdict: CaseVerdict, entries: usize) -> CaseResult {
        let entry = TranscriptEntry::octets(0.0, "a", Role::Server, &[0; 1000]);
        CaseResult { verdict, transcript: vec![entry; entries], ..CaseResult::default() }
    }

    #[test]
    fn what_a_suite_takes_is_kept_whole() {
        let mut transcripts = Transcripts::default();
        let mut result = case(CaseVerdict::Pass, 3000);
        transcripts.keep(&mut result);
        assert_eq!(result.transcript.len(), 3000);
        assert_eq!(transcripts.note(), None);
    }

    #[test]
    fn without_room_a_pass_keeps_nothing_and_a_failure_its_ends() {
        let mut transcripts = Transcripts { taken: ROOM, abridged: 0 };
        let (mut passed, mut failed) = (case(CaseVerdict::Pass, 100), case(CaseVerdict::Fail, 100));
        transcripts.keep(&mut passed);
        transcripts.keep(&mut failed);
        assert_eq!((passed.transcript.len(), failed.transcript.len()), (0, 2 * ENDS + 1));
        assert_eq!(failed.transcript[ENDS].carried, Carried::Event("80 entries were not kept".to_owned()));
        assert!(transcripts.note().is_some_and(|note| note.contains("2 cases")));
    }
}
