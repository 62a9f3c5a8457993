//! What can be typed. What it means is for the modules beside this one to say.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sinkcheck_reports::render::Format;

use super::detect::Detect;
use super::proxy::Proxy;
use super::simulate::Simulate;

/// Certifies implementations of the Sink protocol, rule by rule.
#[derive(Debug, Parser)]
#[command(name = "sinkcheck", version, max_term_width = 110, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = "Examples:
  sinkcheck certify                                  the built-in reference server
  sinkcheck certify server tcp://127.0.0.1:4000      a server of yours; an address is enough to begin with
  sinkcheck certify server --target acme.yaml        a target file says more
  sinkcheck certify client --target client.yaml      a client, which is launched, or connects by itself
  sinkcheck explain handshake.quarantined-closes     a rule, where it comes from and what shows it

Exit codes: 0 every MUST that ran held, and something ran · 1 a MUST was broken · 2 the call, target file or scenario is wrong
· 3 nothing broke, but a MUST case was inconclusive · 4 sinkcheck itself failed")]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) terminal: Terminal,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Args)]
pub(super) struct Terminal {
    /// Whether to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// Where standard output is a terminal and NO_COLOR isn't set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Play the suite at an implementation and judge it
    Certify(Certify),
    /// Play the suite at peers with known faults and freedoms: what it detects
    Detect(Detect),
    /// Sit between clients and a server, pass everything on, and judge both while they speak
    Proxy(Box<Proxy>),
    /// Run the reference implementation as a program
    Simulate(Simulate),
    /// List cases or rules
    List(List),
    /// Show a case: its scenario and the text of its rules
    Show(Show),
    /// Explain a rule: text, level, source, reasoning and the cases that show it
    Explain(Explain),
    /// Look for mistakes in scenario files
    Lint(Lint),
    /// Explain the octets of a stream
    Decode(Decode),
    /// Write target files to start from, with a server, keys and certificates to try them on
    Init(Init),
    /// Print a JSON Schema
    Schema(Schema),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sinkcheck certify
  sinkcheck certify server tcp://127.0.0.1:4000 --skip-slow
  sinkcheck certify server --target acme.yaml --rule 'handshake.*' --fail-fast
  sinkcheck certify server --target acme.yaml --format json --output result.json
  sinkcheck certify client --target acme-client.yaml

Without --target and without an address the built-in reference server or client is certified. An address alone reaches the rules that one
known client can show; a target file (`sinkcheck init DIR` writes one to start from) reaches the others.")]
pub(super) struct Certify {
    /// Whose behaviour is judged
    #[arg(value_enum, default_value_t = RoleArgument::Server)]
    pub(super) role: RoleArgument,
    /// Where it is: tcp://HOST:PORT
    #[arg(conflicts_with = "target")]
    pub(super) address: Option<String>,
    /// What the tester must know about it, in YAML
    #[arg(long, value_name = "FILE")]
    pub(super) target: Option<PathBuf>,
    /// Only cases whose id fits; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) case: Vec<String>,
    /// Only cases that cite a rule whose id fits; may be given several times
    #[arg(long, value_name = "GLOB")]
    pub(super) rule: Vec<String>,
    /// Scenario files of your own in place of the built-in suite
    #[arg(long, value_name = "DIR")]
    pub(super) suite: Option<PathBuf>,
    /// Leave out the cases that wait for keepalive intervals
    #[arg(long)]
    pub(super) skip_slow: bool,
    /// How many cases are played side by side, as far as the target has identities for them
    #[arg(long, short, value_name = "N", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) jobs: u16,
    /// Play the cases in a random order; the seed is told, and gives the same order again
    #[arg(long, value_name = "SEED", num_args = 0..=1, default_missing_value = "")]
    pub(super) shuffle: Option<String>,
    /// Play each case so many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) repeat: u32,
    /// End with the first case that fails
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// A list of known failures, in YAML: entries with `case` or `rule` (globs) and `reason`
    #[arg(long, value_name = "FILE")]
    pub(super) known_failing: Option<PathBuf>,
    #[command(flatten)]
    pub(super) result: ResultArguments,
}

/// Where the result goes.
#[derive(Debug, Args)]
pub(super) struct ResultArguments {
    /// A form of the result; may be given several times, each followed by its --output
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    pub(super) format: Vec<Format>,
    /// Where the --format before it is written to; standard output if absent
    #[arg(long, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Show all of what the text report abridges
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// No progress, and no text report beside other formats
    #[arg(long, short)]
    pub(super) quiet: bool,
}

fn parse_format(text: &str) -> Result<Format, String> {
    text.parse().map_err(|error: sinkcheck_reports::render::UnknownFormat| error.to_string())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum RoleArgument {
    /// It listens, and the harness connects
    Server,
    /// It connects, and the harness listens
    Client,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// List the rules instead of the cases
    #[arg(long)]
    pub(super) rules: bool,
    /// Only what fits
    #[arg(value_name = "GLOB")]
    pub(super) pattern: Option<String>,
    /// Scenario files of your own in place of the built-in suite
    #[arg(long, value_name = "DIR")]
    pub(super) suite: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    /// The case's id
    pub(super) case: String,
    /// Scenario files of your own in place of the built-in suite
    #[arg(long, value_name = "DIR")]
    pub(super) suite: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule's id
    pub(super) rule: String,
}

#[derive(Debug, Args)]
pub(super) struct Lint {
    /// Scenario files, or folders of them
    #[arg(required = true)]
    pub(super) paths: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sinkcheck decode 00025000
  sinkcheck decode 00025000000f0005312e302e300000000100000002
  sinkcheck decode --content 3fff
  sinkcheck decode - < octets.hex")]
pub(super) struct Decode {
    /// Octets in hex, spaces allowed; - reads them from standard input
    #[arg(required = true)]
    pub(super) hex: Vec<String>,
    /// The octets are one frame's content, without the two octets of its length
    #[arg(long)]
    pub(super) content: bool,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// A folder that doesn't exist yet, or is empty
    pub(super) folder: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Of what
    #[arg(value_enum)]
    pub(super) what: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    /// Scenario files
    Scenario,
    /// The result document
    Result,
    /// What `sinkcheck detect` writes
    Detection,
    /// A line of what `proxy` and `judge` find
    Finding,
}
