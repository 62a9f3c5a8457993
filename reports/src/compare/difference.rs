use schemars::JsonSchema;
use serde::Serialize;

use super::{CaseChange, RuleChange, cases, rules};
use crate::document::{Document, TargetRole, Verdict};

/// The number of the form of a difference as JSON.
const SCHEMA: u32 = 1;

/// What changed between two runs. As JSON it has this form, whose published schema is `reports/schema/difference.schema.json`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Difference {
    /// The number of this form. Fields may be added without a new number.
    pub schema: u32,
    /// The run before.
    pub old: Side,
    /// The run after.
    pub new: Side,
    /// Whether a MUST got worse: one is broken that wasn't, a case breaks one that it didn't break or fails and didn't, or one
    /// that held was tried without a result.
    pub must_got_worse: bool,
    /// The rules that differ.
    pub rules: Vec<RuleChange>,
    /// The cases that differ.
    pub cases: Vec<CaseChange>,
}

/// One of the two runs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Side {
    /// What the target is called.
    pub target: String,
    /// Which peer it is.
    pub role: TargetRole,
    /// The version of the suite.
    pub suite: String,
    /// Whether it conforms.
    pub verdict: Verdict,
    /// How many rules held.
    pub held: usize,
    /// How many rules there are.
    pub rules: usize,
    /// How many cases were run.
    pub cases: usize,
}

impl Side {
    fn of(document: &Document) -> Self {
        let reach = document.reach();
        Self {
            target: document.target.name.clone(),
            role: document.target.role,
            suite: document.suite.version.clone(),
            verdict: document.verdict,
            held: reach.held.total(),
            rules: reach.total(),
            cases: document.cases.len(),
        }
    }
}

/// Compares two runs. Their targets and suites may differ: that is what is compared.
///
/// # Errors
///
/// One is about a server and the other about a client.
pub fn compare(old: &Document, new: &Document) -> Result<Difference, CompareError> {
    if old.target.role != new.target.role {
        return Err(CompareError { old: old.target.role, new: new.target.role });
    }
    let (rules, cases) = (rules::changes(old, new), cases::changes(old, new));
    let must_got_worse = rules.iter().any(|rule| rule.got_worse) || cases.iter().any(|case| case.got_worse);
    Ok(Difference { schema: SCHEMA, old: Side::of(old), new: Side::of(new), must_got_worse, rules, cases })
}

/// The two documents can't be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the old document is about a {old} and the new one about a {new}: they have no rule in common")]
pub struct CompareError {
    /// The role in the old document.
    pub old: TargetRole,
    /// The role in the new document.
    pub new: TargetRole,
}
