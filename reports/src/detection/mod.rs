//! How well the suite detects: what it made of peers with known faults and with known freedoms.
//!
//! The harness plays and tells what it saw ([`Seen`]), [`DetectionBuilder`] folds that into a [`Detection`], and the renderers read
//! only that. The form is versioned by [`Detection::schema`], like that of the result document; its JSON Schema is
//! `reports/schema/detection.schema.json`.
//!
//! **Killed** means: a case failed, or, where the mutant breaks nothing but SHOULD rules, a case failed or warned. A case
//! *cites* the rules that its file names, and *blames* those that its result says were broken, the decisive one first.

mod build;
mod document;
mod format;
mod innocents;
mod markdown;
mod matrix;
mod seen;
mod text;
mod without_times;

pub use build::DetectionBuilder;
pub use document::{Detection, Figures, Outcome, RoleMatrix, SCHEMA};
pub use format::{DetectionFormat, UnknownDetectionFormat, read_detection, render_detection};
pub use innocents::{Fault, Innocents, Variant};
pub use matrix::{Blame, CaseRow, Equivalents, Generated, Kill, MutantRow, MutantVerdict, RuleRow};
pub use seen::{EquivalentsInfo, MutantInfo, RuleInfo, Seen};
pub use without_times::without_times;
