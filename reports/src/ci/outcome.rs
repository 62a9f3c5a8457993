use crate::document::{CaseResult, CaseVerdict, KnownFailure};
use crate::fold::Levels;
use crate::text::abridge::abridged;
use crate::text::wording::cases_of;

/// The longest account in a line, in characters.
const LONGEST_ACCOUNT: usize = 400;

/// What a CI server counts a case as. It knows less than the document: it has no word for a warning, nor for "no result".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// No MUST was broken.
    Passed,
    /// A MUST was broken.
    Failed,
    /// It came to no result, and a MUST stays open, or the harness failed: what makes a run exit with 3 or 4.
    Errored,
    /// It doesn't apply, or came to no result about a SHOULD.
    Skipped,
    /// It failed, and that was known.
    FailedAsKnown,
    /// It passed, although it was known to fail.
    PassedUnexpectedly,
}

impl Outcome {
    pub(super) fn of(case: &CaseResult, levels: &Levels<'_>) -> Self {
        match case.verdict {
            CaseVerdict::Pass | CaseVerdict::Warn => Self::Passed,
            CaseVerdict::Fail => Self::Failed,
            CaseVerdict::Inconclusive if levels.cites_a_must(case) => Self::Errored,
            CaseVerdict::Inconclusive | CaseVerdict::NotApplicable => Self::Skipped,
            CaseVerdict::KnownFailure => Self::FailedAsKnown,
            CaseVerdict::UnexpectedPass => Self::PassedUnexpectedly,
            CaseVerdict::Error => Self::Errored,
        }
    }
}

/// What is to be said of a case in a sentence. It may have line ends.
pub(super) fn account(case: &CaseResult) -> String {
    let known = case.known_failure.as_ref().map(KnownFailure::account);
    let account = match (case.verdict, &known, &case.reason) {
        (CaseVerdict::KnownFailure | CaseVerdict::UnexpectedPass, Some(known), _) => {
            format!("{}: {known}", cases_of(case.verdict))
        }
        (CaseVerdict::NotApplicable, _, Some(reason)) => format!("the target lacks: {}", reason.message),
        (CaseVerdict::Inconclusive | CaseVerdict::Error, _, Some(reason)) => {
            format!("{}: {}", reason.code, reason.message)
        }
        _ => comparison(case),
    };
    abridged(&account, LONGEST_ACCOUNT).into_owned()
}

/// `expected a close, observed nothing`, as far as the case tells.
fn comparison(case: &CaseResult) -> String {
    match (&case.expected, &case.observed) {
        (Some(expected), Some(observed)) => format!("expected {expected}, observed {observed}"),
        (Some(expected), None) => format!("expected {expected}"),
        (None, Some(observed)) => format!("observed {observed}"),
        (None, None) => cases_of(case.verdict).to_owned(),
    }
}

/// The scenario's file and line, if the case tells both.
pub(super) fn place(case: &CaseResult) -> Option<(&str, u64)> {
    let (file, line) = case.location.rsplit_once(':')?;
    Some((file, line.parse().ok()?)).filter(|(file, _)| !file.is_empty())
}

/// A duration in seconds that every reader takes for one.
pub(super) fn seconds(ms: f64) -> String {
    let seconds = ms / 1000.0;
    format!("{:.6}", if seconds.is_finite() && seconds > 0.0 { seconds } else { 0.0 })
}
