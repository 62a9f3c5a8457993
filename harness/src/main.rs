//! The `sinkcheck` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sinkcheck::cli::main()
}
