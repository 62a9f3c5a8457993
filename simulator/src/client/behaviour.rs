//! How a client behaves.

use std::sync::Arc;

use sinkcheck_spec::machine::Table;

/// How a client behaves: the reference, unless changed. Deliberate faults and legal freedoms are put in here.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// What its connections do, state by state and input by input.
    pub table: Arc<Table>,
}

impl Default for Behaviour {
    /// The reference.
    fn default() -> Self {
        Self { table: Arc::new(Table::client()) }
    }
}
