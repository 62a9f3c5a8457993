use std::io::{self, Write};

use serde::Serialize;

use super::outcome::{Outcome, account, place};
use crate::document::{CaseResult, CaseVerdict, Document, TargetRole};
use crate::fold::Levels;
use crate::render::RenderOptions;
use crate::text::escape::{escaped, obeyed_by_nobody};
use crate::text::exchange;
use crate::text::wording::verdict;

/// Writes TAP, version 14: a test point for each case, with a YAML block for each that didn't simply pass.
///
/// What doesn't apply is skipped, what is known to fail is to do. A case that came to no result about a MUST is `not ok`, for
/// TAP has no third word; its block says that it is inconclusive.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let options = RenderOptions { colour: false, width: RenderOptions::default().width, ..*options };
    let levels = Levels::of(document);
    writeln!(out, "TAP version 14")?;
    match document.cases.len() {
        0 => writeln!(out, "1..0 # SKIP no case was run")?,
        count => writeln!(out, "1..{count}")?,
    }
    for (number, case) in (1..).zip(&document.cases) {
        let outcome = Outcome::of(case, &levels);
        let ok = match outcome {
            Outcome::Passed | Outcome::Skipped | Outcome::PassedUnexpectedly => "ok",
            Outcome::Failed | Outcome::Errored | Outcome::FailedAsKnown => "not ok",
        };
        write!(out, "{ok} {number} - {}", described(&case.id))?;
        match outcome {
            Outcome::Passed | Outcome::Failed | Outcome::Errored => {}
            Outcome::Skipped => write!(out, " # SKIP {}", described(&account(case)))?,
            Outcome::FailedAsKnown | Outcome::PassedUnexpectedly => {
                write!(out, " # TODO {}", described(&account(case)))?;
            }
        }
        writeln!(out)?;
        if options.verbose || !matches!(case.verdict, CaseVerdict::Pass | CaseVerdict::NotApplicable) {
            write_block(document.target.role, case, &options, out)?;
        }
    }
    writeln!(out, "# {}: {}", line(&document.target.name), verdict(document.verdict))
}

/// A text on a test point's line, in which nothing is taken for a directive.
fn described(text: &str) -> String {
    escaped(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// A test point's diagnostics.
#[derive(Serialize)]
struct Diagnostics {
    title: String,
    verdict: CaseVerdict,
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    broken_rules: Vec<String>,
    rules: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    duration_ms: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    exchange: Option<String>,
}

#[derive(Serialize)]
struct At {
    file: String,
    line: u64,
}

fn write_block(target: TargetRole, case: &CaseResult, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let drawn = if case.transcript.is_empty() { None } else { Some(exchange(case, target, options)?) };
    let diagnostics = Diagnostics {
        title: lines(&case.title),
        verdict: case.verdict,
        message: lines(&account(case)),
        broken_rules: case.broken_rules.iter().map(|rule| lines(rule)).collect(),
        rules: case.rules.iter().map(|rule| lines(rule)).collect(),
        expected: case.expected.as_deref().map(lines),
        observed: case.observed.as_deref().map(lines),
        at: place(case).map(|(file, line)| At { file: lines(file), line }),
        duration_ms: if case.duration_ms.is_finite() { case.duration_ms } else { 0.0 },
        exchange: drawn,
    };
    let block = serde_yaml::to_string(&diagnostics).map_err(io::Error::other)?;
    writeln!(out, "  ---")?;
    for line in block.lines() {
        writeln!(out, "  {line}")?;
    }
    writeln!(out, "  ...")
}

/// The text with its line ends, and nothing else that a reader may act on.
fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// One line of it.
fn line(text: &str) -> String {
    obeyed_by_nobody(&escaped(text), true).into_owned()
}
