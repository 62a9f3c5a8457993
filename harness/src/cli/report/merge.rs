use clap::ArgMatches;
use sinkcheck_reports::fold::exit_code;
use sinkcheck_reports::json::LONGEST;
use sinkcheck_reports::merge;

use super::args::Merge;
use super::documents::{check_one_stdin, name, read_counting};
use crate::cli::args::Terminal;
use crate::cli::exit::Failure;
use crate::cli::outputs;

pub(super) fn merge(typed: &Merge, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    check_one_stdin(&typed.documents)?;
    let outputs = outputs::outputs(&typed.result, matches)?;
    let mut documents = Vec::new();
    let mut octets = 0;
    for path in &typed.documents {
        let (document, length) = read_counting(path)?;
        // What is joined is held at once, and is to be read again.
        octets += length;
        if octets > LONGEST {
            return Err(Failure::usage(format!(
                "{}: the documents up to this one have more than {} MiB, the most that is read",
                name(path),
                LONGEST >> 20
            )));
        }
        documents.push((name(path), document));
    }
    let document = merge::merge(documents, typed.partial).map_err(|error| Failure::usage(error.to_string()))?;
    outputs::write(&document, &outputs, terminal, typed.result.verbose)?;
    // Whether an entry of the list of known failures is stale can't be told: the documents don't have the list.
    Ok(exit_code(&document, 0))
}
