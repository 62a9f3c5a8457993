//! The report for a terminal.
//!
//! It goes from the whole to the particular and back: what was tested, how each rule fared, each failure with the exchange
//! that proves it, what stayed open and why, and, in the last lines, where a terminal leaves the eye, the verdict.
//!
//! A document holds what peers sent. All of the text passes through one writer, `page::Page`, which escapes it, so no control
//! character of a peer's reaches the terminal.

pub(crate) mod abridge;
pub(crate) mod closing;
mod detail;
pub(crate) mod escape;
mod exchange;
mod failures;
mod finding;
mod groups;
mod header;
pub(crate) mod page;
pub(crate) mod palette;
mod rules;
mod sections;
mod sides;
pub(crate) mod wording;

use std::io::{self, Write};

use crate::document::{CaseResult, Document, Indexed, TargetRole};
use crate::render::RenderOptions;
use page::Page;

pub use finding::render_finding;

/// Writes the report.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    header::write(&mut page, document)?;
    rules::write(&mut page, document)?;
    sides::write(&mut page, document)?;
    failures::write_failed(&mut page, document)?;
    groups::write_unexpected_passes(&mut page, document)?;
    groups::write_errors(&mut page, document)?;
    failures::write_warned(&mut page, document)?;
    groups::write_inconclusive(&mut page, document)?;
    groups::write_not_applicable(&mut page, document)?;
    groups::write_known_failures(&mut page, document)?;
    groups::write_unsteady(&mut page, document)?;
    closing::write(&mut page, document)
}

/// A case as the report shows it, for other formats: its rules, what was expected and came, and the exchange.
pub(crate) fn case_detail(document: &Indexed<'_>, case: &CaseResult, options: &RenderOptions) -> io::Result<String> {
    written(options, |page| detail::write(page, document, case))
}

/// A case's exchange as the report draws it, for other formats.
pub(crate) fn exchange(case: &CaseResult, target: TargetRole, options: &RenderOptions) -> io::Result<String> {
    written(options, |page| exchange::write(page, case, target))
}

fn written(options: &RenderOptions, write: impl FnOnce(&mut Page<'_>) -> io::Result<()>) -> io::Result<String> {
    let mut text = Vec::new();
    write(&mut Page::new(&mut text, options))?;
    String::from_utf8(text).map_err(io::Error::other)
}
