use crate::document::{CaseVerdict, Verdict};

/// `1 case`, `2 cases`, `3 entries`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("{count} {noun}"),
        Some(stem) => format!("{count} {stem}ies"),
        None => format!("{count} {noun}s"),
    }
}

/// The names side by side, or the first of them and how many more there are.
pub(crate) fn listed(names: &[&str], most: usize) -> String {
    // One more name takes no more room than to say that there is one more.
    if names.len() <= most.saturating_add(1) {
        return names.join("  ");
    }
    format!("{}  and {} more", names[..most].join("  "), names.len() - most)
}

/// What the report calls the overall verdict.
pub(crate) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Conforms => "conforms",
        Verdict::DoesNotConform => "does not conform",
        Verdict::Inconclusive => "inconclusive",
    }
}

/// What the report calls cases of this verdict, after their number.
pub(crate) fn cases_of(verdict: CaseVerdict) -> &'static str {
    match verdict {
        CaseVerdict::Pass => "passed",
        CaseVerdict::Fail => "failed",
        CaseVerdict::Warn => "warned",
        CaseVerdict::Inconclusive => "inconclusive",
        CaseVerdict::NotApplicable => "not applicable",
        CaseVerdict::KnownFailure => "failed as known",
        CaseVerdict::UnexpectedPass => "passed unexpectedly",
        CaseVerdict::Error => "in error",
    }
}
