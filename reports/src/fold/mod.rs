//! From events to the document, and from the document to the verdict and the exit code.
//!
//! Cases arrive judged. What is folded here is what follows from them: which rules held, and whether the target conforms.

mod builder;
mod conformance;
mod exit_code;

pub(crate) use builder::each_once;
pub use builder::{DocumentBuilder, NOT_RUN};
pub(crate) use conformance::Levels;
pub use conformance::overall;
pub use exit_code::{BROKEN, CONFORMS, HARNESS_FAILED, INCONCLUSIVE, USAGE, exit_code};
