//! A file's text with its marks, and reading it into a type.

use serde::de::DeserializeOwned;

use super::diagnostic::Diagnostic;
use super::marks::{Marked, Path, Segment};

/// A larger file is refused before it is read: 1 MiB is a hundred times the largest file that anyone writes by hand.
pub const MAX_FILE_OCTETS: u64 = 1 << 20;

/// A file's text with the place of every node in it.
#[derive(Debug, Clone)]
pub struct Source {
    file: String,
    text: String,
    marks: Marked,
}

impl Source {
    /// The file as the person named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line of the node at `path`, counted from 1.
    pub fn line(&self, path: &Path) -> usize {
        let at = self.marks.locate(path, false).start;
        self.text[..at.min(self.text.len())].matches('\n').count() + 1
    }

    /// A mistake in the value at `path`.
    pub fn error(&self, path: &Path, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(&self.file, &self.text, self.marks.locate(path, false), message)
    }

    /// A mistake in the key at the end of `path`.
    pub fn error_at_key(&self, path: &Path, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(&self.file, &self.text, self.marks.locate(path, true), message)
    }
}

/// Reads YAML into a type. The type says what is allowed; every mistake comes back with its place.
///
/// # Errors
/// The first mistake: not YAML, a duplicate key, an unknown or missing field, a value of the wrong kind.
pub fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<(T, Source), Box<Diagnostic>> {
    let marks = match Marked::parse(text) {
        Ok(Some(marks)) => marks,
        Ok(None) => return Err(Box::new(Diagnostic::whole_file(file, "the file is empty"))),
        Err(error) => {
            return Err(Box::new(Diagnostic::at(file, text, error.at..error.at + 1, error.message)));
        }
    };
    let value: serde_json::Value = serde_yaml::from_str(text).map_err(|error| {
        let at = error.location().map_or(0, |location| location.index());
        Diagnostic::at(file, text, at..at + 1, error.to_string())
    })?;
    match serde_path_to_error::deserialize::<_, T>(value) {
        Ok(read) => Ok((read, Source { file: file.to_owned(), text: text.to_owned(), marks })),
        Err(error) => Err(Box::new(located(file, text, &marks, &error))),
    }
}

fn located(
    file: &str,
    text: &str,
    marks: &Marked,
    error: &serde_path_to_error::Error<serde_json::Error>,
) -> Diagnostic {
    use serde_path_to_error::Segment as Their;
    let path: Path = error
        .path()
        .iter()
        .filter_map(|segment| match segment {
            Their::Seq { index } => Some(Segment::Index(*index)),
            Their::Map { key } => Some(Segment::Key(key.clone())),
            Their::Enum { variant } => Some(Segment::Key(variant.clone())),
            Their::Unknown => None,
        })
        .collect();
    let message = error.inner().to_string();
    // "unknown field `x`, expected one of `a`, `b`" and "unknown variant …": the mistake is at the key.
    let named = message.split('`').nth(1).map(str::to_owned);
    let unknown = message.starts_with("unknown ");
    let span = match &named {
        Some(name) if unknown => marks.locate_key(&path, name).unwrap_or_else(|| marks.locate(&path, true)),
        _ => marks.locate(&path, false),
    };
    let diagnostic = Diagnostic::at(file, text, span, plain(&message));
    match named.filter(|_| unknown).and_then(|name| closest(&message, &name)) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// Serde speaks of fields and variants; whoever writes a file knows neither.
fn plain(message: &str) -> String {
    message
        .replace("unknown variant", "unknown word")
        .replace("unknown field", "unknown key")
        .replace("missing field", "missing key")
}

/// Of the words that the message says would have been right, the one that is most like `name`.
fn closest(message: &str, name: &str) -> Option<String> {
    message
        .split('`')
        .skip(3)
        .step_by(2)
        .map(|word| (strsim::damerau_levenshtein(word, name), word))
        .filter(|(distance, word)| *distance <= word.len().max(name.len()) / 2)
        .min()
        .map(|(_, word)| word.to_owned())
}
