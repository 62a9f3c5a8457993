use std::borrow::Cow;
use std::io;

use super::abridge::abridged;
use super::exchange;
use super::page::Page;
use super::palette::{BAD, FAINT, PLAIN, STRONG, WARNING, case_mark};
use super::wording::counted;
use crate::document::{CaseResult, Indexed, Level};

/// The longest account of what was expected or came, in characters.
const LONGEST_ACCOUNT: usize = 800;
/// How many of the last lines of a launched program's output are shown.
const OUTPUT_LINES: usize = 12;
/// The longest of these lines, in characters.
const LONGEST_OUTPUT_LINE: usize = 200;

/// One case with all that its author needs to find the bug: the rule, the step, what was expected, what came, the exchange.
pub(super) fn write(page: &mut Page<'_>, document: &Indexed<'_>, case: &CaseResult) -> io::Result<()> {
    let (style, mark) = case_mark(case.verdict);
    page.blank()?;
    let name = format!(" {}  ", case.id);
    page.paragraph(&[(style, mark), (style, &name)], STRONG, &account(page, &case.title))?;
    for rule in &case.broken_rules {
        write_rule(page, document, rule)?;
    }
    if let Some(reason) = &case.reason {
        let reason = format!("{}: {}", reason.code, reason.message);
        page.paragraph(&[(FAINT, "  Reason    ")], PLAIN, &account(page, &reason))?;
    }
    if let Some(known) = &case.known_failure {
        page.paragraph(&[(FAINT, "  Known     ")], PLAIN, &account(page, &known.account()))?;
    }
    if let Some(expected) = &case.expected {
        page.paragraph(&[(FAINT, "  Expected  ")], PLAIN, &account(page, expected))?;
    }
    if let Some(observed) = &case.observed {
        page.paragraph(&[(FAINT, "  Observed  ")], style, &account(page, observed))?;
    }
    for means in &case.shown_by {
        page.paragraph(&[(FAINT, "  Shown by  ")], PLAIN, &account(page, means))?;
    }
    if !case.location.is_empty() {
        page.paragraph(&[(FAINT, "  Scenario  ")], PLAIN, &case.location)?;
    }
    exchange::write(page, case, document.document.target.role)?;
    write_output(page, case)
}

fn account<'a>(page: &Page<'_>, text: &'a str) -> Cow<'a, str> {
    if page.verbose() { Cow::Borrowed(text) } else { abridged(text, LONGEST_ACCOUNT) }
}

fn write_rule(page: &mut Page<'_>, document: &Indexed<'_>, id: &str) -> io::Result<()> {
    let Some(rule) = document.rule(id) else {
        return page.paragraph(&[(FAINT, "  Broke     ")], PLAIN, id);
    };
    let style = if rule.level == Level::Must { BAD } else { WARNING };
    let mut grounds = vec![rule.level.to_string()];
    grounds.extend(Some(rule.source.clone()).filter(|source| !source.is_empty()));
    grounds.extend(Some(&rule.clause).filter(|clause| !clause.is_empty()).map(|clause| format!("clause {clause}")));
    page.paragraph(&[(FAINT, "  Broke     ")], style, id)?;
    if !rule.text.is_empty() {
        page.paragraph(&[(FAINT, "            ")], PLAIN, &rule.text)?;
    }
    page.paragraph(&[(FAINT, "            ")], FAINT, &grounds.join(", "))
}

/// The end of what the launched program wrote.
pub(super) fn write_output(page: &mut Page<'_>, case: &CaseResult) -> io::Result<()> {
    let Some(output) = case.output.as_deref().map(str::trim_end).filter(|output| !output.is_empty()) else {
        return Ok(());
    };
    let lines: Vec<&str> = output.lines().collect();
    let left_out = if page.verbose() { 0 } else { lines.len().saturating_sub(OUTPUT_LINES) };
    let remark = match left_out {
        0 => "of the launched program".to_owned(),
        _ => format!("of the launched program, its end ({} before it)", counted(left_out, "line")),
    };
    page.line(&[(FAINT, "  Output    "), (FAINT, &remark)])?;
    for line in &lines[left_out..] {
        let line = if page.verbose() { (*line).into() } else { abridged(line, LONGEST_OUTPUT_LINE) };
        page.paragraph(&[(FAINT, "    | ")], PLAIN, &line)?;
    }
    Ok(())
}
