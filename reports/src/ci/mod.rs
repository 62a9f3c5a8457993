//! The forms that CI servers read: JUnit, TAP, and the annotations of GitHub.
//!
//! All three count alike what came of a case (`outcome`), so that they agree with each other and with the exit code.

mod github;
mod junit;
mod outcome;
mod tap;

pub use github::render as github;
pub use junit::render as junit;
pub use tap::render as tap;
