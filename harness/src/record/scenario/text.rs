//! The scenario as a file.

use std::fmt::Write as _;

use serde_yaml::{Mapping, Value};
use sinkcheck_cases::suite;
use sinkcheck_spec::catalogue::Role;

use super::recording::{Entry, Recording};
use super::{client, server};

/// A scenario, and what of the record is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The text of its file.
    pub text: String,
    /// What could not be turned into a step, in words.
    pub left_out: Vec<String>,
    /// How many frames the recording has.
    pub frames: usize,
}

/// Writes a case about the peer in this role. `source` says where the recording is from.
///
/// # Errors
/// In words: nothing of the recording could show a rule, or the scenario has mistakes, which is an error of ours.
pub fn write(recording: &Recording, under_test: Role, source: &str) -> Result<Written, NotWritten> {
    let (steps, fixture, publishes) = match under_test {
        Role::Server => {
            let (steps, fixture) = server::steps(recording);
            (steps, fixture, 0)
        }
        Role::Client => {
            let (steps, needs) = client::steps(recording);
            (steps, needs.fixture, needs.publishes)
        }
    };
    let (list, rules, mut left_out) = steps.folded();
    if rules.is_empty() {
        return Err(NotWritten::Nothing(under_test));
    }
    if let Some(why) = &recording.lost {
        left_out.push(format!("what follows: {why}"));
    }
    let frames = recording.entries.iter().filter(|entry| matches!(entry, Entry::Frame(..))).count();
    let mut top = Mapping::new();
    top.insert("title".into(), format!("What was recorded as connection {} plays again", recording.name).into());
    top.insert("purpose".into(), purpose(source, frames, &left_out).into());
    top.insert("under_test".into(), if under_test == Role::Server { "server" } else { "client" }.into());
    top.insert("requirements".into(), rules.iter().map(|rule| Value::from(*rule)).collect::<Vec<_>>().into());
    if fixture != "known" {
        top.insert("client".into(), fixture.into());
    }
    if publishes > 0 {
        top.insert("publishes".into(), publishes.into());
    }
    top.insert("steps".into(), list.into());
    let text = serde_yaml::to_string(&Value::Mapping(top)).map_err(|error| NotWritten::Ours(error.to_string()))?;
    if let Err(mistakes) = suite::read("recorded", "the scenario", &text) {
        let mistakes: Vec<String> = mistakes.iter().map(|mistake| mistake.render(false)).collect();
        return Err(NotWritten::Ours(mistakes.join("\n")));
    }
    Ok(Written { text, left_out, frames })
}

/// Why there is no scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWritten {
    /// The recording has nothing of this role that a case could expect.
    #[error("the {0} does nothing in this recording that a case could expect of it")]
    Nothing(Role),
    /// It was written wrong.
    #[error("the scenario that was made has mistakes; please report this: {0}")]
    Ours(String),
}

fn purpose(source: &str, frames: usize, left_out: &[String]) -> String {
    let mut text = format!(
        "Made by `sinkcheck record` of {frames} frames in {source}. The event types are those of the target file, and each \
         event has an offset of its own."
    );
    if !left_out.is_empty() {
        let _ = write!(text, " Not in here: {}.", left_out.join("; "));
    }
    text
}
