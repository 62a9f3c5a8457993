use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of a run's cases a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// The part's number, from 1.
    pub number: u32,
    /// How many parts there are.
    pub of: u32,
}
