use std::io;

use textwrap::core::display_width;

use super::page::Page;
use super::palette::{FAINT, PLAIN, STRONG, rule_mark};
use crate::document::{Document, Level, RuleResult, RuleSection, RuleVerdict};

/// In a section of more rules than this, those that held are named without their sentences.
const SMALL_SECTION: usize = 6;

/// The widest id that gets a column; longer ones push their sentence to the right.
const WIDEST_ID: usize = 34;

/// How each rule fared, section by section.
pub(super) fn write(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    if document.rules.is_empty() {
        return Ok(());
    }
    page.heading("Rules", "✓ held  ✗ a MUST broken  ! a SHOULD broken  · not exercised")?;
    for section in document.rules_by_section() {
        write_section(page, &section)?;
    }
    Ok(())
}

fn write_section(page: &mut Page<'_>, section: &RuleSection<'_>) -> io::Result<()> {
    page.blank()?;
    let title = match (section.section, section.title) {
        ("", "") => "Without a section".to_owned(),
        ("", name) | (name, "") => name.to_owned(),
        (section, title) => format!("{section}: {title}"),
    };
    page.paragraph(&[(STRONG, &title), (PLAIN, "  ")], FAINT, &tally(section))?;

    let left_out = section.rules.iter().all(|rule| rule.cases.is_empty() && rule.needs.is_empty());
    if left_out && !page.verbose() {
        return Ok(());
    }
    let small = section.rules.len() <= SMALL_SECTION;
    let in_full = |rule: &RuleResult| match rule.verdict {
        _ if page.verbose() => true,
        RuleVerdict::Broken => true,
        RuleVerdict::Held => small,
        RuleVerdict::NotExercised => false,
    };
    let (listed, named): (Vec<&RuleResult>, Vec<&RuleResult>) = section.rules.iter().partition(|rule| in_full(rule));
    let widest = listed.iter().map(|rule| display_width(&rule.id)).max().unwrap_or(0);
    for rule in listed {
        write_rule(page, rule, widest.min(WIDEST_ID))?;
    }
    for verdict in [RuleVerdict::Held, RuleVerdict::NotExercised] {
        for level in [Level::Must, Level::Should] {
            write_names(page, &named, verdict, level)?;
        }
    }
    Ok(())
}

fn write_rule(page: &mut Page<'_>, rule: &RuleResult, id_columns: usize) -> io::Result<()> {
    let (style, mark) = rule_mark(rule.verdict, rule.level == Level::Must);
    let sentence = if rule.verdict == RuleVerdict::Broken { PLAIN } else { FAINT };
    let level = format!(" {:<6}  ", rule.level);
    let id = format!("{:<id_columns$}  ", rule.id);
    page.paragraph(&[(PLAIN, "  "), (style, mark), (style, &level), (PLAIN, &id)], sentence, &rule.text)?;
    // How often it was met tells a rule that held from one that was hardly tried.
    if page.verbose() && rule.exercised > 0 {
        page.paragraph(&[(PLAIN, "               ")], FAINT, &exercised(rule))?;
    }
    Ok(())
}

/// `exercised 14 times`, or by side where both were watched.
fn exercised(rule: &RuleResult) -> String {
    let sides: Vec<String> = rule
        .sides
        .iter()
        .map(|side| match side.broken {
            0 => format!("{} {}", side.role, times(side.exercised)),
            broken => format!("{} {}, broken {}", side.role, times(side.exercised), times(broken)),
        })
        .collect();
    match sides.is_empty() {
        true => format!("exercised {}", times(rule.exercised)),
        false => format!("exercised by the {}", sides.join("; by the ")),
    }
}

/// `once`, `14 times`.
pub(super) fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn write_names(page: &mut Page<'_>, rules: &[&RuleResult], verdict: RuleVerdict, level: Level) -> io::Result<()> {
    let chosen = rules.iter().filter(|rule| rule.verdict == verdict && rule.level == level);
    let names: Vec<&str> = chosen.map(|rule| rule.id.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let (style, mark) = rule_mark(verdict, level == Level::Must);
    let level = format!(" {level:<6}  ");
    page.paragraph(&[(PLAIN, "  "), (style, mark), (style, &level)], FAINT, &names.join("  "))
}

fn tally(section: &RuleSection<'_>) -> String {
    let count = |verdict| section.rules.iter().filter(|rule| rule.verdict == verdict).count();
    let counts = [
        (count(RuleVerdict::Broken), "broken"),
        (count(RuleVerdict::Held), "held"),
        (count(RuleVerdict::NotExercised), "not exercised"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    counts.join(", ")
}
