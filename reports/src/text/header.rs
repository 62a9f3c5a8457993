use std::io;

use super::page::Page;
use super::palette::{FAINT, PLAIN, STRONG};
use super::wording::{cases_of, counted};
use crate::document::{CaseResult, CaseVerdict, Document};

/// What was tested with what, and how many cases came out how.
pub(super) fn write(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    let suite = &document.suite;
    let target = &document.target;
    let suite_of = match suite.cases {
        // Traffic that was watched knows no suite.
        0 => String::new(),
        cases => format!("suite of {} and ", counted(cases, "case")),
    };
    let about = format!("Sink protocol version {}, {suite_of}{}", suite.protocol_version, counted(suite.rules, "rule"));
    let program = format!("sinkcheck {}  ", suite.version);
    page.paragraph(&[(STRONG, &program)], FAINT, &about)?;
    page.blank()?;

    let name = if target.name.is_empty() { "a nameless" } else { target.name.as_str() };
    page.paragraph(&[(FAINT, "Target   ")], STRONG, &format!("{name} ({})", target.role))?;
    page.paragraph(&[(FAINT, "Address  ")], PLAIN, &target.address)?;
    if !target.capabilities.is_empty() {
        page.paragraph(&[(FAINT, "Claims   ")], PLAIN, &target.capabilities.join(", "))?;
    }
    page.paragraph(&[(FAINT, "Cases    ")], PLAIN, &outcomes(document))?;
    if document.summary.pass > 0 {
        page.paragraph(&[(FAINT, "Passed   ")], PLAIN, &passed_by_section(&document.cases))?;
    }
    Ok(())
}

fn outcomes(document: &Document) -> String {
    let counts: Vec<String> = CaseVerdict::ALL
        .iter()
        .map(|&verdict| (verdict, document.summary.count(verdict)))
        .filter(|&(_, count)| count > 0)
        .map(|(verdict, count)| format!("{count} {}", cases_of(verdict)))
        .collect();
    if counts.is_empty() { "none".into() } else { counts.join(", ") }
}

/// `framing 12 of 14, handshake 8 of 8`.
fn passed_by_section(cases: &[CaseResult]) -> String {
    let mut sections: Vec<(&str, usize, usize)> = Vec::new();
    for case in cases {
        let passed = usize::from(case.verdict == CaseVerdict::Pass);
        match sections.iter_mut().find(|(name, ..)| *name == case.section) {
            Some((_, passes, all)) => {
                *passes += passed;
                *all += 1;
            }
            None => sections.push((&case.section, passed, 1)),
        }
    }
    let counts: Vec<String> = sections
        .iter()
        .filter(|(name, ..)| !name.is_empty())
        .map(|(name, passes, all)| format!("{name} {passes} of {all}"))
        .collect();
    counts.join(", ")
}
