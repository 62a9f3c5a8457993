use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::Change;
use crate::document::{CaseResult, CaseVerdict, Document, Level};

/// A case that the two runs differ about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CaseChange {
    /// The case's id.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// How it differs.
    pub change: Change,
    /// What came of it in the old run, if that has it. Of one that was repeated, the worst.
    pub old: Option<CaseVerdict>,
    /// What came of it in the new run, if that has it. Of one that was repeated, the worst.
    pub new: Option<CaseVerdict>,
    /// Whether it breaks a MUST that it didn't break, or fails and didn't, whichever rules it names.
    pub got_worse: bool,
    /// The rules that it broke in the new run, and not in the old one.
    pub newly_broken: Vec<String>,
    /// What the new run has to say of it: what was expected and came, or why there is no result.
    pub account: String,
}

/// The cases that differ, in the order of the new document; those that only the old one has come last.
pub(super) fn changes(old: &Document, new: &Document) -> Vec<CaseChange> {
    let (before, after) = (by_id(old), by_id(new));
    let levels: HashMap<&str, Level> = new.rules.iter().map(|rule| (rule.id.as_str(), rule.level)).collect();
    // A rule that the document doesn't describe is taken for a MUST, to be on the safe side.
    let is_must = |rule: &String| levels.get(rule.as_str()).is_none_or(|&level| level == Level::Must);
    let mut seen = HashSet::new();
    let mut changes = Vec::new();
    for case in new.cases.iter().filter(|case| seen.insert(case.id.as_str())) {
        let after = &after[case.id.as_str()];
        let before = before.get(case.id.as_str());
        let was_broken = |rule: &str| before.is_some_and(|plays| plays.found.contains(rule));
        let newly_broken: Vec<String> =
            after.broken.iter().filter(|rule| !was_broken(rule)).map(|rule| (*rule).clone()).collect();
        let was = before.map(|plays| plays.worst.verdict);
        let Some(change) = change(was, after.worst.verdict, !newly_broken.is_empty()) else { continue };
        changes.push(CaseChange {
            id: case.id.clone(),
            title: case.title.clone(),
            change,
            old: was,
            new: Some(after.worst.verdict),
            // A case fails by a MUST alone, though a document of others may not name it.
            got_worse: newly_broken.iter().any(is_must) || fails(Some(after.worst.verdict)) && !fails(was),
            newly_broken,
            account: account(after.worst),
        });
    }
    let gone = old.cases.iter().filter(|case| seen.insert(case.id.as_str()));
    changes.extend(gone.map(|case| CaseChange {
        id: case.id.clone(),
        title: case.title.clone(),
        change: Change::Gone,
        old: Some(before[case.id.as_str()].worst.verdict),
        new: None,
        got_worse: false,
        newly_broken: Vec::new(),
        account: String::new(),
    }));
    changes
}

/// All plays of one case.
struct Plays<'a> {
    worst: &'a CaseResult,
    /// The rules that a play with a result found broken, each once.
    broken: Vec<&'a String>,
    /// The same, to be looked up.
    found: HashSet<&'a str>,
}

fn by_id(document: &Document) -> HashMap<&str, Plays<'_>> {
    let mut cases: HashMap<&str, Plays<'_>> = HashMap::new();
    for case in &document.cases {
        let plays = cases.entry(&case.id).or_insert(Plays { worst: case, broken: Vec::new(), found: HashSet::new() });
        if badness(case.verdict) > badness(plays.worst.verdict) {
            plays.worst = case;
        }
        if case.verdict.is_conclusive() {
            for rule in &case.broken_rules {
                if plays.found.insert(rule) {
                    plays.broken.push(rule);
                }
            }
        }
    }
    cases
}

/// Which of two plays is told.
fn badness(verdict: CaseVerdict) -> u8 {
    match verdict {
        CaseVerdict::Fail => 7,
        CaseVerdict::KnownFailure => 6,
        CaseVerdict::Warn => 5,
        CaseVerdict::Error => 4,
        CaseVerdict::Inconclusive => 3,
        CaseVerdict::UnexpectedPass => 2,
        CaseVerdict::Pass => 1,
        CaseVerdict::NotApplicable => 0,
    }
}

/// What a verdict says of the target: how much it broke, or nothing.
fn damage(verdict: CaseVerdict) -> Option<u8> {
    match verdict {
        CaseVerdict::Pass | CaseVerdict::UnexpectedPass => Some(0),
        CaseVerdict::Warn => Some(1),
        CaseVerdict::Fail | CaseVerdict::KnownFailure => Some(2),
        CaseVerdict::Inconclusive | CaseVerdict::NotApplicable | CaseVerdict::Error => None,
    }
}

/// Whether a MUST was broken, known or not.
fn fails(verdict: Option<CaseVerdict>) -> bool {
    matches!(verdict, Some(CaseVerdict::Fail | CaseVerdict::KnownFailure))
}

fn change(old: Option<CaseVerdict>, new: CaseVerdict, breaks_more: bool) -> Option<Change> {
    let Some(old) = old else { return Some(Change::New) };
    match (damage(old), damage(new)) {
        (_, Some(_)) if breaks_more => Some(Change::Broke),
        (None, Some(0)) => Some(Change::Settled),
        (None, Some(_)) => Some(Change::Broke),
        (Some(_), None) => Some(Change::Unsettled),
        (Some(before), Some(after)) if after > before => Some(Change::Broke),
        (Some(before), Some(after)) if after < before => Some(Change::Mended),
        _ if old == new => None,
        _ => Some(Change::Other),
    }
}

fn account(case: &CaseResult) -> String {
    if let (None, Some(reason)) = (damage(case.verdict), &case.reason) {
        return format!("{}: {}", reason.code, reason.message);
    }
    let expected = case.expected.as_ref().map(|expected| format!("expected {expected}"));
    let observed = case.observed.as_ref().map(|observed| format!("observed {observed}"));
    expected.into_iter().chain(observed).collect::<Vec<_>>().join(", ")
}
