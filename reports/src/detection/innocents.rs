use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::CaseVerdict;

/// Peers that do nothing wrong: what the suite held against them, which has to be nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Innocents {
    /// How many peers were played at; repetitions count.
    pub peers: usize,
    /// How many cases were played at all of them.
    pub plays: usize,
    /// Cases that failed or warned.
    pub faults: Vec<Fault>,
    /// Cases that came to no result.
    pub inconclusive: Vec<Fault>,
}

/// A legal freedom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it does, in a sentence.
    pub sentence: String,
    /// The freedoms that it takes, by their ids.
    pub freedoms: Vec<String>,
}

/// A case that held something against a peer that does nothing wrong, so far as we know, or could not tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// The peer: the reference, a variant, or two, or a mutant that is said to be equivalent to the reference.
    pub peer: String,
    /// The case's id.
    pub case: String,
    /// Its verdict.
    pub verdict: CaseVerdict,
    /// The rules that it blamed.
    pub blamed: Vec<String>,
    /// What it observed, or why it came to no result.
    pub what: String,
}
