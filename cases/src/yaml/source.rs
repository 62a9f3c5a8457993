//! A file's text with its marks, and reading it into a type.

use std::fs::File;
use std::io::Read;
use std::path::Path as FilePath;

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

/// The text of a file that a person wrote. What is no file of that kind (a folder, a device, a disk image) is refused, and no
/// more of it is read than a file of that kind has.
///
/// # Errors
/// It can't be read, is longer than [`MAX_FILE_OCTETS`], or is no UTF-8 text.
pub fn text_of(path: &FilePath) -> Result<String, Box<Diagnostic>> {
    let fail = |message: String| Box::new(Diagnostic::whole_file(&path.display().to_string(), message));
    let unreadable = |error: std::io::Error| fail(format!("can't be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    let mut octets = Vec::new();
    file.take(MAX_FILE_OCTETS + 1).read_to_end(&mut octets).map_err(unreadable)?;
    if octets.len() as u64 > MAX_FILE_OCTETS {
        return Err(fail(format!("too long: a file of this kind has {MAX_FILE_OCTETS} octets at most")));
    }
    String::from_utf8(octets)
        .map_err(|error| fail(format!("not a text: the octet at {} is no UTF-8", error.utf8_error().valid_up_to())))
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
    // "unknown field `x`, expected one of `a`, `b`" is about a key, and so may "unknown variant …" be, which else is about a value.
    let named = message.split('`').nth(1).map(str::to_owned);
    let unknown = message.starts_with("unknown ");
    let at_key = message.starts_with("unknown field");
    let span = match &named {
        Some(name) if unknown => marks.locate_key(&path, name).unwrap_or_else(|| marks.locate(&path, at_key)),
        _ => marks.locate(&path, false),
    };
    let diagnostic = Diagnostic::at(file, text, span, plain(&message));
    match named.filter(|_| unknown).and_then(|name| closest(&message, &name)) {
        Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// Serde speaks of fields, variants and structs; whoever writes a file knows none of them.
fn plain(message: &str) -> String {
    let message = message
        .replace("unknown variant", "unknown word")
        .replace("unknown field", "unknown key")
        .replace("missing field", "missing key")
        .replace("expected a sequence", "expected a list")
        .replace("invalid type: sequence", "invalid type: a list")
        .replace("invalid type: map,", "invalid type: a mapping,");
    match message.split_once("expected struct ") {
        // A list is read as the values of a struct's fields, of which there are too few.
        Some((before, _)) if before.starts_with("invalid length") => "expected keys with values, not a list".to_owned(),
        Some((before, _)) => format!("{before}expected keys with values"),
        None => message,
    }
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
