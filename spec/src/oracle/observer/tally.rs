//! How often each rule was met.

use std::collections::BTreeMap;

use super::met::Met;

/// What became of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How often something happened that the rule speaks of, be it kept or broken.
    pub exercised: u64,
    /// How often it was broken.
    pub broken: u64,
}

/// How often one peer met each rule, on one connection or on many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How often each of [`Met::IDS`] was kept.
    kept: [u64; Met::IDS.len()],
    /// The same of rules that are met now and then.
    kept_rarely: BTreeMap<&'static str, u64>,
    broken: BTreeMap<&'static str, u64>,
}

impl Default for Tally {
    /// Nothing was met.
    fn default() -> Self {
        Self { kept: [0; Met::IDS.len()], kept_rarely: BTreeMap::new(), broken: BTreeMap::new() }
    }
}

impl Tally {
    /// What became of the rule with this id.
    #[must_use]
    pub fn count(&self, rule: &str) -> Count {
        let often = Met::IDS.iter().position(|id| *id == rule).map_or(0, |at| self.kept[at]);
        let rarely = self.kept_rarely.get(rule).copied().unwrap_or_default();
        let broken = self.broken.get(rule).copied().unwrap_or_default();
        Count { exercised: often + rarely + broken, broken }
    }

    /// The rules that were exercised, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Count)> {
        let often = Met::IDS.iter().zip(self.kept).filter(|(_, kept)| *kept > 0).map(|(id, _)| *id);
        let mut ids: Vec<&'static str> =
            often.chain(self.kept_rarely.keys().copied()).chain(self.broken.keys().copied()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| (id, self.count(id)))
    }

    /// Adds what became of the rules elsewhere.
    pub fn add(&mut self, other: &Self) {
        for (sum, kept) in self.kept.iter_mut().zip(other.kept) {
            *sum += kept;
        }
        for (rule, kept) in &other.kept_rarely {
            *self.kept_rarely.entry(rule).or_default() += kept;
        }
        for (rule, broken) in &other.broken {
            *self.broken.entry(rule).or_default() += broken;
        }
    }

    pub(super) fn kept(&mut self, rule: Met) {
        self.kept[rule as usize] += 1;
    }

    pub(super) fn kept_rarely(&mut self, rule: &'static str) {
        *self.kept_rarely.entry(rule).or_default() += 1;
    }

    pub(super) fn broken(&mut self, rule: &'static str) {
        *self.broken.entry(rule).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_often_and_rarely_and_broken_adds_up() {
        let mut tally = Tally::default();
        for _ in 0..3 {
            tally.kept(Met::Answered);
            tally.broken("events.answered");
            tally.kept_rarely("malformed.closes");
        }
        let mut sum = tally.clone();
        sum.add(&tally);
        sum.add(&Tally::default());
        let count = |exercised, broken| Count { exercised, broken };
        let rules = |tally: &Tally| tally.iter().collect::<Vec<_>>();
        assert_eq!(rules(&tally), [("events.answered", count(6, 3)), ("malformed.closes", count(3, 0))]);
        assert_eq!(rules(&sum), [("events.answered", count(12, 6)), ("malformed.closes", count(6, 0))]);
        assert_eq!(sum.count("events.answered-once"), Count::default());
    }
}
