use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use sinkcheck_reports::Document;
use sinkcheck_reports::json::{LONGEST, ReadError, read_document_from};

use crate::cli::exit::Failure;

/// Reads a document from its file, or from standard input. No more is read of it than the longest document has.
pub(super) fn read(path: &Path) -> Result<Document, Failure> {
    read_counting(path).map(|(document, _)| document)
}

/// The same, and how many octets it took.
pub(super) fn read_counting(path: &Path) -> Result<(Document, usize), Failure> {
    let wrong = |error: ReadError| Failure::usage(format!("{}: {error}", name(path)));
    if is_stdin(path) {
        return read_document_from(io::stdin().lock()).map_err(wrong);
    }
    let file = File::open(path).map_err(|error| wrong(ReadError::Unreadable(error)))?;
    let longest = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    if file.metadata().is_ok_and(|found| found.is_file() && found.len() > longest) {
        return Err(wrong(ReadError::TooLong));
    }
    read_document_from(file).map_err(wrong)
}

/// What messages call it.
pub(super) fn name(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() }
}

/// Standard input has one document.
pub(super) fn check_one_stdin<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), Failure> {
    match paths.into_iter().filter(|path| is_stdin(path)).count() {
        0 | 1 => Ok(()),
        _ => Err(Failure::usage("standard input can be read once: give the other documents as files")),
    }
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The document with what a comparison looks at. Two are held at once, and what was exchanged is most of each.
pub(super) fn without_exchanges(mut document: Document) -> Document {
    (document.scenarios, document.notes) = (Vec::new(), Vec::new());
    for rule in &mut document.rules {
        (rule.cases, rule.needs) = (Vec::new(), Vec::new());
    }
    for case in &mut document.cases {
        case.transcript = Vec::new();
        case.output = None;
        // What a case cites matters where it was played in vain.
        if case.verdict.is_conclusive() {
            case.rules = Vec::new();
        }
    }
    document
}
