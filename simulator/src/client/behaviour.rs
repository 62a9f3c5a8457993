//! How a client behaves.

use std::sync::Arc;

use sinkcheck_spec::machine::Table;

use crate::deviation::Deviation;
use crate::{Mutant, Variant};

/// How a client behaves: the reference, unless changed. Deliberate faults and legal freedoms are put in here.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// What its connections do, state by state and input by input.
    pub table: Arc<Table>,
    /// What else departs from the reference.
    pub deviation: Deviation,
}

impl Behaviour {
    /// The same, with this fault, which has to be one of a client.
    #[must_use]
    pub fn with_mutant(mut self, mutant: &Mutant) -> Self {
        self.deviation.add(mutant.changes(), &mut self.table);
        self
    }

    /// The same, with this freedom used, which has to be one of a client.
    #[must_use]
    pub fn with_variant(mut self, variant: &Variant) -> Self {
        self.deviation.add(variant.changes(), &mut self.table);
        self
    }
}

impl Default for Behaviour {
    /// The reference.
    fn default() -> Self {
        Self { table: Arc::new(Table::client()), deviation: Deviation::default() }
    }
}
