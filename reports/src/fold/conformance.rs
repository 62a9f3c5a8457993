use std::collections::HashMap;

use crate::document::{CaseResult, CaseVerdict, Document, Level, RuleVerdict, Verdict};

/// Whether the target conforms, from the document's rules and cases alone. Its own verdict isn't looked at.
///
/// It doesn't conform if a MUST rule is broken, by a known failure too, or a case failed. Otherwise the run is inconclusive
/// if no case came to a result, or if one that cites a MUST rule is inconclusive or an error.
#[must_use]
pub fn overall(document: &Document) -> Verdict {
    let must_broken =
        document.rules.iter().any(|rule| rule.level == Level::Must && rule.verdict == RuleVerdict::Broken);
    let failed = document.cases.iter().any(|case| case.verdict == CaseVerdict::Fail);
    if must_broken || failed {
        Verdict::DoesNotConform
    } else if leaves_a_must_open(document) {
        Verdict::Inconclusive
    } else {
        Verdict::Conforms
    }
}

/// Whether nothing came to a result, or a case that cites a MUST rule didn't.
pub(super) fn leaves_a_must_open(document: &Document) -> bool {
    let levels = Levels::of(document);
    let unsettled = |case: &CaseResult| matches!(case.verdict, CaseVerdict::Inconclusive | CaseVerdict::Error);
    let nothing_ran = !document.cases.iter().any(|case| case.verdict.is_conclusive());
    nothing_ran || document.cases.iter().any(|case| unsettled(case) && levels.cites_a_must(case))
}

/// How binding each of the document's rules is.
pub(crate) struct Levels<'a>(HashMap<&'a str, Level>);

impl<'a> Levels<'a> {
    pub(crate) fn of(document: &'a Document) -> Self {
        Self(document.rules.iter().map(|rule| (rule.id.as_str(), rule.level)).collect())
    }

    /// Whether the rule decides the verdict. One that the document doesn't describe does, to be on the safe side.
    pub(crate) fn is_must(&self, rule: &str) -> bool {
        self.0.get(rule).is_none_or(|&level| level == Level::Must)
    }

    /// Whether the case is about a MUST rule. One that cites nothing is, to be on the safe side.
    pub(crate) fn cites_a_must(&self, case: &CaseResult) -> bool {
        case.rules.is_empty() || case.rules.iter().any(|rule| self.is_must(rule))
    }
}
