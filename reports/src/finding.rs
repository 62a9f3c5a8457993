//! What is told as soon as it is found in traffic that is watched: one JSON object a line.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Level, Role, TranscriptEntry};

/// Something that was found on a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is.
    pub finding: FindingKind,
    /// When it showed, in milliseconds since the watching began.
    pub ms: f64,
    /// The connection's name.
    pub connection: String,
    /// The side that it is about.
    pub side: Role,
    /// The id of the rule that was broken, if one was.
    pub rule: Option<String>,
    /// How binding that rule is.
    pub level: Option<Level>,
    /// Its sentence in the protocol text.
    pub text: Option<String>,
    /// What was seen, in words.
    pub what: String,
    /// The numbers of the frames that prove it. The frames of a connection are numbered from 0, both directions together.
    pub frame_numbers: Vec<u64>,
    /// Those of them that are still known, and what happened beside them, in order. `ms` counts as above.
    pub frames: Vec<TranscriptEntry>,
}

/// What a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// A rule was broken.
    Broken,
    /// The oracle contradicts itself. It is an error of the suite, and says nothing of the peer.
    Disagreement,
    /// So many readings of the traffic are possible that nothing can be said of this side any more.
    GaveUp,
}
