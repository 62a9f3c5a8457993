use std::collections::HashMap;
use std::io;

use super::block::Paper;
use super::inline::{Code, Prose};
use super::page::mark;
use crate::document::{CaseResult, CaseVerdict, Document, Indexed, RuleVerdict};
use crate::render::RenderOptions;
use crate::text::abridge::abridged;
use crate::text::palette::case_mark;
use crate::text::wording::{cases_of, counted};
use crate::text::{case_detail, exchange};

/// The longest account of a case, in characters.
const LONGEST_ACCOUNT: usize = 400;

/// What is folded away: each failure and warning, and the other cases by what came of them.
pub(super) fn write(paper: &mut Paper<'_>, document: &Document, options: &RenderOptions) -> io::Result<()> {
    for (verdict, heading) in [(CaseVerdict::Fail, "Failed cases"), (CaseVerdict::Warn, "Warnings")] {
        write_in_detail(paper, document, verdict, heading, options)?;
    }
    for verdict in [
        CaseVerdict::UnexpectedPass,
        CaseVerdict::Error,
        CaseVerdict::Inconclusive,
        CaseVerdict::KnownFailure,
        CaseVerdict::NotApplicable,
    ] {
        write_listed(paper, document, verdict)?;
    }
    write_not_exercised(paper, document)?;
    if document.notes.is_empty() {
        return Ok(());
    }
    let mut room = paper.room_for_a_list();
    let notes = document.notes.iter().map(|note| Prose(&abridged(note, LONGEST_ACCOUNT)).to_string());
    let notes = notes.take_while(|note| {
        let fits = note.len() <= room;
        room = room.saturating_sub(note.len());
        fits
    });
    fold(paper, "Notes", notes)
}

fn of(document: &Document, verdict: CaseVerdict) -> impl Iterator<Item = &CaseResult> {
    document.cases.iter().filter(move |case| case.verdict == verdict)
}

fn write_in_detail(
    paper: &mut Paper<'_>,
    document: &Document,
    verdict: CaseVerdict,
    heading: &str,
    options: &RenderOptions,
) -> io::Result<()> {
    let mut cases = of(document, verdict).peekable();
    if cases.peek().is_none() {
        return Ok(());
    }
    paper.heading(3, heading)?;
    let indexed = Indexed::new(document);
    let mut left_out = 0;
    for case in cases {
        if !paper.if_it_fits(|paper| write_case(paper, &indexed, case, options))? {
            left_out += 1;
        }
    }
    if left_out > 0 {
        paper.paragraph(format_args!("… and {}, for which this page has no room.", counted(left_out, "more case")))?;
    }
    Ok(())
}

fn write_case(
    paper: &mut Paper<'_>,
    document: &Indexed<'_>,
    case: &CaseResult,
    options: &RenderOptions,
) -> io::Result<()> {
    paper.begin_fold(&format!("{} ", case_mark(case.verdict).1), &case.id)?;
    paper.paragraph(Prose(&abridged(&case.title, LONGEST_ACCOUNT)))?;
    let mut items = Vec::new();
    for id in &case.broken_rules {
        let text = document.rule(id).map_or("", |rule| rule.text.as_str());
        items.push(format!("broke {}: {}", Code(id), Prose(&abridged(text, LONGEST_ACCOUNT))));
    }
    for (name, text) in [("expected", &case.expected), ("observed", &case.observed)] {
        if let Some(text) = text {
            items.push(format!("{name} {}", Code(&abridged(text, LONGEST_ACCOUNT))));
        }
    }
    if let Some(known) = &case.known_failure {
        items.push(format!("known: {}", Prose(&abridged(&known.account(), LONGEST_ACCOUNT))));
    }
    items.push(format!("scenario {}", Code(&case.location)));
    paper.list(items)?;
    if !case.transcript.is_empty() {
        paper.code(&exchange(case, document.document.target.role, options)?)?;
    } else if case.output.is_some() {
        paper.code(&case_detail(document, case, options)?)?;
    }
    paper.end_fold()
}

/// Cases by their reason.
fn write_listed(paper: &mut Paper<'_>, document: &Document, verdict: CaseVerdict) -> io::Result<()> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    let mut count = 0;
    for case in of(document, verdict) {
        count += 1;
        let reason = reason(case);
        let place = *places.entry(reason.clone()).or_insert_with(|| {
            groups.push((reason, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(&case.id);
    }
    if count == 0 {
        return Ok(());
    }
    let heading = format!("{} {count} {}", mark(case_mark(verdict).1).trim_start_matches('\\'), cases_of(verdict));
    let room = paper.room_for_a_list();
    let mut used = 0;
    fold(
        paper,
        &heading,
        groups.into_iter().map_while(|(reason, ids)| {
            if used > room {
                return None;
            }
            let mut item = format!("{}:", Prose(&abridged(&reason, LONGEST_ACCOUNT)));
            for (number, id) in ids.iter().enumerate() {
                if used > room {
                    item.push_str(&format!(" and {} more", ids.len() - number));
                    break;
                }
                let id = format!(" {}", Code(id));
                used += id.len();
                item.push_str(&id);
            }
            used += item.len();
            Some(item)
        }),
    )
}

fn reason(case: &CaseResult) -> String {
    match (&case.known_failure, &case.reason) {
        (Some(known), _) if !matches!(case.verdict, CaseVerdict::Error | CaseVerdict::Inconclusive) => known.account(),
        (_, Some(reason)) if case.verdict == CaseVerdict::NotApplicable => reason.message.clone(),
        (_, Some(reason)) => format!("{}: {}", reason.code, reason.message),
        (_, None) => "no reason was given".to_owned(),
    }
}

/// The rules that no case came to a result about.
fn write_not_exercised(paper: &mut Paper<'_>, document: &Document) -> io::Result<()> {
    let open: Vec<_> = document.rules.iter().filter(|rule| rule.verdict == RuleVerdict::NotExercised).collect();
    if open.is_empty() || document.cases.is_empty() {
        return Ok(());
    }
    let room = paper.room_for_a_list();
    let mut used = 0;
    let mut items = Vec::new();
    for (number, rule) in open.iter().enumerate() {
        if used > room {
            items.push(format!("and {} more", open.len() - number));
            break;
        }
        let needs = rule.needs.join(", and ");
        let needs = if needs.is_empty() { String::new() } else { format!(": {}", Prose(&needs)) };
        let item = format!("{} {}{needs}", rule.level, Code(&rule.id));
        used += item.len();
        items.push(item);
    }
    fold(paper, &format!("· {} not exercised", counted(open.len(), "rule")), items)
}

fn fold(paper: &mut Paper<'_>, heading: &str, items: impl IntoIterator<Item = String>) -> io::Result<()> {
    paper.begin_fold(heading, "")?;
    paper.list(items)?;
    paper.end_fold()
}
