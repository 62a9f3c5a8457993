//! One mistake in a file: where it is, the line itself, what is wrong and what to do about it.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

/// A mistake in a file that a person wrote, with all that is needed to show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as the person named it.
    pub file: String,
    /// Line, counted from 1; 0 where the mistake is the whole file's.
    pub line: usize,
    /// Column in characters, counted from 1; 0 where the mistake is the whole file's.
    pub column: usize,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do about it, where there is something to say.
    pub hint: Option<String>,
    text: String,
    span: Range<usize>,
}

impl Diagnostic {
    /// A mistake at a place: `span` is a range of octets in `text`.
    pub(super) fn at(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            message: message.into(),
            hint: None,
            text: text.to_owned(),
            // A span over several lines (a whole block) is shown by its first line.
            span: start..start + text[start..end].find('\n').unwrap_or(end - start),
        }
    }

    /// A mistake of the whole file: it can't be read, it is empty, it is too large.
    pub fn whole_file(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: 0,
            message: message.into(),
            hint: None,
            text: String::new(),
            span: 0..0,
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As a person reads it, over several lines: message, `FILE:LINE:COLUMN`, the line, a caret, the hint.
    pub fn render(&self, colour: bool) -> String {
        if self.line == 0 {
            return self.to_string();
        }
        let mut group = Group::with_title(Level::ERROR.primary_title(&*self.message)).element(
            Snippet::source(&*self.text).path(&*self.file).annotation(AnnotationKind::Primary.span(self.span.clone())),
        );
        if let Some(hint) = &self.hint {
            group = group.element(Level::HELP.message(&**hint));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group]).to_string()
    }
}

impl fmt::Display for Diagnostic {
    /// One line: `FILE:LINE:COLUMN: message (hint)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// The nearest character boundary at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
