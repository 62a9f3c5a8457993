use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::{Detection, SCHEMA, markdown, text};
use crate::json::ReadError;
use crate::render::RenderOptions;

/// A form in which a [`Detection`] can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DetectionFormat {
    /// A report to read in a terminal.
    Text,
    /// The document itself.
    Json,
    /// The whole matrix as a page.
    Markdown,
}

impl DetectionFormat {
    /// Every format, in the order in which the command line lists them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Json, Self::Markdown];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

impl fmt::Display for DetectionFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for DetectionFormat {
    type Err = UnknownDetectionFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownDetectionFormat { name: name.to_owned() })
    }
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no format is called `{name}`: there are {}", DetectionFormat::ALL.map(DetectionFormat::name).join(", "))]
pub struct UnknownDetectionFormat {
    /// The name that was asked for.
    pub name: String,
}

/// Writes `detection` to `out` in `format`.
///
/// # Errors
///
/// Those of `out`.
pub fn render_detection(
    detection: &Detection,
    format: DetectionFormat,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        DetectionFormat::Text => text::render(detection, options, out),
        DetectionFormat::Markdown => markdown::render(detection, out),
        DetectionFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, detection)?;
            out.write_all(b"\n")
        }
    }
}

/// Reads a document back. Fields that it doesn't know are ignored.
///
/// # Errors
///
/// [`ReadError`] says whether the octets are no JSON, no such document, or one of a form that is newer than this program.
pub fn read_detection(octets: &[u8]) -> Result<Detection, ReadError> {
    let value: serde_json::Value = serde_json::from_slice(octets).map_err(ReadError::from)?;
    match value.get("schema").and_then(serde_json::Value::as_u64) {
        None | Some(0) => Err(ReadError::NoSchema),
        Some(found) if found > u64::from(SCHEMA) => Err(ReadError::NewerSchema { found, supported: SCHEMA }),
        Some(_) => serde_json::from_value(value).map_err(ReadError::from),
    }
}
