use std::io::{self, Write};

use super::{CaseChange, Change, Difference, RuleChange, Side};
use crate::document::{CaseVerdict, Level, RuleVerdict};
use crate::render::RenderOptions;
use crate::text::abridge::abridged;
use crate::text::page::Page;
use crate::text::palette::{BAD, FAINT, GOOD, PLAIN, STRONG, case_mark, rule_mark};
use crate::text::wording::{cases_of, counted, listed, verdict};

/// How many new or gone cases are named.
const MOST_NAMES: usize = 16;
/// The longest account of a case, in characters.
const LONGEST_ACCOUNT: usize = 240;

/// Writes the difference for a terminal.
///
/// # Errors
///
/// Those of `out`.
pub fn render(difference: &Difference, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    page.paragraph(&[(FAINT, "OLD  ")], PLAIN, &side(&difference.old))?;
    page.paragraph(&[(FAINT, "NEW  ")], PLAIN, &side(&difference.new))?;
    for change in Change::ALL {
        write_change(&mut page, difference, change)?;
    }
    page.blank()?;
    let (style, result) = match (difference.must_got_worse, difference.rules.len() + difference.cases.len()) {
        (true, _) => (BAD, "a MUST got worse"),
        (false, 0) => (GOOD, "nothing changed"),
        (false, _) => (GOOD, "no MUST got worse"),
    };
    page.line(&[(STRONG, "RESULT  "), (style, result)])
}

pub(super) fn side(side: &Side) -> String {
    format!(
        "{} ({}), suite {}: {}, {} of {} held, {}",
        side.target,
        side.role,
        side.suite,
        verdict(side.verdict),
        side.held,
        counted(side.rules, "rule"),
        counted(side.cases, "case")
    )
}

fn write_change(page: &mut Page<'_>, difference: &Difference, change: Change) -> io::Result<()> {
    let rules: Vec<&RuleChange> = difference.rules.iter().filter(|rule| rule.change == change).collect();
    let cases: Vec<&CaseChange> = difference.cases.iter().filter(|case| case.change == change).collect();
    if rules.is_empty() && cases.is_empty() {
        return Ok(());
    }
    page.heading(change.title(), &tally(rules.len(), cases.len()))?;
    for rule in rules {
        write_rule(page, rule)?;
    }
    let brief = matches!(change, Change::New | Change::Gone);
    let (in_full, named): (Vec<&CaseChange>, Vec<&CaseChange>) =
        cases.into_iter().partition(|case| !brief || case.got_worse || page.verbose());
    for case in in_full {
        write_case(page, case)?;
    }
    if named.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = named.iter().map(|case| case.id.as_str()).collect();
    page.paragraph(&[(PLAIN, "  ")], FAINT, &listed(&names, MOST_NAMES))
}

pub(super) fn tally(rules: usize, cases: usize) -> String {
    let rules = (rules > 0).then(|| counted(rules, "rule"));
    let cases = (cases > 0).then(|| counted(cases, "case"));
    rules.into_iter().chain(cases).collect::<Vec<_>>().join(", ")
}

fn write_rule(page: &mut Page<'_>, rule: &RuleChange) -> io::Result<()> {
    let (style, mark) =
        rule_mark(rule.new.or(rule.old).unwrap_or(RuleVerdict::NotExercised), rule.level == Level::Must);
    let level = format!(" {:<6}  ", rule.level);
    let id = format!("{}  ", rule.id);
    page.paragraph(
        &[(PLAIN, "  "), (style, mark), (style, &level), (PLAIN, &id)],
        FAINT,
        &turn(rule.old.map(rule_word), rule.new.map(rule_word)),
    )?;
    if rule.change == Change::Broke && !rule.text.is_empty() {
        page.paragraph(&[(PLAIN, "      ")], PLAIN, &abridged(&rule.text, LONGEST_ACCOUNT))?;
    }
    Ok(())
}

fn write_case(page: &mut Page<'_>, case: &CaseChange) -> io::Result<()> {
    let (style, mark) = case_mark(case.new.or(case.old).unwrap_or(CaseVerdict::NotApplicable));
    let id = format!(" {}  ", case.id);
    let turned = turn(case.old.map(cases_of), case.new.map(cases_of));
    page.paragraph(&[(PLAIN, "  "), (style, mark), (PLAIN, &id)], FAINT, &turned)?;
    if !case.newly_broken.is_empty() {
        page.paragraph(&[(PLAIN, "      breaks ")], style, &case.newly_broken.join("  "))?;
    }
    let tells = matches!(case.change, Change::Broke | Change::Unsettled) || case.got_worse;
    if tells && !case.account.is_empty() {
        let account = case.account.replace('\n', " ");
        page.paragraph(&[(PLAIN, "      ")], PLAIN, &abridged(&account, LONGEST_ACCOUNT))?;
    }
    Ok(())
}

/// `held, now broken`.
pub(super) fn turn(old: Option<&str>, new: Option<&str>) -> String {
    match (old, new) {
        (Some(old), Some(new)) if old == new => format!("{old}, as before"),
        (Some(old), Some(new)) => format!("{old}, now {new}"),
        (Some(old), None) => format!("was {old}"),
        (None, Some(new)) => new.to_owned(),
        (None, None) => String::new(),
    }
}

pub(super) fn rule_word(verdict: RuleVerdict) -> &'static str {
    match verdict {
        RuleVerdict::Held => "held",
        RuleVerdict::Broken => "broken",
        RuleVerdict::NotExercised => "not exercised",
    }
}
