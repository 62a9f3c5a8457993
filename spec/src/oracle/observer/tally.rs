//! How often each rule was met.

use std::collections::BTreeMap;

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How often something happened that the rule speaks of, be it kept or broken.
    pub exercised: u64,
    /// How often it was broken.
    pub broken: u64,
}

/// How often one peer met each rule, on one connection or on many.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    counts: BTreeMap<&'static str, Count>,
}

impl Tally {
    /// What became of the rule with this id.
    #[must_use]
    pub fn count(&self, rule: &str) -> Count {
        self.counts.get(rule).copied().unwrap_or_default()
    }

    /// The rules that were exercised, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Count)> {
        self.counts.iter().map(|(rule, count)| (*rule, *count))
    }

    /// Adds what became of the rules elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (rule, count) in other.iter() {
            let sum = self.counts.entry(rule).or_default();
            sum.exercised += count.exercised;
            sum.broken += count.broken;
        }
    }

    pub(super) fn broken(&mut self, rule: &'static str) {
        let count = self.counts.entry(rule).or_default();
        count.exercised += 1;
        count.broken += 1;
    }
}
