use clap::ArgMatches;

use super::args::{Report, Verb};
use super::{diff, matrix, merge, render};
use crate::cli::args::Terminal;
use crate::cli::exit::Failure;

pub(in crate::cli) fn report(typed: &Report, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    match &typed.verb {
        Verb::Render(typed) => render::render(typed, matches, terminal),
        Verb::Diff(typed) => diff::diff(typed, terminal),
        Verb::Matrix(typed) => matrix::matrix(typed, terminal),
        Verb::Merge(typed) => merge::merge(typed, matches, terminal),
    }
}
