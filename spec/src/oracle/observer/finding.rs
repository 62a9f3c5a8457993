//! What an observer found.

use std::time::Duration;

use crate::catalogue::Role;

/// Something that an observer found on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// The peer that it is about.
    pub by: Role,
    /// When it showed.
    pub at: Duration,
    /// What was seen, in words.
    pub what: String,
    /// The numbers of the frames that prove it, in the order in which they passed. The frames of a connection are numbered from
    /// 0, both directions together.
    pub frames: Vec<u64>,
}

/// What a [`Finding`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// The peer broke this rule of the catalogue.
    Broken(&'static str),
    /// The observer contradicts itself: the model and the checks of the rules judge a frame differently. It is an error of
    /// this suite, and says nothing of the peer.
    Disagreement,
    /// So many readings of what passed are possible that the observer gave up on this peer and connection. It is neither right
    /// nor wrong.
    GaveUp,
}

impl Finding {
    /// The rule that was broken, if one was.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        match self.kind {
            FindingKind::Broken(rule) => Some(rule),
            FindingKind::Disagreement | FindingKind::GaveUp => None,
        }
    }
}
