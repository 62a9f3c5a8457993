//! The page in a real browser: headless Chromium opens it as a file and is asked what it shows.
//!
//! Where there is no Chromium these tests are ignored, and it is said. With `SINKCHECK_BROWSER=required` in the environment a
//! missing one is a failure; with `SINKCHECK_BROWSER=PATH` that program is used.

mod cases;
mod chromium;
mod filters;
#[path = "../behaviours/handmade/mod.rs"]
#[allow(dead_code, reason = "not every document is shown in a browser")]
mod handmade;
mod harmless;
mod large;
mod opened;
#[path = "../published/mod.rs"]
#[allow(dead_code, reason = "the browser compares no two runs")]
mod published;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

/// A test's name, and what it does with the browser's program.
type Test = (&'static str, fn(&Path));

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A browser makes use of every core by itself.
    arguments.test_threads.get_or_insert(1);
    let program = match chromium::program() {
        Ok(program) => program,
        Err(missing) => {
            // Listing says so, too: nothing else would be said of tests that are not there.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{missing}\n").as_bytes());
            return ExitCode::FAILURE;
        }
    };
    if program.is_none() {
        let told = "No Chromium was found: the tests of the HTML report in a browser are left out.\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
    }
    let tests = [cases::ALL, filters::ALL, harmless::ALL, large::ALL].concat();
    let trials = tests.into_iter().map(|(name, test)| {
        let program = program.clone();
        let trial = Trial::test(name, move || {
            test(program.as_deref().unwrap_or(Path::new("chromium")));
            Ok(())
        });
        trial.with_ignored_flag(chromium::program().is_ok_and(|program| program.is_none()))
    });
    let concluded = libtest_mimic::run(&arguments, trials.collect());
    opened::end();
    concluded.exit_code()
}
