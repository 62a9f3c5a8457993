use crate::document::{CaseVerdict, Level, RuleVerdict, Verdict};

/// What a verdict looks like: a class of the style sheet, a mark and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
    pub(super) word: &'static str,
}

const fn look(class: &'static str, mark: &'static str, word: &'static str) -> Look {
    Look { class, mark, word }
}

pub(super) fn overall(verdict: Verdict) -> Look {
    match verdict {
        Verdict::Conforms => look("good", "✓", "Conforms"),
        Verdict::DoesNotConform => look("bad", "✗", "Does not conform"),
        Verdict::Inconclusive => look("open", "?", "Inconclusive"),
    }
}

/// The class is the verdict's name in the document.
pub(super) fn case(verdict: CaseVerdict) -> Look {
    match verdict {
        CaseVerdict::Pass => look("pass", "✓", "passed"),
        CaseVerdict::Fail => look("fail", "✗", "failed"),
        CaseVerdict::Warn => look("warn", "!", "warned"),
        CaseVerdict::Inconclusive => look("inconclusive", "?", "inconclusive"),
        CaseVerdict::NotApplicable => look("not_applicable", "·", "not applicable"),
        CaseVerdict::KnownFailure => look("known_failure", "~", "failed as known"),
        CaseVerdict::UnexpectedPass => look("unexpected_pass", "+", "passed unexpectedly"),
        CaseVerdict::Error => look("error", "#", "in error"),
    }
}

pub(super) fn rule(verdict: RuleVerdict, level: Level) -> Look {
    match (verdict, level) {
        (RuleVerdict::Held, _) => look("held", "✓", "held"),
        (RuleVerdict::Broken, Level::Must) => look("broken", "✗", "broken"),
        (RuleVerdict::Broken, Level::Should) => look("slighted", "!", "SHOULD broken"),
        (RuleVerdict::NotExercised, _) => look("unexercised", "·", "not exercised"),
    }
}
