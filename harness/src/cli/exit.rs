//! Exit codes, as the contract has them, and failures that have one.

use std::process::ExitCode;

use sinkcheck_cases::yaml::Diagnostic;

use crate::target::TargetError;

pub(super) use sinkcheck_reports::fold::{CONFORMS, HARNESS_FAILED, USAGE};

/// A reason to end with another code than success and without a result.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    message: String,
    /// The message is laid out already.
    is_rendered: bool,
}

impl Failure {
    /// The call, a target file or a scenario is wrong.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into(), is_rendered: false }
    }

    /// The harness could not do its work.
    pub(super) fn ours(message: impl Into<String>) -> Self {
        Self { code: HARNESS_FAILED, message: message.into(), is_rendered: false }
    }

    /// Mistakes in files.
    pub(super) fn mistakes(list: &[Diagnostic], colour: bool) -> Self {
        let rendered: Vec<String> = list.iter().map(|diagnostic| diagnostic.render(colour)).collect();
        Self {
            code: USAGE,
            message: rendered.join("\n\n"),
            is_rendered: list.iter().all(|diagnostic| diagnostic.line > 0),
        }
    }

    pub(super) fn report(self) -> ExitCode {
        if self.is_rendered {
            super::say(&self.message);
        } else {
            super::say(format!("error: {}", self.message));
        }
        ExitCode::from(self.code)
    }
}

impl From<TargetError> for Failure {
    fn from(error: TargetError) -> Self {
        match error {
            TargetError::File(diagnostic) => Self::mistakes(&[*diagnostic], false),
            TargetError::Other(message) => Self::usage(message),
        }
    }
}
