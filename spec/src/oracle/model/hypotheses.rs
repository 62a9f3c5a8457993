//! A bounded set of states that a peer may be in.

use super::{Outcome, Symbol, ids::Uncounted};

/// So many hypotheses are followed; the octets that a right peer sends need one or two.
const MOST: usize = 32;

/// A state that a peer may be in.
pub(super) trait Hypothesis: Clone + PartialEq {
    /// Reads what passed towards it, and adds the other states that reading it may lead to, if the text leaves that open.
    fn reads(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> Result<(), Uncounted>;

    /// Whether it may send this; if so, it has, and other states that it may be in then are added.
    fn may_send(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> bool;
}

/// The states that a peer may be in.
#[derive(Debug, Clone)]
pub(super) enum Hypotheses<H> {
    /// These, at least one.
    Among(Vec<H>),
    /// There were too many.
    TooMany,
    /// It sent what none of them explains. Where it went from there would be a guess, so it isn't followed further.
    Strayed,
}

impl<H: Hypothesis> Hypotheses<H> {
    pub(super) fn new(state: H) -> Self {
        Self::Among(vec![state])
    }

    /// This passed towards the peer.
    pub(super) fn reads(&mut self, symbol: &Symbol) -> Outcome {
        let Self::Among(states) = self else { return self.outcome() };
        let mut others = Vec::new();
        match states.iter_mut().try_for_each(|state| state.reads(symbol, &mut others)) {
            Ok(()) => self.merge(others),
            Err(Uncounted) => *self = Self::TooMany,
        }
        self.outcome()
    }

    /// This came from the peer.
    pub(super) fn sends(&mut self, symbol: &Symbol) -> Outcome {
        let Self::Among(states) = self else { return self.outcome() };
        let mut others = Vec::new();
        states.retain_mut(|state| state.may_send(symbol, &mut others));
        if states.is_empty() {
            *self = Self::Strayed;
            return Outcome::Unexplained;
        }
        self.merge(others);
        self.outcome()
    }

    /// Adds these, and leaves one of each that are alike now.
    fn merge(&mut self, others: Vec<H>) {
        let Self::Among(states) = self else { return };
        // Nearly always.
        if states.len() == 1 && others.is_empty() {
            return;
        }
        let mut merged = Vec::new();
        for state in states.drain(..).chain(others) {
            if !merged.contains(&state) {
                merged.push(state);
            }
        }
        *self = if merged.len() > MOST { Self::TooMany } else { Self::Among(merged) };
    }

    fn outcome(&self) -> Outcome {
        match self {
            Self::TooMany => Outcome::TooMany,
            Self::Among(_) | Self::Strayed => Outcome::Explained,
        }
    }
}
