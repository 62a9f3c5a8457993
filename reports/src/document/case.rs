use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TranscriptEntry;

/// What came of one case.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CaseResult {
    /// The case's id: its path in the suite, without the ending. One that was repeated occurs as often as it was run.
    pub id: String,
    /// What it shows, in a sentence.
    #[serde(default)]
    pub title: String,
    /// The part of the suite that it belongs to.
    #[serde(default)]
    pub section: String,
    /// The judgement.
    pub verdict: CaseVerdict,
    /// Why it came to no result, doesn't apply, or failed in the harness itself.
    #[serde(default)]
    pub reason: Option<Reason>,
    /// The ids of the rules that it cites.
    pub rules: Vec<String>,
    /// The ids of the rules that the target broke in it, be they cited or not.
    pub broken_rules: Vec<String>,
    /// The scenario's step that decided the verdict, as `FILE:LINE`.
    pub location: String,
    /// What that step expected, in words.
    #[serde(default)]
    pub expected: Option<String>,
    /// What came instead, in words.
    #[serde(default)]
    pub observed: Option<String>,
    /// How each "nothing comes" of the case was shown, in the order of its steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shown_by: Vec<String>,
    /// What the list of known failures says about this case, if it names it. An entry that has expired leaves the verdict as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_failure: Option<KnownFailure>,
    /// How long the case took, in milliseconds.
    pub duration_ms: f64,
    /// Whether the suite marks it as slow, so that `--skip-slow` leaves it out.
    #[serde(default)]
    pub slow: bool,
    /// What was exchanged, in the order in which the harness saw it.
    pub transcript: Vec<TranscriptEntry>,
    /// What the launched program wrote to its standard output and error, if the target is launched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// The judgement of one case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseVerdict {
    /// Every rule was kept.
    Pass,
    /// A MUST rule was broken.
    Fail,
    /// Only SHOULD rules were broken.
    Warn,
    /// No result: see the reason.
    #[default]
    Inconclusive,
    /// The target lacks what the case needs: see the reason.
    NotApplicable,
    /// It failed, as the list of known failures says.
    KnownFailure,
    /// It passed, although the list of known failures says that it fails.
    UnexpectedPass,
    /// The harness itself failed: see the reason.
    Error,
}

impl CaseVerdict {
    /// Every verdict, in the order of the summary.
    pub const ALL: [Self; 8] = [
        Self::Pass,
        Self::Fail,
        Self::Warn,
        Self::Inconclusive,
        Self::NotApplicable,
        Self::KnownFailure,
        Self::UnexpectedPass,
        Self::Error,
    ];

    /// Whether a case with this verdict says something about the target.
    #[must_use]
    pub fn is_conclusive(self) -> bool {
        match self {
            Self::Pass | Self::Fail | Self::Warn | Self::KnownFailure | Self::UnexpectedPass => true,
            Self::Inconclusive | Self::NotApplicable | Self::Error => false,
        }
    }

    /// Whether the rules that a case with this verdict cites, and didn't find broken, were seen to hold. A case that
    /// failed may have ended before it came to its other rules.
    #[must_use]
    pub fn shows_its_rules(self) -> bool {
        matches!(self, Self::Pass | Self::Warn | Self::UnexpectedPass)
    }
}

/// Why a case has the verdict that it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// A stable code in kebab case, such as `could-not-connect`.
    pub code: String,
    /// The same in words, with the particulars.
    pub message: String,
}

impl Reason {
    /// A reason of this code and message.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

/// An entry of the list of known failures.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KnownFailure {
    /// Why the case is known to fail.
    pub reason: String,
    /// Where that is followed up, as a link or a ticket's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issue: Option<String>,
    /// The last day on which the entry excuses, as `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Whether that day is over, so that the entry excuses nothing any more.
    #[serde(default, skip_serializing_if = "is_false")]
    pub expired: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl KnownFailure {
    /// The reason, with where it is followed up and how long it excuses.
    #[must_use]
    pub fn account(&self) -> String {
        let mut account = self.reason.clone();
        if let Some(issue) = &self.issue {
            account.push_str(&format!(", see {issue}"));
        }
        match (&self.until, self.expired) {
            (Some(until), true) => account.push_str(&format!(", excused until {until} only")),
            (Some(until), false) => account.push_str(&format!(", excused until {until}")),
            (None, _) => {}
        }
        account
    }
}
