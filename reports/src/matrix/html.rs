use std::io::{self, Write};

use askama::Template;

use super::Matrix;
use crate::document::{Level, RuleVerdict, Verdict};
use crate::render::RenderOptions;
use crate::text::escape::escaped;
use crate::text::wording::{counted, verdict};

/// Writes the matrix as a page for a browser: one file that fetches nothing.
///
/// # Errors
///
/// Those of `out`.
pub fn render(matrix: &Matrix, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    Page::of(matrix).write_into(out)
}

/// The page. The template escapes all of its texts; characters that would not be seen are spelled out here.
#[derive(Template)]
#[template(path = "matrix.html")]
struct Page {
    columns: Vec<Head>,
    sections: Vec<Section>,
    differing: String,
}

struct Head {
    number: usize,
    target: String,
    suite: String,
    verdict: &'static str,
    class: &'static str,
    reach: String,
}

struct Section {
    heading: String,
    rows: Vec<Line>,
}

struct Line {
    level: String,
    id: String,
    text: String,
    differs: bool,
    cells: Vec<Cell>,
}

struct Cell {
    class: &'static str,
    mark: &'static str,
    word: &'static str,
}

impl Page {
    fn of(matrix: &Matrix) -> Self {
        let columns = (1..).zip(&matrix.columns).map(|(number, column)| Head {
            number,
            target: escaped(&column.target).into_owned(),
            suite: escaped(&column.suite).into_owned(),
            verdict: verdict(column.verdict),
            class: match column.verdict {
                Verdict::Conforms => "held",
                Verdict::DoesNotConform => "broken",
                Verdict::Inconclusive => "warned",
            },
            reach: format!("{} of {} held, {} broken", column.held, counted(column.rules, "rule"), column.broken),
        });
        let sections = matrix.sections.iter().map(|section| Section {
            heading: escaped(&section.heading()).into_owned(),
            rows: section
                .rows
                .iter()
                .map(|row| Line {
                    level: row.level.to_string(),
                    id: escaped(&row.id).into_owned(),
                    text: escaped(&row.text).into_owned(),
                    differs: row.differs(),
                    cells: row.cells.iter().map(|cell| cell_of(*cell, row.level)).collect(),
                })
                .collect(),
        });
        let differing = format!(
            "{} of {} differ: one implementation keeps them and another breaks them.",
            matrix.differing(),
            counted(matrix.rules(), "rule")
        );
        Self { columns: columns.collect(), sections: sections.collect(), differing }
    }
}

fn cell_of(verdict: Option<RuleVerdict>, level: Level) -> Cell {
    let (class, word) = match (verdict, level) {
        (None, _) => ("absent", "not in the document"),
        (Some(RuleVerdict::Held), _) => ("held", "held"),
        (Some(RuleVerdict::Broken), Level::Must) => ("broken", "broken"),
        (Some(RuleVerdict::Broken), Level::Should) => ("warned", "broken"),
        (Some(RuleVerdict::NotExercised), _) => ("open", "not exercised"),
    };
    Cell { class, word, mark: super::text::cell_mark(verdict, level).1 }
}
