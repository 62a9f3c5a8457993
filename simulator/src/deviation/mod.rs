//! Where a peer departs from the reference: the mechanism below [mutants](crate::Mutant) and [variants](crate::Variant).
//!
//! A [`Deviation`] is a list of changes. Most of them need no place in the reference at all, for they happen around its
//! machine: what arrives is rewritten before the machine reads it, and what it sends before the peer does. That is the
//! `tap`, which a connection of the reference doesn't have. The others are rows of the machine's table, and `Knobs`:
//! values that the connection, the server or the client looks at.
//!
//! - `change`: what can be changed, and when: always, the second time, only when frames are joined …;
//! - `seen`: what a change may know about its connection;
//! - `content`: taking contents apart and putting them together;
//! - `assembly`: how frames are cut out of what arrives, rightly and wrongly;
//! - `timing`: what is said later, or of its own accord;
//! - `trust`: verifiers of certificates that look away;
//! - `tap`: all of it around one connection;
//! - `witness`: what passed through the taps of a reference, to tell where a change would make a difference.

mod assembly;
mod change;
pub(crate) mod content;
mod knobs;
mod seen;
mod tap;
mod timing;
pub(crate) mod trust;
mod witness;

use std::sync::Arc;

use sinkcheck_spec::machine::Table;

pub(crate) use assembly::Framing;
pub(crate) use change::{Act, Change, When};
pub(crate) use knobs::{Closing, Delay, Harm, Knobs, LeftBehind, Order, Redelivery, Takeover, Trust};
pub(crate) use seen::{Origin, Seen};
pub(crate) use tap::{Tap, has_room};
pub use witness::{Testimony, Witness};

/// How a peer departs from the reference; by default it doesn't. Mutants and variants are put in with
/// [`crate::server::Behaviour::with_mutant`] and its like.
#[derive(Clone, Debug, Default)]
pub struct Deviation {
    changes: Vec<Change>,
    /// Who notes what passes.
    witness: Option<Witness>,
}

impl Deviation {
    /// Adds changes, and makes those that are the table's.
    pub(crate) fn add(&mut self, changes: &[Change], table: &mut Arc<Table>) {
        for change in changes {
            if let Change::Row(state, input, next, effects) = *change {
                *table = Arc::new(Table::clone(table).with(state, input, next, effects));
            }
        }
        self.changes.extend_from_slice(changes);
    }

    /// The values that it sets.
    pub(crate) fn knobs(&self) -> Knobs {
        let mut knobs = Knobs::default();
        for change in &self.changes {
            if let Change::Knob(set) = change {
                set(&mut knobs);
            }
        }
        knobs
    }

    /// What stands between a connection and its machine, if anything.
    pub(crate) fn tap(&self, knobs: &Arc<Knobs>, origin: impl FnOnce() -> Origin) -> Option<Box<Tap>> {
        let needed = self.witness.is_some() || self.changes.iter().any(|change| !matches!(change, Change::Row(..)));
        needed.then(|| {
            let origin = origin();
            let ear = self.witness.as_ref().map(|witness| witness.begun(origin.clone()));
            Box::new(Tap::new(&self.changes, Arc::clone(knobs), origin, ear))
        })
    }

    /// None, with what passes between the connections and their machines told to this witness.
    #[must_use]
    pub fn witnessed(witness: &Witness) -> Self {
        Self { changes: Vec::new(), witness: Some(witness.clone()) }
    }
}
