//! From what happened in a case to its verdict. Pure: the same events give the same verdict, whenever and wherever they are
//! judged.

mod known_failures;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_spec::catalogue::{Level, catalogue};

use crate::player::{Finding, Played, Stop};

pub use known_failures::{Entry, KnownFailures};

/// Judges a case.
pub fn judge(scenario: &Scenario, played: Played) -> CaseResult {
    let is_must = |finding: &&Finding| catalogue().level_of(&finding.rule) == Level::Must;
    let decisive = played.findings.iter().find(is_must).or(played.findings.first());
    let has_must = decisive.is_some_and(|finding| catalogue().level_of(&finding.rule) == Level::Must);
    let mut result = unplayed(scenario);
    let mut line = scenario.steps.first().map_or(1, |step| step.line);
    match &played.stop {
        _ if has_must => result.verdict = CaseVerdict::Fail,
        Some(Stop::CantTell { code, message, line: at }) => {
            result.verdict = CaseVerdict::Inconclusive;
            result.reason = Some(Reason::new(*code, message.clone()));
            line = *at;
        }
        Some(Stop::Lacks { what, line: at }) => {
            result.verdict = CaseVerdict::NotApplicable;
            result.reason = Some(Reason::new("target-lacks", what.clone()));
            line = *at;
        }
        Some(Stop::Fault(what)) => {
            result.verdict = CaseVerdict::Error;
            result.reason = Some(Reason::new("harness-fault", what.clone()));
        }
        Some(Stop::Broken) | None => {
            result.verdict = if decisive.is_some() { CaseVerdict::Warn } else { CaseVerdict::Pass };
        }
    }
    if let Some(finding) = decisive {
        result.expected = Some(finding.expected.clone());
        result.observed = Some(finding.observed.clone());
        if result.reason.is_none() {
            line = finding.line;
        }
    }
    // The decisive rule first, MUST before SHOULD, each once.
    let mut broken: Vec<&Finding> = played.findings.iter().filter(is_must).collect();
    broken.extend(played.findings.iter().filter(|finding| catalogue().level_of(&finding.rule) == Level::Should));
    for finding in broken {
        if !result.broken_rules.contains(&finding.rule) {
            result.broken_rules.push(finding.rule.clone());
        }
    }
    result.location = format!("{}:{line}", scenario.file);
    result.shown_by = played.shown_by;
    result.duration_ms = played.took.as_secs_f64() * 1e3;
    result.transcript = played.transcript;
    result
}

/// The result of a case that has not been played, for whatever reason that is still to be given.
pub fn unplayed(scenario: &Scenario) -> CaseResult {
    CaseResult {
        id: scenario.id.clone(),
        title: scenario.title.clone(),
        section: scenario.section().to_owned(),
        rules: scenario.requirements.clone(),
        location: format!("{}:{}", scenario.file, scenario.steps.first().map_or(1, |step| step.line)),
        slow: scenario.is_slow(),
        ..CaseResult::default()
    }
}
