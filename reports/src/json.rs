//! The document as JSON, and back.

use std::io::{self, Read, Write};

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

/// The longest document that is read, in octets: what a run keeps of its exchanges takes a third of it.
pub const LONGEST: usize = 64 << 20;

/// Reads a document back. Fields that it doesn't know are ignored.
///
/// # Errors
///
/// [`ReadError`] says whether the octets are too many, no JSON, cut off, no result document, or one of a form that is newer
/// than this program.
pub fn read_document(octets: &[u8]) -> Result<Document, ReadError> {
    #[derive(Deserialize)]
    #[serde(expecting = "a result document")]
    struct Form {
        schema: Option<u64>,
    }

    if octets.len() > LONGEST {
        return Err(ReadError::TooLong);
    }
    let form: Form = serde_json::from_slice(octets).map_err(ReadError::from)?;
    match form.schema {
        None => Err(ReadError::NoSchema),
        Some(found) if found > u64::from(SCHEMA) => Err(ReadError::NewerSchema { found, supported: SCHEMA }),
        Some(0) => Err(ReadError::NoSchema),
        Some(_) => serde_json::from_slice(octets).map_err(ReadError::from),
    }
}

/// Reads a document to the reader's end, and no further than the longest document goes. Returns how many octets it took, too.
///
/// # Errors
///
/// Those of [`read_document`], and those of the reader.
pub fn read_document_from(reader: impl Read) -> Result<(Document, usize), ReadError> {
    let mut octets = Vec::new();
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1);
    reader.take(most).read_to_end(&mut octets).map_err(ReadError::Unreadable)?;
    read_document(&octets).map(|document| (document, octets.len()))
}

/// Why octets could not be read as a result document.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// They can't be had.
    #[error("it can't be read: {0}")]
    Unreadable(#[source] io::Error),
    /// There are more than a document may have.
    #[error(
        "it has more than {} MiB, the most that is read: `certify --shard 1/4` and its like write several smaller ones",
        LONGEST >> 20
    )]
    TooLong,
    /// They end in the midst of the document.
    #[error("the document is cut off ({0}): write it once more")]
    CutOff(#[source] serde_json::Error),
    /// They are not JSON.
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
        if error.is_eof() {
            Self::CutOff(error)
        } else if error.is_data() {
            Self::Malformed(error)
        } else {
            Self::NotJson(error)
        }
    }
}
