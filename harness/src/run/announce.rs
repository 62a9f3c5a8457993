//! What a run says before it begins: the suite, the target, the rules, and the cases that will be played.

use std::collections::BTreeSet;
use std::sync::Arc;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::RunEvent;
use sinkcheck_reports::document::{Level, ScenarioText, Suite, Target as ReportTarget, TargetRole};
use sinkcheck_reports::event::{PlannedCase, RuleInfo};
use sinkcheck_spec::catalogue::{self, Role, catalogue};

use crate::judge::unplayed;
use crate::target::Target;

/// What the suite speaks.
const PROTOCOL_VERSION: u8 = 0;

/// The event that a run of these cases begins with. `suite_size` is how many cases the suite has for the target's role.
pub fn started(target: &Target, cases: &[Arc<Scenario>], suite_size: usize) -> RunEvent {
    let section_title = |id: &str| {
        catalogue()
            .sections()
            .iter()
            .find(|section| section.id == id)
            .map(|section| section.title.clone())
            .unwrap_or_default()
    };
    let rules = catalogue().rules_for(target.role).map(|rule| RuleInfo {
        id: rule.id.clone(),
        level: match rule.level {
            catalogue::Level::Must => Level::Must,
            catalogue::Level::Should => Level::Should,
        },
        section: rule.section.clone(),
        section_title: section_title(&rule.section),
        clause: rule.protocol.clone(),
        source: rule.source.to_string(),
        text: rule.text.clone(),
    });
    // The document is in the suite's order, whatever the order in which the cases are played.
    let mut planned: Vec<&Arc<Scenario>> = cases.iter().collect();
    planned.sort_by(|a, b| a.id.cmp(&b.id));
    let planned = planned.into_iter().map(|scenario| {
        let result = unplayed(scenario);
        PlannedCase {
            id: result.id,
            title: result.title,
            section: result.section,
            rules: result.rules,
            location: result.location,
            slow: result.slow,
        }
    });
    RunEvent::RunStarted {
        suite: Suite {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            protocol_version: PROTOCOL_VERSION,
            cases: suite_size,
            rules: catalogue().rules().len(),
        },
        target: ReportTarget {
            name: target.name.clone(),
            role: match target.role {
                Role::Server => TargetRole::Server,
                Role::Client => TargetRole::Client,
            },
            address: target.address.clone(),
            capabilities: target.capabilities.clone().unwrap_or_default(),
        },
        rules: rules.collect(),
        planned: planned.collect(),
    }
}

/// The events that tell the texts of these cases, each file once, so that a report can show the step that decided a verdict.
pub fn scenario_texts(cases: &[Arc<Scenario>]) -> impl Iterator<Item = RunEvent> {
    let mut told = BTreeSet::new();
    cases
        .iter()
        .filter(move |scenario| told.insert(&scenario.file))
        .map(|scenario| RunEvent::Scenario(ScenarioText { file: scenario.file.clone(), text: scenario.text.clone() }))
}
