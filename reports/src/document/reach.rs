use super::{Document, Level, RuleVerdict};

/// How far a run reached: how many rules held, were broken, and were not exercised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// Rules that at least one case showed and none found broken.
    pub held: ByLevel,
    /// Rules that at least one case found broken.
    pub broken: ByLevel,
    /// Rules that no case came to a result about.
    pub not_exercised: ByLevel,
}

impl Reach {
    /// How many rules there are.
    #[must_use]
    pub fn total(&self) -> usize {
        self.held.total() + self.broken.total() + self.not_exercised.total()
    }
}

/// A number of rules, by how binding they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByLevel {
    /// MUST rules.
    pub must: usize,
    /// SHOULD rules.
    pub should: usize,
}

impl ByLevel {
    /// Rules of both levels.
    #[must_use]
    pub fn total(&self) -> usize {
        self.must + self.should
    }
}

impl Document {
    /// Counts the rules by verdict and level.
    #[must_use]
    pub fn reach(&self) -> Reach {
        let mut reach = Reach::default();
        for rule in &self.rules {
            let counts = match rule.verdict {
                RuleVerdict::Held => &mut reach.held,
                RuleVerdict::Broken => &mut reach.broken,
                RuleVerdict::NotExercised => &mut reach.not_exercised,
            };
            match rule.level {
                Level::Must => counts.must += 1,
                Level::Should => counts.should += 1,
            }
        }
        reach
    }
}
