use std::io::{self, Write};

use super::block::Paper;
use super::folds;
use super::inline::{Code, Prose};
use crate::document::{CaseVerdict, Document, Level, RuleResult, RuleVerdict};
use crate::render::RenderOptions;
use crate::text::abridge::abridged;
use crate::text::palette::{case_mark, rule_mark};
use crate::text::wording::{cases_of, counted, verdict};

/// The longest sentence of a rule, in characters.
const LONGEST_SENTENCE: usize = 400;

/// Writes the page: for a comment, or of any length where it is to be verbose.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let options = RenderOptions { colour: false, width: RenderOptions::default().width, ..*options };
    let mut paper = Paper::new(out, options.verbose);
    write_verdict(&mut paper, document)?;
    write_broken(&mut paper, document)?;
    folds::write(&mut paper, document, &options)
}

fn write_verdict(paper: &mut Paper<'_>, document: &Document) -> io::Result<()> {
    let target = &document.target;
    let name = if target.name.is_empty() { "a nameless target" } else { target.name.as_str() };
    paper.heading(2, format_args!("{} ({}): {}", Code(name), target.role, verdict(document.verdict)))?;
    let reach = document.reach();
    paper.paragraph(format_args!(
        "**{} of {} held**, {} broken ({} MUST, {} SHOULD), {} not exercised.",
        reach.held.total(),
        counted(reach.total(), "rule"),
        reach.broken.total(),
        reach.broken.must,
        reach.broken.should,
        reach.not_exercised.total(),
    ))?;
    let counts: Vec<String> = CaseVerdict::ALL
        .iter()
        .map(|&verdict| (verdict, document.summary.count(verdict)))
        .filter(|&(_, count)| count > 0)
        .map(|(verdict, count)| format!("{} {count} {}", mark(case_mark(verdict).1), cases_of(verdict)))
        .collect();
    let counts = if counts.is_empty() { "none was run".to_owned() } else { counts.join(", ") };
    paper.paragraph(format_args!(
        "Cases: {counts}. Suite {}, protocol version {}, at {}.",
        Code(&document.suite.version),
        document.suite.protocol_version,
        Code(&target.address)
    ))
}

/// The rules that were broken, MUST before SHOULD.
fn write_broken(paper: &mut Paper<'_>, document: &Document) -> io::Result<()> {
    let broken =
        |level| document.rules.iter().filter(move |rule| (rule.verdict, rule.level) == (RuleVerdict::Broken, level));
    let mut broken = broken(Level::Must).chain(broken(Level::Should)).peekable();
    if broken.peek().is_none() {
        return Ok(());
    }
    paper.heading(3, "Broken rules")?;
    let heads = ["", "Level", "Rule", "What it says", "Clause"].map(str::to_owned);
    let room = paper.room_for_a_list();
    let (mut used, mut left_out) = (0, 0);
    let mut rows = Vec::new();
    for row in broken.map(row) {
        used += row.iter().map(|cell| cell.chars().count()).sum::<usize>();
        if used > room {
            left_out += 1;
        } else {
            rows.push(row);
        }
    }
    paper.table(&heads, rows)?;
    if left_out > 0 {
        paper.paragraph(format_args!("… and {}.", counted(left_out, "more rule")))?;
    }
    Ok(())
}

fn row(rule: &RuleResult) -> Vec<String> {
    vec![
        mark(rule_mark(rule.verdict, rule.level == Level::Must).1).to_owned(),
        rule.level.to_string(),
        Code(&rule.id).to_string(),
        Prose(&abridged(&rule.text, LONGEST_SENTENCE)).to_string(),
        Prose(&rule.clause).to_string(),
    ]
}

/// The mark, where it could be taken for markup.
pub(super) fn mark(mark: &'static str) -> &'static str {
    match mark {
        "~" => "\\~",
        "+" => "\\+",
        "!" => "\\!",
        other => other,
    }
}
