use std::io::{self, Write};

use sinkcheck_reports::RenderOptions;

use super::args::Place;
use crate::cli::args::Terminal;
use crate::cli::exit::Failure;
use crate::cli::outputs;

/// Writes what `emit` writes to where it is to go.
pub(super) fn write(
    place: &Place,
    terminal: &Terminal,
    emit: impl FnOnce(&RenderOptions, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    match &place.output {
        Some(file) => {
            outputs::check_writable(file)?;
            let options = RenderOptions { colour: false, verbose: place.verbose, ..RenderOptions::default() };
            outputs::to_file(file, |out| emit(&options, out))
        }
        None => {
            let options = outputs::options_of_stdout(terminal, place.verbose);
            outputs::render_to_stdout(|out| emit(&options, out))
        }
    }
}
