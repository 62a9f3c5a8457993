use std::collections::BTreeSet;
use std::sync::Arc;

use globset::GlobMatcher;
use sinkcheck_cases::language::Scenario;
use sinkcheck_spec::catalogue::Role;

use super::Equivalents;
use super::peers::Known;

/// Peers of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The reference.
    Reference,
    /// Deliberate faults, written by hand.
    Mutants,
    /// Every wrong output and every wrong next state of the machine's table.
    Generated,
    /// Legal freedoms.
    Variants,
    /// Two legal freedoms at a time.
    Pairs,
}

impl What {
    /// Every kind, in the order in which they are played at.
    pub const ALL: [Self; 5] = [Self::Reference, Self::Mutants, Self::Generated, Self::Variants, Self::Pairs];
}

/// At which peers which cases are played.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The roles under test.
    pub roles: Vec<Role>,
    /// The kinds of peers.
    pub what: BTreeSet<What>,
    /// Only peers whose names fit one of these; all if there is none.
    pub names: Vec<GlobMatcher>,
    /// The cases, of all roles.
    pub cases: Vec<Arc<Scenario>>,
    /// How many cases the suite has.
    pub suite_size: usize,
    /// How often the whole suite is played at the reference, each time in another order.
    pub repeat: u32,
    /// So many pairs of variants of each role; all if absent.
    pub sample: Option<usize>,
    /// What the orders and the sample are made of.
    pub seed: u64,
    /// How many threads play.
    pub jobs: usize,
    /// Generated mutants that nobody can tell from the reference.
    pub equivalents: Equivalents,
}

impl Plan {
    /// Whether nothing is left out that the matrix needs to be whole.
    pub(super) fn is_whole(&self) -> bool {
        self.cases.len() == self.suite_size
            && self.names.is_empty()
            && [What::Reference, What::Mutants].iter().all(|what| self.what.contains(what))
    }

    pub(super) fn fits(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|glob| glob.is_match(name))
    }

    /// The names of all mutants and variants of these kinds and roles.
    pub fn names_of_peers(&self) -> Vec<String> {
        let unlimited = Self { names: Vec::new(), sample: None, ..self.clone() };
        self.roles.iter().flat_map(|&role| Known::of(&unlimited, role)).flat_map(Known::names).collect()
    }

    pub(super) fn has(&self, what: What) -> bool {
        self.what.contains(&what)
    }
}
