use clap::ArgMatches;

use super::args::Render;
use super::documents;
use crate::cli::args::Terminal;
use crate::cli::exit::{CONFORMS, Failure};
use crate::cli::outputs;

pub(super) fn render(typed: &Render, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    let outputs = outputs::only_outputs(&typed.result, matches)?;
    let document = documents::read(&typed.document)?;
    outputs::write(&document, &outputs, terminal, typed.result.verbose)?;
    Ok(CONFORMS)
}
