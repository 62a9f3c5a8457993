//! Deliberate faults of the reference pair, for a suite to find.
//!
//! A `Fault` is written down once. Where it may be made always or only now and then (the second time, when frames are
//! joined …), each of these is a [`Mutant`] of its own, and so is each role that the fault is for.

mod closing;
mod coming_back;
mod events;
mod fault;
mod framing;
mod handshake;
mod introduction;
mod isolation;
mod keepalive;
mod layout;
mod malformed;
mod messages;
mod mutant;
mod numbers;
mod publishing;
mod records;
mod rejections;
mod tolerant;

pub use fault::Need;
pub use mutant::{Mutant, mutants};
