//! What can be wrong with a configuration.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// What is wrong with a configuration: the fault of whoever wrote it.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The text doesn't have the form of a configuration.
    #[error("{field}: {problem}")]
    Form {
        /// The path to the field, such as `clients.known.certificate`; `.` for the whole.
        field: String,
        /// What is wrong, with line and column where they are known.
        problem: String,
    },
    /// A field's value can't be used, by itself or beside the others.
    #[error("{field}: {problem}")]
    Field {
        /// The path to the field.
        field: String,
        /// What is wrong.
        problem: String,
    },
    /// A file that a field names can't be used.
    #[error("{field}: {path}: {problem}", path = path.display())]
    NamedFile {
        /// The path to the field.
        field: String,
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The configuration file itself can't be read.
    #[error("{path}: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something is wrong in this file.
    #[error("{path}: {problem}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: Box<ConfigError>,
    },
}

impl ConfigError {
    pub(super) fn form(error: serde_path_to_error::Error<serde_yaml::Error>) -> Self {
        let field = error.path().to_string();
        let problem = error.into_inner().to_string();
        // The YAML reader often names a path as well: the same, or the beginning of it.
        let problem = match problem.split_once(": ") {
            Some((path, rest)) if field.starts_with(path) => rest.to_owned(),
            _ => problem,
        };
        Self::Form { field, problem }
    }

    pub(crate) fn field(field: impl Into<String>, problem: impl Display) -> Self {
        Self::Field { field: field.into(), problem: problem.to_string() }
    }

    pub(crate) fn named_file(field: &str, path: &Path, problem: impl Display) -> Self {
        Self::NamedFile { field: field.to_owned(), path: path.to_owned(), problem: problem.to_string() }
    }

    pub(super) fn unreadable(path: &Path, source: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), source }
    }

    /// The same error, in this configuration file.
    #[must_use]
    pub fn in_file(self, path: &Path) -> Self {
        Self::File { path: path.to_owned(), problem: Box::new(self) }
    }
}
