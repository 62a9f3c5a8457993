//! What became of each rule of the catalogue, over all connections.

use std::collections::HashMap;

use sinkcheck_reports::document::{CaseResult, Level, RuleResult, RuleVerdict, SideCount};
use sinkcheck_spec::catalogue::{self, Role, catalogue};
use sinkcheck_spec::oracle::Tally;

use super::kept::report_role;

/// Every rule that binds a side that was judged, with how often it was met.
pub(super) fn results(judged: &[Role], tally: impl Fn(Role) -> Tally, cases: &[CaseResult]) -> Vec<RuleResult> {
    let tallies: Vec<(Role, Tally)> = judged.iter().map(|role| (*role, tally(*role))).collect();
    let mut cited: HashMap<&str, Vec<String>> = HashMap::new();
    for case in cases {
        let mut list: Vec<&str> = case.rules.iter().chain(&case.broken_rules).map(String::as_str).collect();
        list.sort_unstable();
        list.dedup();
        for rule in list {
            cited.entry(rule).or_default().push(case.id.clone());
        }
    }
    let title = |id: &str| {
        let section = catalogue().sections().iter().find(|section| section.id == id);
        section.map(|section| section.title.clone()).unwrap_or_default()
    };
    let rules = catalogue().rules().iter().filter(|rule| judged.iter().any(|role| rule.role.binds(*role)));
    let results = rules.map(|rule| {
        let sides: Vec<SideCount> = tallies
            .iter()
            .map(|(role, tally)| (*role, tally.count(&rule.id)))
            .filter(|(_, count)| count.exercised > 0)
            .map(|(role, count)| SideCount {
                role: report_role(role),
                exercised: count.exercised,
                broken: count.broken,
            })
            .collect();
        let exercised = sides.iter().map(|side| side.exercised).sum();
        let verdict = match exercised {
            _ if sides.iter().any(|side| side.broken > 0) => RuleVerdict::Broken,
            0 => RuleVerdict::NotExercised,
            _ => RuleVerdict::Held,
        };
        let needs = match verdict {
            RuleVerdict::NotExercised => vec![need(rule).to_owned()],
            _ => Vec::new(),
        };
        RuleResult {
            id: rule.id.clone(),
            level: match rule.level {
                catalogue::Level::Must => Level::Must,
                catalogue::Level::Should => Level::Should,
            },
            verdict,
            cases: cited.remove(rule.id.as_str()).unwrap_or_default(),
            exercised,
            sides,
            section: rule.section.clone(),
            section_title: title(&rule.section),
            clause: rule.protocol.clone(),
            source: rule.source.to_string(),
            text: rule.text.clone(),
            needs,
        }
    });
    results.collect()
}

/// What would have exercised a rule.
fn need(rule: &catalogue::Rule) -> &'static str {
    if rule.unobservable.is_some() {
        "an observer inside the target: nobody outside can see it"
    } else {
        "traffic that meets them, or `sinkcheck certify`, which brings it about"
    }
}
