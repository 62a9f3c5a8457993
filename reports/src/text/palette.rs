use anstyle::{AnsiColor, Style};

use crate::document::{CaseVerdict, RuleVerdict};

pub(crate) const PLAIN: Style = Style::new();
pub(crate) const STRONG: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();

pub(crate) const HELD_MARK: &str = "✓";
pub(crate) const BROKEN_MARK: &str = "✗";
pub(crate) const WARNING_MARK: &str = "!";
pub(crate) const OPEN_MARK: &str = "·";

/// The mark of a rule, by its verdict and whether it decides the document's.
pub(crate) fn rule_mark(verdict: RuleVerdict, is_must: bool) -> (Style, &'static str) {
    match verdict {
        RuleVerdict::Held => (GOOD, HELD_MARK),
        RuleVerdict::Broken if is_must => (BAD, BROKEN_MARK),
        RuleVerdict::Broken => (WARNING, WARNING_MARK),
        RuleVerdict::NotExercised => (FAINT, OPEN_MARK),
    }
}

/// The mark of a case, by its verdict.
pub(crate) fn case_mark(verdict: CaseVerdict) -> (Style, &'static str) {
    match verdict {
        CaseVerdict::Pass => (GOOD, HELD_MARK),
        CaseVerdict::Fail | CaseVerdict::UnexpectedPass | CaseVerdict::Error => (BAD, BROKEN_MARK),
        CaseVerdict::Warn | CaseVerdict::KnownFailure => (WARNING, WARNING_MARK),
        CaseVerdict::Inconclusive => (WARNING, OPEN_MARK),
        CaseVerdict::NotApplicable => (FAINT, OPEN_MARK),
    }
}
