use std::collections::HashMap;
use std::io;

use anstyle::Style;

use super::abridge::abridged;
use super::detail;
use super::page::Page;
use super::palette::{FAINT, PLAIN, case_mark};
use super::wording::{cases_of, counted, listed};
use crate::document::{CaseResult, CaseVerdict, Document, Indexed, KnownFailure};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 400;

/// How many cases of the same reason are named.
const MOST_NAMES: usize = 16;

/// Cases that passed although the list of known failures names them.
pub(super) fn write_unexpected_passes(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    let remark = "known to fail, and passed: take them off the list of known failures";
    write_listed(page, document, CaseVerdict::UnexpectedPass, "Passed unexpectedly", remark)
}

/// Cases that failed as the list of known failures says.
pub(super) fn write_known_failures(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    write_listed(page, document, CaseVerdict::KnownFailure, "Known failures", "failed, as their list says")
}

fn write_listed(
    page: &mut Page<'_>,
    document: &Document,
    verdict: CaseVerdict,
    heading: &str,
    remark: &str,
) -> io::Result<()> {
    let cases = of(document, verdict);
    if cases.is_empty() {
        return Ok(());
    }
    page.heading(heading, &format!("{}, {remark}", counted(cases.len(), "case")))?;
    for case in cases {
        let name = format!("  {}  ", case.id);
        let reason = case.known_failure.as_ref().map(KnownFailure::account).unwrap_or_default();
        page.paragraph(&[(case_mark(verdict).0, &name)], PLAIN, &abridged(&reason, LONGEST_REASON))?;
        if let (CaseVerdict::KnownFailure, Some(observed)) = (verdict, &case.observed) {
            let observed = observed.replace('\n', " ");
            page.paragraph(&[(FAINT, "      observed: ")], FAINT, &abridged(&observed, LONGEST_REASON))?;
        }
    }
    write_details(page, document, verdict)
}

/// Cases in which the harness failed, by reason, with what a launched program wrote.
pub(super) fn write_errors(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    let remark = "the harness itself failed, which says nothing about the target";
    write_by_reason(page, document, CaseVerdict::Error, "Errors", remark)
}

/// Cases that came to no result, by reason.
pub(super) fn write_inconclusive(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    write_by_reason(page, document, CaseVerdict::Inconclusive, "Inconclusive", "no result, because:")
}

/// Cases that need what the target doesn't have, by what that is.
pub(super) fn write_not_applicable(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    write_by_reason(page, document, CaseVerdict::NotApplicable, "Not applicable", "by what the target lacks:")
}

fn write_by_reason(
    page: &mut Page<'_>,
    document: &Document,
    verdict: CaseVerdict,
    heading: &str,
    remark: &str,
) -> io::Result<()> {
    let cases = of(document, verdict);
    if cases.is_empty() {
        return Ok(());
    }
    page.heading(heading, &format!("{}, {remark}", counted(cases.len(), "case")))?;
    for (reason, cases) in grouped(&cases, reason) {
        page.paragraph(&[(PLAIN, "  ")], case_mark(verdict).0, &abridged(&reason, LONGEST_REASON))?;
        page.paragraph(&[(PLAIN, "      ")], FAINT, &names(&cases, page.verbose()))?;
        // The same reason has the same cause as a rule: one output is enough.
        if let Some(telling) = cases.iter().find(|case| case.output.is_some()) {
            detail::write_output(page, telling)?;
        }
    }
    write_details(page, document, verdict)
}

/// In a verbose report, the exchanges of the cases that had one.
fn write_details(page: &mut Page<'_>, document: &Document, verdict: CaseVerdict) -> io::Result<()> {
    if page.verbose() {
        let indexed = Indexed::new(document);
        for case in of(document, verdict).into_iter().filter(|case| !case.transcript.is_empty()) {
            detail::write(page, &indexed, case)?;
        }
    }
    Ok(())
}

/// `could-not-connect: connection refused`.
fn reason(case: &CaseResult) -> String {
    match &case.reason {
        None => "no reason was given".to_owned(),
        Some(reason) if reason.message.is_empty() => reason.code.clone(),
        // The heading has said what the code would.
        Some(reason) if case.verdict == CaseVerdict::NotApplicable => reason.message.clone(),
        Some(reason) => format!("{}: {}", reason.code, reason.message),
    }
}

/// Cases that were repeated and did not come out alike.
pub(super) fn write_unsteady(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    let all: Vec<&CaseResult> = document.cases.iter().collect();
    let mut unsteady = grouped(&all, |case| case.id.clone());
    unsteady.retain(|(_, cases)| cases.iter().any(|case| case.verdict != cases[0].verdict));
    if unsteady.is_empty() {
        return Ok(());
    }
    let remark = format!("{}, repeated, did not come out alike", counted(unsteady.len(), "case"));
    page.heading("Unsteady", &remark)?;
    for (id, cases) in unsteady {
        let outcomes = grouped(&cases, |case| cases_of(case.verdict).to_owned());
        let outcomes: Vec<String> = outcomes.iter().map(|(what, cases)| format!("{} {what}", cases.len())).collect();
        page.paragraph(&[(Style::new(), &format!("  {id}  "))], PLAIN, &outcomes.join(", "))?;
    }
    Ok(())
}

fn of(document: &Document, verdict: CaseVerdict) -> Vec<&CaseResult> {
    document.cases.iter().filter(|case| case.verdict == verdict).collect()
}

fn names(cases: &[&CaseResult], verbose: bool) -> String {
    let names: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    listed(&names, if verbose { usize::MAX } else { MOST_NAMES })
}

/// The cases with the same key together; groups in the order of their first case.
fn grouped<'a>(cases: &[&'a CaseResult], key: impl Fn(&CaseResult) -> String) -> Vec<(String, Vec<&'a CaseResult>)> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(String, Vec<&CaseResult>)> = Vec::new();
    for case in cases {
        let key = key(case);
        match places.get(&key) {
            Some(&place) => groups[place].1.push(case),
            None => {
                places.insert(key.clone(), groups.len());
                groups.push((key, vec![case]));
            }
        }
    }
    groups
}
