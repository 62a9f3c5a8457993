//! The document as JSON, and back.

use std::io::{self, Write};

use serde::Deserialize;

use crate::document::{Document, SCHEMA};
use crate::render::RenderOptions;

/// Writes the document as indented JSON with a line end after it. The options change nothing: this is an API, not a page.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    out.write_all(b"\n")
}

/// Reads a document back. Fields that it doesn't know are ignored.
///
/// # Errors
///
/// [`ReadError`] says whether the octets are no JSON, no result document, or one of a form that is newer than this program.
pub fn read_document(octets: &[u8]) -> Result<Document, ReadError> {
    #[derive(Deserialize)]
    struct Form {
        schema: Option<u64>,
    }

    let form: Form = serde_json::from_slice(octets).map_err(ReadError::from)?;
    match form.schema {
        None => Err(ReadError::NoSchema),
        Some(found) if found > u64::from(SCHEMA) => Err(ReadError::NewerSchema { found, supported: SCHEMA }),
        Some(0) => Err(ReadError::NoSchema),
        Some(_) => serde_json::from_slice(octets).map_err(ReadError::from),
    }
}

/// Why octets could not be read as a result document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// They are not JSON, or they end too early.
    #[error("this is not JSON: {0}")]
    NotJson(#[source] serde_json::Error),
    /// They are JSON without the number of a document's form.
    #[error("this is not a result document: it has no `schema` number")]
    NoSchema,
    /// The document has a form that a newer version of the suite wrote.
    #[error(
        "this result document has schema {found}, and this version of sinkcheck reads up to {supported}: use a newer one"
    )]
    NewerSchema {
        /// The document's number.
        found: u64,
        /// The newest number that this version reads.
        supported: u32,
    },
    /// The document lacks something that its form demands, or has something else there.
    #[error("this result document is malformed: {0}")]
    Malformed(#[source] serde_json::Error),
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_data() { Self::Malformed(error) } else { Self::NotJson(error) }
    }
}
