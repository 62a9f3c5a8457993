//! The command line: what was typed becomes what is meant, and what happened becomes output and an exit code.

mod args;
mod browse;
mod certify;
mod decode;
mod detect;
mod durations;
mod exit;
mod init;
mod judge;
mod lint;
mod needs;
mod outputs;
mod progress;
mod proxy;
mod record;
mod report;
mod selection;
mod simulate;
mod stopping;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use args::{Arguments, Command};
use exit::Failure;

/// Runs the program with the arguments that it was called with.
pub fn main() -> ExitCode {
    let matches = Arguments::command().get_matches();
    let arguments = match Arguments::from_arg_matches(&matches) {
        Ok(arguments) => arguments,
        Err(error) => error.exit(),
    };
    let done = match &arguments.command {
        Command::Certify(typed) => certify::certify(typed, &matches, &arguments.terminal),
        Command::Judge(typed) => judge::judge(typed, &matches, &arguments.terminal),
        Command::Record(typed) => record::record(typed),
        Command::Detect(typed) => detect::detect(typed, &matches, &arguments.terminal),
        Command::Proxy(typed) => proxy::proxy(typed, &matches, &arguments.terminal),
        Command::Simulate(typed) => simulate::simulate(typed),
        Command::List(typed) => browse::list(typed),
        Command::Show(typed) => browse::show(typed),
        Command::Explain(typed) => browse::explain(typed),
        Command::Lint(typed) => lint::lint(typed, &arguments.terminal),
        Command::Report(typed) => report::report(typed, &matches, &arguments.terminal),
        Command::Decode(typed) => decode::decode(typed),
        Command::Init(typed) => init::init(typed),
        Command::Schema(typed) => browse::schema(typed),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "sinkcheck", &mut script);
            outputs::to_stdout(&script)
        }
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(failure) => failure.report(),
    }
}

/// A line on standard error, for people. Nobody may be reading, and that is no reason to fail.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
