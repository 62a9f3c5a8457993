//! The result document: everything that a run found, in one value.
//!
//! It is self-contained. A renderer, a comparison or a later version of the suite needs nothing else: not the catalogue,
//! not the scenarios, not the target.
//!
//! The form is versioned by [`Document::schema`]. Fields are added without a new number, so readers ignore those that they
//! don't know; a new number means that something changed its meaning or went away. The published JSON Schema is
//! `reports/schema/result.schema.json`.

mod case;
mod reach;
mod result;
mod rule;
mod scenario;
mod section;
mod shard;
mod summary;
mod transcript;

pub use case::{CaseResult, CaseVerdict, KnownFailure, Reason};
pub use reach::{ByLevel, Reach};
pub use result::{Document, Role, SCHEMA, Suite, Target, TargetRole, Verdict};
pub use rule::{Level, RuleResult, RuleVerdict, SideCount};
pub use scenario::ScenarioText;
pub(crate) use section::Indexed;
pub use section::RuleSection;
pub use shard::Shard;
pub use summary::Summary;
pub use transcript::{Carried, TranscriptEntry};
