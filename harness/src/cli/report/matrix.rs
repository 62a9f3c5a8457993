use sinkcheck_reports::matrix::{self, Matrix as Table};

use super::args::{Matrix, MatrixForm};
use super::documents::{check_one_stdin, name, read};
use super::place;
use crate::cli::args::Terminal;
use crate::cli::exit::{CONFORMS, Failure};

pub(super) fn matrix(typed: &Matrix, terminal: &Terminal) -> Result<u8, Failure> {
    check_one_stdin(&typed.documents)?;
    let mut table = Table::new();
    for path in &typed.documents {
        // One document is held at a time.
        table.add(&read(path)?).map_err(|error| Failure::usage(format!("{}: {error}", name(path))))?;
    }
    place::write(&typed.place, terminal, |options, out| match typed.format {
        MatrixForm::Text => matrix::text(&table, options, out),
        MatrixForm::Markdown => matrix::markdown(&table, options, out),
        MatrixForm::Html => matrix::html(&table, options, out),
    })?;
    Ok(CONFORMS)
}
