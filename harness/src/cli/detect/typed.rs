use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sinkcheck_reports::detection::{DetectionFormat, UnknownDetectionFormat};

use super::super::args::RoleArgument;

/// What was typed behind `detect`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sinkcheck detect                                         everything, in virtual time over memory
  sinkcheck detect --role server --only mutants            faults of a server that were written by hand
  sinkcheck detect --mutant 'ping-*' --verbose             some faults, with every case that finds them
  sinkcheck detect --mutant 'table:accepted/ping/*'        some that are made of the machine's table
  sinkcheck detect --variant 'answers-*' --only pairs      legal freedoms, two at a time
  sinkcheck detect --only reference --repeat 1000          the whole suite 1,000 times, in shuffled orders
  sinkcheck detect --format json --output matrix.json --format markdown --output matrix.md

A mutant is killed by a case that fails at it and cites a rule that it breaks. Exit codes: 0 everything came out as it has to · 1 a mutant
survived or another rule was blamed, a case failed at a peer that does nothing wrong, or the list of equivalents is wrong · 2 the call is
wrong · 4 sinkcheck itself failed")]
pub(in crate::cli) struct Detect {
    /// Only peers of one role
    #[arg(long, value_enum, value_name = "ROLE")]
    pub(super) role: Option<RoleArgument>,
    /// Only peers of this kind; may be given several times
    #[arg(long, value_enum, value_name = "KIND")]
    pub(super) only: Vec<Kind>,
    /// Only mutants whose name fits, generated ones included; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) mutant: Vec<String>,
    /// Only variants whose name fits, and pairs of them; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) variant: Vec<String>,
    /// Only cases whose id fits; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) case: Vec<String>,
    /// Scenario files of your own in place of the built-in suite
    #[arg(long, value_name = "DIR")]
    pub(super) suite: Option<PathBuf>,
    /// Play the suite so many times at the reference, each time in another order and side by side at one server
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(super) repeat: u32,
    /// Only so many pairs of variants of each role, drawn by --seed
    #[arg(long, value_name = "N")]
    pub(super) sample: Option<usize>,
    /// What the orders of --repeat and the --sample are made of; the same gives the same again
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    pub(super) seed: u64,
    /// How many threads play; as many as there are processors unless given
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: Option<u16>,
    /// A form of the result (text, json, markdown); may be given several times, each followed by its --output
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(super) format: Vec<DetectionFormat>,
    /// Where the --format before it is written to; standard output if absent
    #[arg(long, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Show every case that killed a mutant, and what each mutant does
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// No progress, and no text report beside other formats
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// A kind of peers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// The reference server and client
    Reference,
    /// Deliberate faults, written by hand
    Mutants,
    /// Every wrong output and every wrong next state of the reference machine's table
    Generated,
    /// Legal freedoms
    Variants,
    /// Two legal freedoms at a time
    Pairs,
}

fn parse_format(text: &str) -> Result<DetectionFormat, String> {
    text.parse().map_err(|error: UnknownDetectionFormat| error.to_string())
}
