//! The places of a table that connections came to.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Input, State};

/// The places of a [watched](super::Table::watched) table that were looked up. A machine that never comes to a place does the
/// same whatever is there.
#[derive(Clone, Debug, Default)]
pub struct Places(Arc<Mutex<BTreeSet<(State, Input)>>>);

impl Places {
    /// Those since the last time.
    pub fn take(&self) -> BTreeSet<(State, Input)> {
        // A set is whole whoever panicked beside it.
        mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn note(&self, state: State, input: Input) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((state, input));
    }
}
