use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::document::{CaseVerdict, Level};

/// A mutant and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MutantRow {
    /// Its name.
    pub name: String,
    /// What it does, in a sentence.
    pub sentence: String,
    /// The rules that it breaks.
    pub rules: Vec<String>,
    /// What became of it.
    pub verdict: MutantVerdict,
    /// Whether its rule was the one that was blamed.
    pub blame: Blame,
    /// The cases that killed it, in the suite's order.
    pub kills: Vec<Kill>,
    /// Every case that can meet its fault kills it: all of those that were played and came to a result.
    pub killed_by_all: bool,
    /// Cases in which the harness itself failed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// What became of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MutantVerdict {
    /// A case that cites or blames a rule that it breaks killed it.
    Killed,
    /// It was killed, but by no case that cites or blames a rule that it breaks; or it breaks nothing but SHOULD rules and was failed.
    WronglyBlamed,
    /// No case killed it.
    Survived,
}

/// Whether the rule that is broken is the one that was blamed, in the case that did best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blame {
    /// In none.
    None,
    /// It was among those blamed.
    Among,
    /// It was blamed first.
    First,
}

/// A case that killed a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kill {
    /// The case's id.
    pub case: String,
    /// Its verdict.
    pub verdict: CaseVerdict,
    /// The rules that it found broken, the decisive one first.
    pub blamed: Vec<String>,
    /// It cites a rule that the mutant breaks.
    pub cites: bool,
}

/// A rule and the mutants that break it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Why no peer can see from outside whether it holds, if none can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unobservable: Option<String>,
    /// How many cases cite it and passed at the reference.
    pub exercised_by: usize,
    /// The mutants that break it, by name.
    pub mutants: Vec<String>,
}

/// A case and what only it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRow {
    /// The case's id.
    pub id: String,
    /// How many mutants it killed.
    pub kills: usize,
    /// Those that no other case killed.
    pub alone: Vec<String>,
}

/// The mutants that were made of the reference machine's table: one for each wrong output and each wrong next state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Generated {
    /// How many were played.
    pub played: usize,
    /// How many were killed.
    pub killed: usize,
    /// Those that nobody can tell from the reference, with the reason.
    pub equivalent: Vec<Equivalents>,
    /// Those that were neither killed nor are known to be equivalent.
    pub survivors: Vec<String>,
    /// Those that are said to be equivalent and were killed, each with the case that did it.
    pub killed_equivalents: Vec<Fault>,
    /// Patterns of the list of equivalents that fit nothing.
    pub stale: Vec<String>,
    /// Mutants at which the harness itself failed, with the case and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<String>,
}

/// Generated mutants that nobody can tell from the reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Equivalents {
    /// The patterns that they fit, as the reviewed list has them.
    pub patterns: Vec<String>,
    /// Why.
    pub reason: String,
    /// Their names.
    pub mutants: Vec<String>,
}
