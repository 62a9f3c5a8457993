use std::fmt;
use std::io::{self, Write};

use super::outcome::{Outcome, account, place};
use crate::document::{CaseResult, CaseVerdict, Document, Verdict};
use crate::fold::Levels;
use crate::render::RenderOptions;
use crate::text::escape::escaped;
use crate::text::wording::{counted, verdict};

/// Writes workflow commands of GitHub Actions: one line for the whole, and one for each case that wants attention. They become
/// annotations of the run, at the scenario's line where the repository has the scenario. GitHub shows the first ten of each kind of
/// a step, so failures come first.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let levels = Levels::of(document);
    write_whole(document, out)?;
    let with = |wanted: fn(Outcome, CaseVerdict) -> Option<Kind>| {
        let levels = &levels;
        document
            .cases
            .iter()
            .filter_map(move |case| wanted(Outcome::of(case, levels), case.verdict).map(|kind| (case, kind)))
    };
    let failed = with(|outcome, _| (outcome == Outcome::Failed).then_some(Kind::Error));
    let others = with(|outcome, verdict| match (outcome, verdict) {
        (Outcome::Failed, _) => None,
        (Outcome::PassedUnexpectedly, _) | (_, CaseVerdict::Error) => Some(Kind::Error),
        (Outcome::Errored, _) | (_, CaseVerdict::Warn) => Some(Kind::Warning),
        (Outcome::FailedAsKnown, _) => Some(Kind::Notice),
        (Outcome::Passed | Outcome::Skipped, _) => None,
    });
    for (case, kind) in failed.chain(others) {
        write_case(case, kind, out)?;
    }
    Ok(())
}

/// How an annotation is shown.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Error,
    Warning,
    Notice,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        })
    }
}

fn write_whole(document: &Document, out: &mut dyn Write) -> io::Result<()> {
    let kind = match document.verdict {
        Verdict::Conforms => Kind::Notice,
        Verdict::DoesNotConform if document.summary.fail > 0 => Kind::Error,
        Verdict::DoesNotConform | Verdict::Inconclusive => Kind::Warning,
    };
    let reach = document.reach();
    let text = format!(
        "{} {}: {} of {} held, {} broken, {} of {} failed",
        document.target.name,
        verdict(document.verdict),
        reach.held.total(),
        counted(reach.total(), "rule"),
        reach.broken.total(),
        document.summary.fail,
        counted(document.summary.total(), "case")
    );
    writeln!(out, "::{kind} title=sinkcheck::{}", data(&text))
}

fn write_case(case: &CaseResult, kind: Kind, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{kind} ")?;
    if let Some((file, line)) = place(case) {
        write!(out, "file={},line={line},", property(file))?;
    }
    let mut text = String::new();
    if !case.broken_rules.is_empty() {
        text = format!("broke {}: ", case.broken_rules.join(", "));
    }
    text.push_str(&account(case));
    writeln!(out, "title={}::{}", property(&case.id), data(&text))
}

/// A command's message. Line ends are kept, in the way that the runner wants them.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| escaped(line).replace('%', "%25")).collect();
    lines.join("%0A")
}

/// A command's property, which a colon or a comma would end.
fn property(text: &str) -> String {
    escaped(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
