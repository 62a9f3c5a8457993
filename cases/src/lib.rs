//! The scenario language and the suites that are written in it.
//!
//! A case is one YAML file; its path is its id. [`language`] says what a file may say, [`lint`] finds what types can't (a rule
//! that doesn't exist, a value that is never used, an expectation that can't fail), [`suite`] holds the built-in cases and
//! reads folders of one's own. Scenarios hold no logic, and this crate neither plays nor judges them: the harness does.

pub mod language;
pub mod lint;
pub mod suite;
pub mod yaml;
