use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::ResultArguments;

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sinkcheck report render result.json --format junit --output result.xml
  sinkcheck report diff last-week.json today.json
  sinkcheck report matrix acme.json other.json --format html --output matrix.html
  sinkcheck report merge shard-*.json --format json --output result.json

A document is what `certify --format json` writes; - reads one from standard input. One of more than 64 MiB is refused.")]
pub(in crate::cli) struct Report {
    #[command(subcommand)]
    pub(super) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// Write a document in other forms
    Render(Render),
    /// Tell what changed between two documents: exit code 1 if a MUST got worse
    Diff(Diff),
    /// Put implementations side by side, rule by rule
    Matrix(Matrix),
    /// Join the documents of shards, and judge the whole as `certify` would: its exit codes, too
    Merge(Merge),
}

#[derive(Debug, Args)]
pub(super) struct Render {
    /// The document; - reads it from standard input
    #[arg(value_name = "DOC")]
    pub(super) document: PathBuf,
    #[command(flatten)]
    pub(super) result: ResultArguments,
}

#[derive(Debug, Args)]
#[command(
    after_help = "A MUST got worse if it is broken and wasn't, if a case breaks one that it didn't break or fails and didn't, or if one that
held came to no result although its cases were played. Whatever else changed is told, and exits with 0. `sinkcheck schema
difference` prints the schema of the JSON."
)]
pub(super) struct Diff {
    /// The document before; - reads it from standard input
    #[arg(value_name = "OLD")]
    pub(super) old: PathBuf,
    /// The document after; - reads it from standard input
    #[arg(value_name = "NEW")]
    pub(super) new: PathBuf,
    /// The form
    #[arg(long, value_enum, default_value_t = DiffForm::Text, value_name = "FORMAT")]
    pub(super) format: DiffForm,
    #[command(flatten)]
    pub(super) place: Place,
}

#[derive(Debug, Args)]
pub(super) struct Matrix {
    /// The documents, one for each implementation; - reads one from standard input
    #[arg(value_name = "DOC", required = true)]
    pub(super) documents: Vec<PathBuf>,
    /// The form
    #[arg(long, value_enum, default_value_t = MatrixForm::Text, value_name = "FORMAT")]
    pub(super) format: MatrixForm,
    #[command(flatten)]
    pub(super) place: Place,
}

#[derive(Debug, Args)]
pub(super) struct Merge {
    /// The documents, one for each shard; - reads one from standard input
    #[arg(value_name = "DOC", required = true)]
    pub(super) documents: Vec<PathBuf>,
    /// Join what there is, though documents of some shards are missing
    #[arg(long)]
    pub(super) partial: bool,
    #[command(flatten)]
    pub(super) result: ResultArguments,
}

#[derive(Debug, Args)]
pub(super) struct Place {
    /// Where it is written to; standard output if absent
    #[arg(long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Show all of what is abridged
    #[arg(long, short)]
    pub(super) verbose: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffForm {
    /// To read in a terminal
    Text,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MatrixForm {
    /// To read in a terminal
    Text,
    /// For a pull request or a page of documentation
    Markdown,
    /// A page for a browser, in one file that fetches nothing
    Html,
}
