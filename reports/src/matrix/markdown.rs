use std::io::{self, Write};

use super::Matrix;
use super::text::cell_mark;
use crate::markdown::block::Paper;
use crate::markdown::inline::{Code, Prose};
use crate::render::RenderOptions;
use crate::text::wording::{counted, verdict};

/// Writes the matrix as tables: one of the implementations, one for each section.
///
/// # Errors
///
/// Those of `out`.
pub fn render(matrix: &Matrix, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut paper = Paper::new(out, true);
    paper.heading(2, format_args!("{} side by side", counted(matrix.columns.len(), "implementation")))?;
    let heads = ["", "Implementation", "Suite", "Verdict", "Held", "Broken"].map(str::to_owned);
    let rows = (1..).zip(&matrix.columns).map(|(number, column): (usize, _)| {
        vec![
            number.to_string(),
            Code(&column.target).to_string(),
            Code(&column.suite).to_string(),
            verdict(column.verdict).to_owned(),
            format!("{} of {}", column.held, column.rules),
            column.broken.to_string(),
        ]
    });
    paper.table(&heads, rows)?;
    paper.paragraph("✓ held, ✗ a MUST broken, ! a SHOULD broken, · not exercised, - not in the document")?;
    for section in &matrix.sections {
        paper.heading(3, Prose(&section.heading()))?;
        let mut heads = vec!["Level".to_owned(), "Rule".to_owned()];
        heads.extend((1..=matrix.columns.len()).map(|number| number.to_string()));
        let rows = section.rows.iter().map(|row| {
            let id = Code(&row.id);
            let mut cells =
                vec![row.level.to_string(), if row.differs() { format!("**{id}**") } else { id.to_string() }];
            cells.extend(row.cells.iter().map(|cell| cell_mark(*cell, row.level).1.to_owned()));
            cells
        });
        paper.table(&heads, rows)?;
    }
    let differing = matrix.differing();
    paper.paragraph(format_args!(
        "{differing} of {} differ: one keeps them and another breaks them.",
        counted(matrix.rules(), "rule")
    ))
}
