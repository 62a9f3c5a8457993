//! Runs made by hand: the events that a harness would have sent.

mod exchanges;
mod rules;
mod runs;

pub(crate) use rules::rule;
pub(crate) use runs::*;
