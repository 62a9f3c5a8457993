//! Rules that a scenario cites: they exist, bind the role, and each can be blamed by a step.

use std::collections::BTreeSet;

use sinkcheck_spec::catalogue::catalogue;

use super::each_step;
use crate::language::Scenario;
use crate::yaml::{Diagnostic, Path, Source};

pub(super) fn check(scenario: &Scenario, source: &Source) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let top = Path::top().key("requirements");
    let mut cited = BTreeSet::new();
    for (at, id) in scenario.requirements.iter().enumerate() {
        let path = top.index(at);
        if !cited.insert(id.as_str()) {
            found.push(source.error(&path, format!("`{id}` is cited twice")));
        }
        match catalogue().rule(id) {
            None => {
                let error = source.error(&path, format!("there is no rule `{id}`"));
                found.push(match catalogue().closest(id) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint("`sinkcheck list --rules` shows them all"),
                });
            }
            Some(rule) if !rule.role.binds(scenario.under_test) => {
                found.push(
                    source
                        .error(&path, format!("`{id}` doesn't bind a {}", scenario.under_test))
                        .hint("a case cites rules of the role that it judges"),
                );
            }
            Some(_) => {}
        }
    }
    let mut blamed = BTreeSet::new();
    each_step(&scenario.steps, &mut |step| {
        let Some(rule) = &step.rule else { return };
        blamed.insert(rule.as_str());
        if !cited.contains(rule.as_str()) {
            found.push(
                source
                    .error(&step.path.key("rule"), format!("`{rule}` is not among the case's requirements"))
                    .hint("a step can only break a rule that the case cites"),
            );
        }
    });
    for (at, id) in scenario.requirements.iter().enumerate().skip(1) {
        if !blamed.contains(id.as_str()) {
            found.push(
                source
                    .error(&top.index(at), format!("no step could show that `{id}` is broken"))
                    .hint("give the step that shows it `rule: …`, or don't cite it"),
            );
        }
    }
    found
}
