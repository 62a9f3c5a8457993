//! How well the suite detects: it is played at peers with known faults and with known freedoms, in virtual time over memory.
//!
//! [`Plan`] says at which peers which cases are played, `crew` plays them on several threads, `equivalents` reads the reviewed list of
//! generated mutants that nobody can tell from the reference. What came of it is folded in `sinkcheck_reports::detection`.

mod affected;
mod crew;
mod equivalents;
mod matrix;
mod peers;
mod plan;
mod repeated;

pub use equivalents::{Entry, Equivalents};
pub use matrix::detect;
pub use plan::{Plan, What};
