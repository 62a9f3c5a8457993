use std::collections::HashMap;
use std::io;

use textwrap::core::display_width;

use super::abridge::shortened;
use super::escape::escaped;
use super::page::{Page, Span};
use super::palette::{FAINT, PLAIN, case_mark};
use crate::document::{CaseResult, CaseVerdict};

/// The widest name of a section that gets a column.
const WIDEST_NAME: usize = 20;
/// How many marks a section has at most; a run may play a case ten thousand times.
const MOST_MARKS: usize = 600;

/// Each section of the suite with a mark for each of its cases.
pub(super) fn write(page: &mut Page<'_>, cases: &[CaseResult]) -> io::Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let sections = by_section(cases);
    let names: Vec<String> = sections.iter().map(|(name, _)| name_of(name)).collect();
    let widest = names.iter().map(|name| display_width(name)).max().unwrap_or(0);
    let tallies: Vec<String> = sections.iter().map(|(_, verdicts)| tally(verdicts)).collect();
    let longest = tallies.iter().map(String::len).max().unwrap_or(0);
    let before = 2 + widest + 2 + longest + 2;
    for (((_, verdicts), name), tally) in sections.iter().zip(&names).zip(&tallies) {
        let most = if page.verbose() { verdicts.len() } else { verdicts.len().min(MOST_MARKS) };
        let blanks = " ".repeat(widest - display_width(name));
        let mut lead = format!("  {name}{blanks}  {tally:>longest$}  ");
        for line in verdicts[..most].chunks(page.width().saturating_sub(before).max(10)) {
            let mut spans: Vec<Span<'_>> = vec![(PLAIN, &lead)];
            let marks = runs(line);
            spans.extend(marks.iter().map(|(verdict, marks)| (case_mark(*verdict).0, marks.as_str())));
            page.line(&spans)?;
            lead = " ".repeat(before);
        }
        if most < verdicts.len() {
            page.line(&[(FAINT, &format!("{}… and {} more", " ".repeat(before), verdicts.len() - most))])?;
        }
    }
    Ok(())
}

/// The verdicts of each section, in the order in which the document first names it.
fn by_section(cases: &[CaseResult]) -> Vec<(&str, Vec<CaseVerdict>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut sections: Vec<(&str, Vec<CaseVerdict>)> = Vec::new();
    for case in cases {
        let place = *places.entry(&case.section).or_insert_with(|| {
            sections.push((&case.section, Vec::new()));
            sections.len() - 1
        });
        sections[place].1.push(case.verdict);
    }
    sections
}

fn name_of(section: &str) -> String {
    let name = if section.is_empty() { "others".into() } else { escaped(section) };
    shortened(&name, WIDEST_NAME).into_owned()
}

/// How many passed: `27 of 28`.
fn tally(verdicts: &[CaseVerdict]) -> String {
    let passed = verdicts.iter().filter(|&&verdict| verdict == CaseVerdict::Pass).count();
    format!("{passed} of {}", verdicts.len())
}

/// Marks of the same kind that stand side by side, together.
fn runs(verdicts: &[CaseVerdict]) -> Vec<(CaseVerdict, String)> {
    let mut runs: Vec<(CaseVerdict, String)> = Vec::new();
    for &verdict in verdicts {
        let mark = case_mark(verdict).1;
        match runs.last_mut() {
            Some((last, marks)) if *last == verdict => marks.push_str(mark),
            _ => runs.push((verdict, mark.to_owned())),
        }
    }
    runs
}
