//! Why a state file can't be used.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a state file can't be used. Nothing in it has been changed.
#[derive(Debug, Error)]
pub enum StateError {
    /// Another client has it.
    #[error("{path}: another client uses this state file", path = path.display())]
    InUse {
        /// The state file.
        path: PathBuf,
    },
    /// It is some other file.
    #[error("{path}: is not the state file of a client", path = path.display())]
    NotAState {
        /// The file.
        path: PathBuf,
    },
    /// A line of it doesn't make sense. What follows could be about anything, so none of it is used.
    #[error("{path}:{line}: {problem}", path = path.display())]
    Line {
        /// The state file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// It can't be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
