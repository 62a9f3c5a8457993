use std::io;

use super::page::Page;
use super::palette::{FAINT, PLAIN, STRONG, case_mark};
use super::sections;
use super::wording::{cases_of, counted};
use crate::document::{CaseVerdict, Document};

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
    if let Some(shard) = document.shard {
        let part = format!("{} of {}; `sinkcheck report merge` joins their documents", shard.number, shard.of);
        page.paragraph(&[(FAINT, "Shard    ")], PLAIN, &part)?;
    }
    page.paragraph(&[(FAINT, "Cases    ")], PLAIN, &outcomes(document))?;
    sections::write(page, &document.cases)
}

/// `✓ 205 passed, · 4 not applicable`: it explains the marks, too.
fn outcomes(document: &Document) -> String {
    let counts: Vec<String> = CaseVerdict::ALL
        .iter()
        .map(|&verdict| (verdict, document.summary.count(verdict)))
        .filter(|&(_, count)| count > 0)
        .map(|(verdict, count)| format!("{} {count} {}", case_mark(verdict).1, cases_of(verdict)))
        .collect();
    if counts.is_empty() { "none".into() } else { counts.join(", ") }
}
