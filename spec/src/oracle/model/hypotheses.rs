//! A bounded set of states that a peer may be in.

use super::{Outcome, Symbol, ids::Uncounted};

/// So many hypotheses are followed; the octets that a right peer sends need one or two.
const MOST: usize = 32;

/// A state that a peer may be in.
pub(super) trait Hypothesis: Clone + PartialEq {
    /// Reads what passed towards it, and adds the other states that reading it may lead to, if the text leaves that open.
    fn reads(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> Result<(), Uncounted>;

    /// Whether it may send this; if so, it has, and other states that it may be in then are added. A state that may not is left as
    /// it was.
    fn may_send(&mut self, symbol: &Symbol, others: &mut Vec<Self>) -> bool;

    /// It sent this, although it may not. Goes on from there as well as it can.
    fn sent_all_the_same(&mut self, symbol: &Symbol);
}

/// The states that a peer may be in; none once there were too many.
#[derive(Debug, Clone)]
pub(super) struct Hypotheses<H> {
    states: Vec<H>,
}

impl<H: Hypothesis> Hypotheses<H> {
    pub(super) fn new(state: H) -> Self {
        Self { states: vec![state] }
    }

    /// This passed towards the peer.
    pub(super) fn reads(&mut self, symbol: &Symbol) -> Outcome {
        let mut others = Vec::new();
        for state in &mut self.states {
            if state.reads(symbol, &mut others).is_err() {
                return self.give_up();
            }
        }
        self.add(others);
        self.outcome()
    }

    /// This came from the peer.
    pub(super) fn sends(&mut self, symbol: &Symbol) -> Outcome {
        if self.states.is_empty() {
            return Outcome::TooMany;
        }
        let mut others = Vec::new();
        let explains = match self.states.as_mut_slice() {
            // Nearly always: nothing is to be copied.
            [state] => state.may_send(symbol, &mut others),
            states => {
                let mut kept = states.to_vec();
                kept.retain_mut(|state| state.may_send(symbol, &mut others));
                let explains = !kept.is_empty();
                if explains {
                    self.states.clear();
                    self.add(kept);
                }
                explains
            }
        };
        if explains {
            self.add(others);
            return self.outcome();
        }
        for state in &mut self.states {
            state.sent_all_the_same(symbol);
        }
        Outcome::Unexplained
    }

    fn give_up(&mut self) -> Outcome {
        self.states = Vec::new();
        Outcome::TooMany
    }

    fn add(&mut self, states: Vec<H>) {
        if states.is_empty() {
            return;
        }
        for state in states {
            if !self.states.contains(&state) {
                self.states.push(state);
            }
        }
        if self.states.len() > MOST {
            self.give_up();
        }
    }

    fn outcome(&self) -> Outcome {
        if self.states.is_empty() { Outcome::TooMany } else { Outcome::Explained }
    }
}
