//! What a run would have needed in order to reach the rules that it did not exercise.

use std::collections::{BTreeMap, BTreeSet};

use sinkcheck_reports::RunEvent;
use sinkcheck_reports::document::{CaseResult, CaseVerdict};
use sinkcheck_reports::fold::NOT_RUN;
use sinkcheck_reports::merge::OTHER_SHARD;
use sinkcheck_spec::catalogue::{Role, catalogue};

use super::selection::Selection;

/// Gathers needs while the cases come in.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// By rule and case, so that the order in which cases finish doesn't show.
    of_rules: BTreeMap<String, BTreeMap<String, String>>,
    finished: BTreeSet<String>,
}

impl Needs {
    /// A case came to its end.
    pub(super) fn finished(&mut self, result: &CaseResult) {
        self.finished.insert(result.id.clone());
        if result.verdict.shows_its_rules() {
            return;
        }
        let need = match (&result.reason, result.verdict) {
            (Some(reason), CaseVerdict::NotApplicable) => reason.message.clone(),
            (Some(reason), _) => without_result(&reason.code),
            (None, _) => "a result in its cases, which failed before it".to_owned(),
        };
        for rule in &result.rules {
            self.of_rules.entry(rule.clone()).or_default().insert(result.id.clone(), need.clone());
        }
    }

    /// What is to be said of each rule of the role. The fold passes over those of rules that were exercised.
    pub(super) fn events(mut self, selection: &Selection, role: Role) -> Vec<RunEvent> {
        let mut cited = BTreeSet::new();
        for case in &selection.cases {
            for rule in &case.requirements {
                cited.insert(rule.as_str());
                if !self.finished.contains(&case.id) {
                    let needs = self.of_rules.entry(rule.clone()).or_default();
                    needs.insert(case.id.clone(), without_result(NOT_RUN));
                }
            }
        }
        let cites = |list: &[std::sync::Arc<sinkcheck_cases::language::Scenario>], rule: &String| {
            list.iter().any(|case| case.requirements.contains(rule))
        };
        let mut events = Vec::new();
        for rule in catalogue().rules_for(role) {
            let mut say = |need: String| events.push(RunEvent::RuleNeeds { rule: rule.id.clone(), need });
            self.of_rules.remove(&rule.id).into_iter().flat_map(BTreeMap::into_values).for_each(&mut say);
            if cites(&selection.slow_left_out, &rule.id) {
                say("a run without --skip-slow".to_owned());
            }
            if cites(&selection.of_other_shards, &rule.id) {
                say(OTHER_SHARD.to_owned());
                continue;
            }
            if cited.contains(rule.id.as_str()) {
                continue;
            }
            if rule.unobservable.is_some() {
                say("an observer inside the target: nobody outside can see it".to_owned());
            } else if cites(&selection.everything, &rule.id) {
                say("a case that was not selected".to_owned());
            }
        }
        events
    }
}

fn without_result(code: &str) -> String {
    format!("a result in its cases, which have none ({code})")
}
