//! `sinkcheck lint`.

use sinkcheck_cases::suite;

use super::args::{Lint, Terminal};
use super::exit::{CONFORMS, USAGE};
use super::outputs::{colour, to_stdout};
use super::{Failure, say};

pub(super) fn lint(typed: &Lint, terminal: &Terminal) -> Result<u8, Failure> {
    let mut good = 0;
    let mut mistakes = Vec::new();
    for path in &typed.paths {
        match suite::load(path) {
            Ok(scenarios) => good += scenarios.len(),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() {
        say(format!("{good} scenarios, no mistakes"));
        return Ok(CONFORMS);
    }
    let shown: Vec<String> = mistakes.iter().map(|mistake| mistake.render(colour(terminal.color))).collect();
    to_stdout(format!("{}\n", shown.join("\n\n")).as_bytes())?;
    say(format!("{} mistakes", mistakes.len()));
    Ok(USAGE)
}
