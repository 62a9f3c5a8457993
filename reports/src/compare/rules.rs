use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::Change;
use crate::document::{CaseVerdict, Document, Level, RuleResult, RuleVerdict};

/// A rule that the two runs differ about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleChange {
    /// The rule's id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// How it differs.
    pub change: Change,
    /// What the old run found, if it has the rule.
    pub old: Option<RuleVerdict>,
    /// What the new run found, if it has the rule.
    pub new: Option<RuleVerdict>,
    /// Whether it is a MUST that got worse: it is broken and wasn't, or it held, and its cases were played without a result.
    pub got_worse: bool,
    /// Its sentence in the protocol text.
    pub text: String,
}

/// The rules that differ, in the order of the new document; those that only the old one has come last.
pub(super) fn changes(old: &Document, new: &Document) -> Vec<RuleChange> {
    let before: HashMap<&str, &RuleResult> = old.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let after: HashSet<&str> = new.rules.iter().map(|rule| rule.id.as_str()).collect();
    let tried = tried_in_vain(new);
    let differing = new.rules.iter().filter_map(|rule| {
        let was = before.get(rule.id.as_str()).map(|rule| rule.verdict);
        let change = change(was, rule.verdict)?;
        let worse = match change {
            Change::Broke => true,
            Change::New => rule.verdict == RuleVerdict::Broken,
            Change::Unsettled => was == Some(RuleVerdict::Held) && tried.contains(rule.id.as_str()),
            _ => false,
        };
        Some(told(rule, change, was, Some(rule.verdict), worse && rule.level == Level::Must))
    });
    let gone = old.rules.iter().filter(|rule| !after.contains(rule.id.as_str()));
    let gone = gone.map(|rule| told(rule, Change::Gone, Some(rule.verdict), None, false));
    differing.chain(gone).collect()
}

fn told(
    rule: &RuleResult,
    change: Change,
    old: Option<RuleVerdict>,
    new: Option<RuleVerdict>,
    worse: bool,
) -> RuleChange {
    RuleChange { id: rule.id.clone(), level: rule.level, change, old, new, got_worse: worse, text: rule.text.clone() }
}

fn change(old: Option<RuleVerdict>, new: RuleVerdict) -> Option<Change> {
    use RuleVerdict::{Broken, Held, NotExercised};
    match (old, new) {
        (None, _) => Some(Change::New),
        (Some(old), new) if old == new => None,
        (Some(_), Broken) => Some(Change::Broke),
        (Some(_), NotExercised) => Some(Change::Unsettled),
        (Some(Broken), Held) => Some(Change::Mended),
        (Some(_), Held) => Some(Change::Settled),
    }
}

/// The rules that are cited by a case which was played and came to no result.
fn tried_in_vain(document: &Document) -> HashSet<&str> {
    let cases = document.cases.iter();
    let in_vain = cases.filter(|case| matches!(case.verdict, CaseVerdict::Inconclusive | CaseVerdict::Error));
    in_vain.flat_map(|case| case.rules.iter().map(String::as_str)).collect()
}
