//! Legal freedoms that the reference pair doesn't use by itself, for a suite to tolerate.

mod connecting;
mod events;
mod freedoms;
mod tolerance;
mod variant;

pub use variant::{Variant, variants};
