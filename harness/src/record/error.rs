//! Why a record could not be read at all.

use std::io;

/// Nothing of a record could be read. The messages say what to do next.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It can't be opened, or reading it failed.
    #[error("it can't be read: {0}")]
    Io(#[from] io::Error),
    /// It has no octets.
    #[error("it is empty")]
    Empty,
    /// It is in no form that is read.
    #[error("{0}")]
    Unknown(String),
    /// It is of a form that is read, and what it holds is not.
    #[error("{place}: {problem}")]
    Wrong {
        /// Where: `line 7`, `packet 12`.
        place: String,
        /// What is wrong there.
        problem: String,
    },
    /// What decrypts it is missing, or failed.
    #[error("{0}")]
    Decrypting(String),
}

impl RecordError {
    pub(super) fn wrong(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Wrong { place: place.into(), problem: problem.into() }
    }
}
