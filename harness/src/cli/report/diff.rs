use std::io;

use sinkcheck_reports::compare::{self, compare};
use sinkcheck_reports::fold::BROKEN;

use super::args::{Diff, DiffForm};
use super::documents::{check_one_stdin, read, without_exchanges};
use super::place;
use crate::cli::args::Terminal;
use crate::cli::exit::{CONFORMS, Failure};

pub(super) fn diff(typed: &Diff, terminal: &Terminal) -> Result<u8, Failure> {
    check_one_stdin([&typed.old, &typed.new])?;
    let old = without_exchanges(read(&typed.old)?);
    let new = without_exchanges(read(&typed.new)?);
    let difference = compare(&old, &new).map_err(|error| Failure::usage(error.to_string()))?;
    place::write(&typed.place, terminal, |options, out| match typed.format {
        DiffForm::Text => compare::text(&difference, options, out),
        DiffForm::Markdown => compare::markdown(&difference, options, out),
        DiffForm::Json => {
            serde_json::to_writer_pretty(&mut *out, &difference).map_err(io::Error::from)?;
            out.write_all(b"\n")
        }
    })?;
    Ok(if difference.must_got_worse { BROKEN } else { CONFORMS })
}
