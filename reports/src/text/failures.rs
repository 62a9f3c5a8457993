use std::collections::HashMap;
use std::io;

use super::abridge::abridged;
use super::detail;
use super::page::Page;
use super::palette::{FAINT, PLAIN};
use super::wording::counted;
use crate::document::{CaseResult, CaseVerdict, Document, Indexed, TargetRole};

/// How many cases that broke the same rules are shown in detail. One fault often fails many.
const IN_DETAIL: usize = 2;
/// The longest account of a case that is only listed, in characters.
const LONGEST_ACCOUNT: usize = 160;

/// The cases in which a MUST was broken.
pub(super) fn write_failed(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    write(page, document, CaseVerdict::Fail, "Failed")?;
    if document.summary.fail > 0 {
        page.blank()?;
        let hint = match document.target.role {
            TargetRole::Both => "`sinkcheck explain RULE` gives the reasons for a rule.",
            _ => "`sinkcheck explain RULE` gives the reasons for a rule, `sinkcheck show CASE` the steps of a case.",
        };
        page.paragraph(&[(PLAIN, "  ")], FAINT, hint)?;
    }
    Ok(())
}

/// The cases in which only a SHOULD was broken.
pub(super) fn write_warned(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    write(page, document, CaseVerdict::Warn, "Warnings")
}

fn write(page: &mut Page<'_>, document: &Document, verdict: CaseVerdict, heading: &str) -> io::Result<()> {
    let groups = by_broken_rules(document, verdict);
    if groups.is_empty() {
        return Ok(());
    }
    let indexed = Indexed::new(document);
    page.heading(heading, &counted(document.summary.count(verdict), "case"))?;
    for cases in groups {
        // A group that is but one longer than what is shown is shown whole.
        let in_detail = if page.verbose() || cases.len() <= IN_DETAIL + 1 { cases.len() } else { IN_DETAIL };
        for case in &cases[..in_detail] {
            detail::write(page, &indexed, case)?;
        }
        write_others(page, &cases[in_detail..])?;
    }
    Ok(())
}

/// Cases of this verdict that broke the same rules together, in the order of the document.
fn by_broken_rules(document: &Document, verdict: CaseVerdict) -> Vec<Vec<&CaseResult>> {
    let mut places: HashMap<&[String], usize> = HashMap::new();
    let mut groups: Vec<Vec<&CaseResult>> = Vec::new();
    for case in document.cases.iter().filter(|case| case.verdict == verdict) {
        let place = *places.entry(&case.broken_rules).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[place].push(case);
    }
    groups
}

fn write_others(page: &mut Page<'_>, cases: &[&CaseResult]) -> io::Result<()> {
    let Some(first) = cases.first() else {
        return Ok(());
    };
    page.blank()?;
    let remark = format!("{} that broke {}:", counted(cases.len(), "more case"), first.broken_rules.join(", "));
    page.paragraph(&[(PLAIN, "  ")], PLAIN, &remark)?;
    for case in cases {
        let observed = case.observed.as_deref().unwrap_or_default().replace('\n', " ");
        let name = format!("    {}  ", case.id);
        page.paragraph(&[(PLAIN, &name)], FAINT, &abridged(&observed, LONGEST_ACCOUNT))?;
        if !case.location.is_empty() {
            page.paragraph(&[(PLAIN, "      ")], FAINT, &case.location)?;
        }
    }
    Ok(())
}
