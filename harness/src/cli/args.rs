//! What can be typed. What it means is for the modules beside this one to say.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sinkcheck_reports::document::Shard;
use sinkcheck_reports::render::Format;

use super::detect::Detect;
use super::proxy::Proxy;
use super::report::Report;
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
    /// Judge recorded sessions: what the proxy wrote, a capture, the transcripts of a result
    Judge(Judge),
    /// Make a scenario file of a recorded session
    Record(Record),
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
    /// Render, compare, merge and put side by side result documents that were kept
    Report(Report),
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
    /// Play only each Nth case, from the Mth on: of four runs with 1/4 to 4/4 each plays other cases, and together they play all
    #[arg(long, value_name = "M/N", value_parser = parse_shard)]
    pub(super) shard: Option<Shard>,
    /// End with the first case that fails
    #[arg(long)]
    pub(super) fail_fast: bool,
    /// A list of known failures, in YAML: entries with `case` or `rule` (globs) and `reason`, and `issue` and `until` (a date) if
    /// you like
    #[arg(long, value_name = "FILE")]
    pub(super) known_failing: Option<PathBuf>,
    #[command(flatten)]
    pub(super) result: ResultArguments,
}

/// In which forms the result is written, and where to.
#[derive(Debug, Args)]
pub(super) struct ResultArguments {
    #[arg(long, value_name = "FORMAT", value_parser = parse_format, help = about_formats())]
    pub(super) format: Vec<Format>,
    /// Where the --format before it is written to; standard output if absent
    #[arg(long, value_name = "FILE")]
    pub(super) output: Vec<PathBuf>,
    /// Show all of what the report abridges
    #[arg(long, short)]
    pub(super) verbose: bool,
    /// No progress, and no text report beside other formats
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// The help of --format, which lists all of them.
fn about_formats() -> String {
    let mut about = "A form of the result; may be given several times, each followed by its --output:".to_owned();
    for format in Format::ALL {
        about.push_str(&format!("\n  {:<9} {}", format.name(), format.about().trim_end_matches('.')));
    }
    about
}

fn parse_shard(text: &str) -> Result<Shard, String> {
    let numbers = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
    match numbers {
        Some((number, of)) if (1..=of).contains(&number) => Ok(Shard { number, of }),
        _ => Err("a shard is written as 2/4: the second of four".to_owned()),
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sinkcheck judge session.jsonl
  sinkcheck judge traffic.pcapng --port 4000 --side client --keepalive-interval 60s
  sinkcheck judge traffic.pcap --keylog secrets.log
  sinkcheck judge result.json --format json --output judged.json
  tcpdump -i eth0 -s 0 -U -w - port 4000 | sinkcheck judge -

A record is a file of JSON lines (what `sinkcheck proxy --record` writes), a result document of `certify`, or a pcap or pcapng file;
its content says which. Connections of several files are judged one by one and told of in one result.

Exit codes: as those of certify; 2 where nothing could be read as a record, 3 where nothing could be judged")]
pub(super) struct Judge {
    /// Records; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    /// Who is judged
    #[arg(long, value_enum, default_value_t = SideArgument::Both, value_name = "SIDE")]
    pub(super) side: SideArgument,
    /// The keepalive interval of the two peers, such as 60s; without it nobody is blamed for being silent
    #[arg(long, value_name = "DURATION")]
    pub(super) keepalive_interval: Option<String>,
    /// How long an answer or a close may take before its lack is blamed
    #[arg(long, value_name = "DURATION", default_value = "60s")]
    pub(super) patience: String,
    /// In a capture: a port at which a server listens; may be given several times. Without it the content tells
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Vec<u16>,
    /// For a capture of TLS: the key log of a peer (SSLKEYLOGFILE); tshark must be installed
    #[arg(long, value_name = "FILE")]
    pub(super) keylog: Option<PathBuf>,
    #[command(flatten)]
    pub(super) result: ResultArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sinkcheck record session.jsonl --scenario mine/session.yaml
  sinkcheck record traffic.pcap --connection '10.0.0.7:51234 > 10.0.0.1:4000' --under-test client --scenario mine/device.yaml
  sinkcheck certify server tcp://127.0.0.1:4000 --suite mine

What the other role did is sent again, what the role under test did is expected. Ids and event types aren't fixed: they are those of
the target. What can't be turned into a step is said.")]
pub(super) struct Record {
    /// A record, in any form that `judge` reads; - is standard input
    #[arg(value_name = "SESSION")]
    pub(super) session: PathBuf,
    /// The scenario file to write; - is standard output
    #[arg(long, value_name = "FILE")]
    pub(super) scenario: PathBuf,
    /// Whose behaviour the scenario judges
    #[arg(long, value_enum, default_value_t = RoleArgument::Server, value_name = "ROLE")]
    pub(super) under_test: RoleArgument,
    /// The connection to take, by its name in the record; the only one if absent
    #[arg(long, value_name = "NAME")]
    pub(super) connection: Option<String>,
    /// In a capture: a port at which a server listens; may be given several times. Without it the content tells
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) port: Vec<u16>,
    /// For a capture of TLS: the key log of a peer (SSLKEYLOGFILE); tshark must be installed
    #[arg(long, value_name = "FILE")]
    pub(super) keylog: Option<PathBuf>,
}

/// Which of the two peers is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SideArgument {
    /// The server
    Server,
    /// The client
    Client,
    /// Both
    Both,
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
    /// What `sinkcheck report diff --format json` writes
    Difference,
    /// A line of what `proxy` and `judge` find
    Finding,
}
