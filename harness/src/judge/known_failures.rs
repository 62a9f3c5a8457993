//! Known failures: what is expected to fail, and why. One that passes, and one that fits nothing, is reported.

use std::cell::Cell;
use std::path::Path;

use globset::{Glob, GlobMatcher};
use serde::Deserialize;
use sinkcheck_cases::yaml::{self, Diagnostic, Path as YamlPath};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, KnownFailure};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryForm {
    /// Cases whose id fits.
    case: Option<String>,
    /// Cases in which only rules that fit are broken.
    rule: Option<String>,
    /// Why.
    reason: String,
}

/// One entry of the list.
#[derive(Debug, Clone)]
pub struct Entry {
    case: Option<GlobMatcher>,
    rule: Option<GlobMatcher>,
    reason: String,
    line: usize,
    pattern: String,
    fits: Cell<bool>,
}

/// The list.
#[derive(Debug, Clone, Default)]
pub struct KnownFailures {
    entries: Vec<Entry>,
    file: String,
}

impl KnownFailures {
    /// Reads a list.
    ///
    /// # Errors
    /// It can't be read, or an entry has no pattern or one that is none.
    pub fn read(path: &Path) -> Result<Self, Box<Diagnostic>> {
        let file = path.display().to_string();
        let text = yaml::text_of(path)?;
        let (forms, source) = yaml::read::<Vec<EntryForm>>(&file, &text)?;
        let mut entries = Vec::new();
        for (at, form) in forms.into_iter().enumerate() {
            let path = YamlPath::top().index(at);
            let pattern = match (&form.case, &form.rule) {
                (Some(case), None) => format!("case {case}"),
                (None, Some(rule)) => format!("rule {rule}"),
                (Some(case), Some(rule)) => format!("case {case}, rule {rule}"),
                (None, None) => return Err(Box::new(source.error(&path, "an entry names a `case` or a `rule`"))),
            };
            let glob = |pattern: Option<String>| {
                pattern.map(|pattern| Glob::new(&pattern).map(|glob| glob.compile_matcher())).transpose()
            };
            let wrong = |error: globset::Error| Box::new(source.error(&path, error.to_string()));
            let line = source.line(&path);
            let (case, rule) = (glob(form.case).map_err(wrong)?, glob(form.rule).map_err(wrong)?);
            entries.push(Entry { case, rule, reason: form.reason, line, pattern, fits: Cell::new(false) });
        }
        Ok(Self { entries, file })
    }

    /// Changes verdicts as the list says: a failure that it names is known, a pass that it names is unexpected. Remembers which
    /// entries fit something.
    pub fn apply(&self, result: &mut CaseResult) {
        let mut decided = None;
        for entry in &self.entries {
            if entry.case.as_ref().is_some_and(|glob| !glob.is_match(&result.id)) {
                continue;
            }
            let (verdict, fits) = match (result.verdict, &entry.rule) {
                (CaseVerdict::Fail, None) => (Some(CaseVerdict::KnownFailure), true),
                (CaseVerdict::Fail, Some(rule)) => {
                    let covered = !result.broken_rules.is_empty()
                        && result.broken_rules.iter().all(|broken| rule.is_match(broken));
                    (covered.then_some(CaseVerdict::KnownFailure), covered)
                }
                // A rule's entry is for all cases that cite it, and some of them may well pass.
                (CaseVerdict::Pass | CaseVerdict::Warn, None) => (Some(CaseVerdict::UnexpectedPass), true),
                (CaseVerdict::Pass | CaseVerdict::Warn, Some(_)) => (None, false),
                // What was not shown can't be stale.
                (_, None) => (None, true),
                (_, Some(rule)) => (None, result.rules.iter().any(|cited| rule.is_match(cited))),
            };
            if fits {
                entry.fits.set(true);
            }
            // The first entry decides; those behind it still fit.
            if let Some(verdict) = verdict.filter(|_| decided.is_none()) {
                decided = Some((verdict, entry.reason.clone()));
            }
        }
        if let Some((verdict, reason)) = decided {
            result.verdict = verdict;
            result.known_failure = Some(KnownFailure { reason });
        }
    }

    /// Entries that fitted nothing, as `FILE:LINE: pattern`.
    pub fn stale(&self) -> Vec<String> {
        self.entries
            .iter()
            .filter(|entry| !entry.fits.get())
            .map(|entry| format!("{}:{}: {}", self.file, entry.line, entry.pattern))
            .collect()
    }
}
