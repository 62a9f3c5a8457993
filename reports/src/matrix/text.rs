use std::io::{self, Write};

use super::{Column, Matrix, Row};
use crate::document::{Level, RuleVerdict};
use crate::render::RenderOptions;
use crate::text::page::{Page, Span};
use crate::text::palette::{FAINT, PLAIN, STRONG, rule_mark};
use crate::text::wording::{counted, verdict};

/// Writes the matrix for a terminal: the marks of a rule stand before it, in the order of the implementations at the top.
///
/// # Errors
///
/// Those of `out`.
pub fn render(matrix: &Matrix, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    let digits = matrix.columns.len().to_string().len();
    for (number, column) in (1..).zip(&matrix.columns) {
        page.paragraph(&[(STRONG, &format!("{number:>digits$}  "))], PLAIN, &described(column))?;
    }
    page.heading("Rules", "✓ held  ✗ a MUST broken  ! a SHOULD broken  · not exercised  - not in the document")?;
    let heads: String = (1..).take(matrix.columns.len()).map(|number| format!("{number:>digits$} ")).collect();
    for section in &matrix.sections {
        page.blank()?;
        page.paragraph(&[(PLAIN, "  "), (FAINT, &heads), (PLAIN, " ")], STRONG, &section.heading())?;
        for row in &section.rows {
            write_row(&mut page, row, digits)?;
        }
    }
    page.blank()?;
    let differing = format!("of {}: one keeps them and another breaks them", counted(matrix.rules(), "rule"));
    page.paragraph(&[(STRONG, "DIFFER  "), (PLAIN, &format!("{} ", matrix.differing()))], PLAIN, &differing)
}

/// `acme-sink 2.1, suite 0.1.0: does not conform, 9 of 20 rules held, 6 broken`.
fn described(column: &Column) -> String {
    format!(
        "{} ({}), suite {}: {}, {} of {} held, {} broken",
        column.target,
        column.role,
        column.suite,
        verdict(column.verdict),
        column.held,
        counted(column.rules, "rule"),
        column.broken
    )
}

fn write_row(page: &mut Page<'_>, row: &Row, digits: usize) -> io::Result<()> {
    let before = " ".repeat(digits - 1);
    let mut lead: Vec<Span<'_>> = vec![(PLAIN, "  ")];
    for cell in &row.cells {
        let (style, mark) = cell_mark(*cell, row.level);
        lead.extend([(PLAIN, before.as_str()), (style, mark), (PLAIN, " ")]);
    }
    let level = format!(" {:<6}  ", row.level);
    lead.push((FAINT, &level));
    page.paragraph(&lead, if row.differs() { STRONG } else { PLAIN }, &row.id)
}

pub(super) fn cell_mark(cell: Option<RuleVerdict>, level: Level) -> (anstyle::Style, &'static str) {
    cell.map_or((FAINT, "-"), |verdict| rule_mark(verdict, level == Level::Must))
}
