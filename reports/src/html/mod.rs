//! The report for a browser: one file that fetches nothing.
//!
//! All that decides anything is in the markup: verdict, rules, and each case with what was expected and observed. The script
//! (`reports/assets`) adds the filters, and draws the scenario and the exchange of a case when it is opened, from data that lies
//! beside it in the page.
//!
//! A document holds what peers sent. The templates (`reports/templates`) get texts as `shown::Shown` alone, which spells out
//! what might hide or reorder something, and escape markup; data is escaped by `data`; and the page's policy allows
//! no script or style but ours, and no fetch at all.

mod bar;
mod broken;
mod cases;
mod data;
mod page;
mod rules;
mod sections;
mod shown;
mod transcript;
mod verdicts;

use std::io::{self, Write};

use askama::Template;

use crate::document::Document;
use crate::render::RenderOptions;

/// Writes the page. The options change nothing.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    page::Page::of(document).write_into(out)?;
    out.write_all(b"\n")
}
