use schemars::JsonSchema;
use serde::Serialize;

/// How a rule or a case differs between the old run and the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is broken, and wasn't.
    Broke,
    /// It had a result, and came to none.
    Unsettled,
    /// It was broken, and holds.
    Mended,
    /// It had no result, and holds.
    Settled,
    /// Only the new run has it.
    New,
    /// Only the old run has it.
    Gone,
    /// It differs, and is neither better nor worse.
    Other,
}

impl Change {
    /// Every change, in the order in which they are told.
    pub const ALL: [Self; 7] =
        [Self::Broke, Self::Unsettled, Self::Mended, Self::Settled, Self::New, Self::Gone, Self::Other];

    /// A heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Broke => "Broke",
            Self::Unsettled => "No result any more",
            Self::Mended => "Mended",
            Self::Settled => "A result now",
            Self::New => "New",
            Self::Gone => "Gone",
            Self::Other => "Changed otherwise",
        }
    }
}
