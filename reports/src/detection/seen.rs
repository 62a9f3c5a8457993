use crate::document::{CaseVerdict, Level};

/// What a case came to at one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The case's id.
    pub case: String,
    /// The rules that it cites.
    pub cites: Vec<String>,
    /// Its verdict.
    pub verdict: CaseVerdict,
    /// The rules that it found broken, the decisive one first.
    pub blamed: Vec<String>,
    /// What it observed, or why it came to no result; empty if it passed.
    pub what: String,
}

/// A deliberate fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MutantInfo {
    /// Its name.
    pub name: String,
    /// What it does, in a sentence.
    pub sentence: String,
    /// The rules that it breaks.
    pub rules: Vec<String>,
}

/// A rule that binds the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Why no peer can see from outside whether it holds, if none can.
    pub unobservable: Option<String>,
}

/// Generated mutants that nobody can tell from the reference, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquivalentsInfo {
    /// The patterns that they fit, as the reviewed file has them.
    pub patterns: Vec<String>,
    /// Why.
    pub reason: String,
    /// Their names.
    pub mutants: Vec<String>,
}
