//! Legal freedoms that the reference pair doesn't use by itself, for a suite to tolerate.

mod freedoms;
mod variant;

pub use variant::{Variant, variants};
