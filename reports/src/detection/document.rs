use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseRow, Generated, Innocents, MutantRow, RuleRow, Variant};
use crate::document::{Role, Suite};

/// The version of the form.
pub const SCHEMA: u32 = 1;

/// What the suite made of peers with known faults and with known freedoms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Detection {
    /// The version of the form, [`SCHEMA`].
    pub schema: u32,
    /// The suite.
    pub suite: Suite,
    /// The whole in a word.
    pub outcome: Outcome,
    /// The whole in numbers.
    pub figures: Figures,
    /// A matrix for each role that was played at.
    pub roles: Vec<RoleMatrix>,
    /// What a reader has to know besides, a sentence each.
    pub notes: Vec<String>,
}

/// The whole in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything that was played came out as it has to.
    Sound,
    /// A mutant survived or was blamed wrongly, something was held against an innocent peer, or the list of equivalents is wrong.
    Unsound,
    /// Nothing of that, but the harness itself failed in a case.
    HarnessFailed,
}

/// The whole in numbers, over all roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Mutants written by hand.
    pub mutants: usize,
    /// Of these: killed by a case that cites or blames the broken rule.
    pub killed: usize,
    /// Of these: killed by a case that cites the broken rule.
    pub killed_by_citing: usize,
    /// Of these: a case that killed it blamed the broken rule first.
    pub blamed_first: usize,
    /// All kills of mutants written by hand, case by case.
    pub kills: usize,
    /// Of these: the broken rule was blamed first.
    pub kills_blamed_first: usize,
    /// Generated mutants.
    pub generated: usize,
    /// Of these: killed.
    pub generated_killed: usize,
    /// Of these: equivalent, with a reason.
    pub generated_equivalent: usize,
    /// Variants.
    pub variants: usize,
    /// Pairs of variants.
    pub pairs: usize,
    /// Cases played at the reference, variants and pairs.
    pub innocent_plays: usize,
    /// Of these: failed or warned.
    pub innocent_faults: usize,
    /// Of these: came to no result.
    pub innocent_inconclusive: usize,
    /// MUST rules that bind a role that was played at.
    pub musts: usize,
    /// Of these: exercised by a case that passed at the reference.
    pub musts_exercised: usize,
    /// Of these: nobody outside can see them, with the reason.
    pub musts_unobservable: usize,
    /// Cases played at all peers.
    pub plays: usize,
    /// Cases that were not played at a mutant, because there it does what the reference does.
    #[serde(default)]
    pub unaffected: usize,
    /// How long it took, in milliseconds.
    pub wall_ms: f64,
}

/// What was played at the peers of one role.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleMatrix {
    /// The role under test.
    pub role: Role,
    /// Each rule that binds the role, and its mutants.
    pub rules: Vec<RuleRow>,
    /// Each mutant written by hand.
    pub mutants: Vec<MutantRow>,
    /// Each case that was played.
    pub cases: Vec<CaseRow>,
    /// The mutants made of the machine's table.
    pub generated: Generated,
    /// The variants that were played.
    pub variants: Vec<Variant>,
    /// What was held against the reference.
    pub at_reference: Innocents,
    /// What was held against variants.
    pub at_variants: Innocents,
    /// What was held against pairs of variants.
    pub at_pairs: Innocents,
    /// Whether mutants were played at all cases, so that rules without mutants and cases without kills mean something.
    pub is_whole: bool,
}
