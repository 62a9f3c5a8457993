use std::collections::HashMap;
use std::io;

use super::page::Page;
use super::palette::{BAD, FAINT, GOOD, PLAIN, STRONG, WARNING};
use super::wording::{counted, listed, verdict};
use crate::document::{Document, Level, Reach, RuleResult, RuleVerdict, Verdict};

/// How many rules of the same need are named.
const MOST_NAMES: usize = 8;

/// The need of rules that no case of the run is about.
const NO_CASE: &str = "cases that this run or its suite does not have";
/// The need of rules whose cases came to no result.
const NO_RESULT: &str = "a result in their cases, which came to none or failed before it";

/// Notes, how far the run reached and what it would take to reach further, and the verdict.
pub(super) fn write(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    if !document.notes.is_empty() {
        page.heading("Notes", "")?;
        for note in &document.notes {
            page.paragraph(&[(PLAIN, "  ")], PLAIN, note)?;
        }
    }
    let reach = document.reach();
    write_needs(page, document, &reach)?;
    page.blank()?;
    page.paragraph(&[(STRONG, "REACH    ")], PLAIN, &reached(&reach))?;
    write_verdict(page, document)
}

/// `61 of 92 rules held (50 MUST, 11 SHOULD), 2 broken, 29 not exercised`.
pub(crate) fn reached(reach: &Reach) -> String {
    let by_level = |must: usize, should: usize| match (must, should) {
        (0, 0) => String::new(),
        _ => format!(" ({must} MUST, {should} SHOULD)"),
    };
    format!(
        "{} of {} held{}, {} broken{}, {} not exercised{}",
        reach.held.total(),
        counted(reach.total(), "rule"),
        by_level(reach.held.must, reach.held.should),
        reach.broken.total(),
        by_level(reach.broken.must, reach.broken.should),
        reach.not_exercised.total(),
        by_level(reach.not_exercised.must, reach.not_exercised.should),
    )
}

fn write_needs(page: &mut Page<'_>, document: &Document, reach: &Reach) -> io::Result<()> {
    if reach.not_exercised.total() == 0 {
        return Ok(());
    }
    let remark = format!("{}. What would reach them:", counted(reach.not_exercised.total(), "rule"));
    page.heading("Not exercised", &remark)?;
    let most = if page.verbose() { usize::MAX } else { MOST_NAMES };
    for (need, rules) in by_need(document) {
        let count = format!("  {:>3}  ", rules.len());
        page.paragraph(&[(PLAIN, &count)], WARNING, &need)?;
        // What was left out on purpose needs no list.
        if need != NO_CASE || page.verbose() {
            page.paragraph(&[(PLAIN, "       ")], FAINT, &listed(&rules, most))?;
        }
    }
    Ok(())
}

/// The rules that were not exercised, by what would reach them. The need that the most rules share comes first.
pub(crate) fn by_need(document: &Document) -> Vec<(String, Vec<&str>)> {
    let mut groups: HashMap<String, (usize, Vec<&str>)> = HashMap::new();
    for rule in document.rules.iter().filter(|rule| rule.verdict == RuleVerdict::NotExercised) {
        let place = groups.len();
        groups.entry(need(rule)).or_insert_with(|| (place, Vec::new())).1.push(&rule.id);
    }
    let mut groups: Vec<(usize, String, Vec<&str>)> =
        groups.into_iter().map(|(need, (place, rules))| (place, need, rules)).collect();
    groups.sort_by_key(|(place, need, rules)| (need == NO_CASE, usize::MAX - rules.len(), *place));
    groups.into_iter().map(|(_, need, rules)| (need, rules)).collect()
}

fn need(rule: &RuleResult) -> String {
    if !rule.needs.is_empty() {
        rule.needs.join(", and ")
    } else if rule.cases.is_empty() {
        NO_CASE.to_owned()
    } else {
        NO_RESULT.to_owned()
    }
}

fn write_verdict(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    let style = match document.verdict {
        Verdict::Conforms => GOOD,
        Verdict::DoesNotConform => BAD,
        Verdict::Inconclusive => WARNING,
    };
    let broken = broken_musts(document);
    let verdict = verdict(document.verdict);
    let grounds = grounds(document);
    page.paragraph(&[(STRONG, "VERDICT  "), (style, verdict), (PLAIN, ": ")], PLAIN, &grounds)?;
    if !broken.is_empty() {
        let ids: Vec<&str> = broken.iter().map(|rule| rule.id.as_str()).collect();
        page.paragraph(&[(STRONG, "         ")], style, &ids.join("  "))?;
    }
    Ok(())
}

fn broken_musts(document: &Document) -> Vec<&RuleResult> {
    let is_broken = |rule: &&RuleResult| rule.level == Level::Must && rule.verdict == RuleVerdict::Broken;
    document.rules.iter().filter(is_broken).collect()
}

/// Why the document has its verdict, in a few words.
pub(crate) fn grounds(document: &Document) -> String {
    let summary = &document.summary;
    let broken = broken_musts(document);
    match document.verdict {
        _ if document.cases.is_empty() => "no case was run".to_owned(),
        _ if summary.conclusive() == 0 => "no case came to a result".to_owned(),
        Verdict::Conforms => "no MUST was broken".to_owned(),
        Verdict::Inconclusive => "nothing broke, but cases of MUST rules came to no result".to_owned(),
        Verdict::DoesNotConform if summary.fail == 0 && summary.known_failure > 0 => {
            format!("{} broken, by known failures alone", counted(broken.len(), "MUST rule"))
        }
        Verdict::DoesNotConform => format!(
            "{} broken, {} of {} failed",
            counted(broken.len(), "MUST rule"),
            summary.fail,
            counted(summary.total(), "case")
        ),
    }
}
