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
        say(format!("{}, no mistakes", counted(good, "scenario")));
        return Ok(CONFORMS);
    }
    let shown: Vec<String> = mistakes.iter().map(|mistake| mistake.render(colour(terminal.color))).collect();
    to_stdout(format!("{}\n", shown.join("\n\n")).as_bytes())?;
    say(counted(mistakes.len(), "mistake"));
    Ok(USAGE)
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
