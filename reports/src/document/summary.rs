use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseResult, CaseVerdict};

/// How many cases got each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Cases in which every rule was kept.
    pub pass: usize,
    /// Cases in which a MUST rule was broken.
    pub fail: usize,
    /// Cases in which only SHOULD rules were broken.
    pub warn: usize,
    /// Cases that came to no result.
    pub inconclusive: usize,
    /// Cases that need something that the target doesn't have.
    pub not_applicable: usize,
    /// Cases that failed, as the list of known failures says.
    pub known_failure: usize,
    /// Cases that passed, although the list of known failures says that they fail.
    pub unexpected_pass: usize,
    /// Cases in which the harness itself failed.
    pub error: usize,
}

impl Summary {
    /// Counts the verdicts of `cases`.
    #[must_use]
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        let mut summary = Self::default();
        for case in cases {
            *summary.count_mut(case.verdict) += 1;
        }
        summary
    }

    /// How many cases got `verdict`.
    #[must_use]
    pub fn count(&self, verdict: CaseVerdict) -> usize {
        let mut copy = *self;
        *copy.count_mut(verdict)
    }

    /// How many cases there are.
    #[must_use]
    pub fn total(&self) -> usize {
        CaseVerdict::ALL.iter().map(|&verdict| self.count(verdict)).sum()
    }

    /// How many cases came to a result about the target: all but those that are inconclusive, not applicable or errors.
    #[must_use]
    pub fn conclusive(&self) -> usize {
        CaseVerdict::ALL.iter().filter(|verdict| verdict.is_conclusive()).map(|&verdict| self.count(verdict)).sum()
    }

    fn count_mut(&mut self, verdict: CaseVerdict) -> &mut usize {
        match verdict {
            CaseVerdict::Pass => &mut self.pass,
            CaseVerdict::Fail => &mut self.fail,
            CaseVerdict::Warn => &mut self.warn,
            CaseVerdict::Inconclusive => &mut self.inconclusive,
            CaseVerdict::NotApplicable => &mut self.not_applicable,
            CaseVerdict::KnownFailure => &mut self.known_failure,
            CaseVerdict::UnexpectedPass => &mut self.unexpected_pass,
            CaseVerdict::Error => &mut self.error,
        }
    }
}
