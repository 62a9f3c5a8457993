//! What changed between two runs: what broke, what was mended, what is new or gone, by rule and by case.

mod cases;
mod change;
mod difference;
mod markdown;
mod rules;
mod text;

pub use cases::CaseChange;
pub use change::Change;
pub use difference::{CompareError, Difference, Side, compare};
pub use markdown::render as markdown;
pub use rules::RuleChange;
pub use text::render as text;
