//! A connection's side as a case of the document.

use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};

use super::kept::{milliseconds, report_role};
use super::outcome::{Broken, Outcome, Side};

/// The oracle failed.
const ORACLE_FAILED: &str = "oracle-failed";

/// The oracle disagreed with itself.
const ORACLE_DISAGREES: &str = "oracle-disagrees";

/// The oracle gave up.
const TOO_MANY_READINGS: &str = "too-many-readings";

/// The peer sent nothing, and nothing was asked of it.
const NOTHING_SENT: &str = "nothing-sent";

/// What is said where the suite itself is wrong.
const PLEASE_REPORT: &str = "this is an error of sinkcheck; please report it, with the record if there is one";

/// What is to be said of one side.
pub(super) fn judged(outcome: &Outcome, side: &Side) -> (CaseVerdict, Option<Reason>) {
    if side.broke_a_must() {
        return (CaseVerdict::Fail, None);
    }
    if let Some(what) = &outcome.fault {
        let message = format!("the oracle failed on this connection ({what}): {PLEASE_REPORT}");
        return (CaseVerdict::Error, Some(Reason::new(ORACLE_FAILED, message)));
    }
    if let Some(what) = &side.disagreement {
        let message = format!("the oracle disagrees with itself ({what}): {PLEASE_REPORT}");
        return (CaseVerdict::Error, Some(Reason::new(ORACLE_DISAGREES, message)));
    }
    if let Some(what) = &side.gave_up {
        return (CaseVerdict::Inconclusive, Some(Reason::new(TOO_MANY_READINGS, what)));
    }
    if let Some(reason) = &outcome.doubt {
        return (CaseVerdict::Inconclusive, Some(reason.clone()));
    }
    if !side.broken.is_empty() {
        (CaseVerdict::Warn, None)
    } else if side.frames == 0 && side.tally.iter().next().is_none() {
        let message = format!("the {} sent nothing that a rule speaks of", side.role);
        (CaseVerdict::NotApplicable, Some(Reason::new(NOTHING_SENT, message)))
    } else {
        (CaseVerdict::Pass, None)
    }
}

/// The case of one side.
pub(super) fn case(outcome: &Outcome, side: &Side, verdict: CaseVerdict, reason: Option<Reason>) -> CaseResult {
    let about = outcome.about.as_deref().map(|about| format!(" ({about})")).unwrap_or_default();
    CaseResult {
        id: format!("connection/{}/{}", outcome.name, side.role),
        title: format!("The {} on connection {}{about}", side.role, outcome.name),
        section: report_role(side.role).to_string(),
        verdict,
        reason,
        rules: side.tally.iter().map(|(rule, _)| rule.to_owned()).collect(),
        broken_rules: side.broken.iter().map(|broken| broken.rule.to_owned()).collect(),
        observed: (!side.broken.is_empty()).then(|| observed(&side.broken)),
        duration_ms: milliseconds(outcome.ended.saturating_sub(outcome.begun)),
        transcript: side.transcript.clone(),
        ..CaseResult::default()
    }
}

/// What was seen, a line for each rule where there are several.
fn observed(broken: &[Broken]) -> String {
    let alone = broken.len() == 1;
    let lines = broken.iter().map(|Broken { rule, times, what, .. }| {
        let name = if alone { String::new() } else { format!("{rule}: ") };
        match times {
            1 => format!("{name}{what}"),
            _ => format!("{name}{what} (the first of {times} times)"),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
