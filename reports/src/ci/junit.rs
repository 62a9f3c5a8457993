use std::collections::HashMap;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::ElementWriter;

use super::outcome::{Outcome, account, seconds};
use crate::document::{CaseResult, CaseVerdict, Document, Indexed};
use crate::fold::Levels;
use crate::render::RenderOptions;
use crate::text::escape::{escaped, obeyed_by_nobody};
use crate::text::wording::{counted, verdict};
use crate::text::{case_detail, exchange};

/// Writes JUnit XML: a suite for each section, a case for each case, with the ids of its rules as properties. A case that
/// didn't pass has its exchange with it; the others only where the report is to be verbose.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let options = RenderOptions { colour: false, width: RenderOptions::default().width, ..*options };
    let levels = Levels::of(document);
    let indexed = Indexed::new(document);
    let sections = by_section(document, &levels);
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<Counted<'_>> = sections.iter().flat_map(|(_, cases)| cases.iter().copied()).collect();
    let root = writer.create_element("testsuites").with_attribute(("name", "sinkcheck"));
    with_counts(root, &all).write_inner_content(|writer| {
        for (section, cases) in &sections {
            write_suite(writer, &indexed, section, cases, &options)?;
        }
        Ok(())
    })?;
    out.write_all(b"\n")
}

type Counted<'a> = (&'a CaseResult, Outcome);

/// The cases of each section, in the order in which the document first names it.
fn by_section<'a>(document: &'a Document, levels: &Levels<'_>) -> Vec<(&'a str, Vec<Counted<'a>>)> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut sections: Vec<(&str, Vec<Counted<'_>>)> = Vec::new();
    for case in &document.cases {
        let place = *places.entry(&case.section).or_insert_with(|| {
            sections.push((&case.section, Vec::new()));
            sections.len() - 1
        });
        sections[place].1.push((case, Outcome::of(case, levels)));
    }
    sections
}

fn with_counts<'a, W: Write>(element: ElementWriter<'a, W>, cases: &[Counted<'_>]) -> ElementWriter<'a, W> {
    let count = |counts: fn(Outcome) -> bool| cases.iter().filter(|(_, outcome)| counts(*outcome)).count().to_string();
    let took: f64 = cases.iter().map(|(case, _)| case.duration_ms.max(0.0)).sum();
    element
        .with_attribute(("tests", cases.len().to_string().as_str()))
        .with_attribute(("failures", count(|outcome| element_of(outcome) == Some("failure")).as_str()))
        .with_attribute(("errors", count(|outcome| element_of(outcome) == Some("error")).as_str()))
        .with_attribute(("skipped", count(|outcome| element_of(outcome) == Some("skipped")).as_str()))
        .with_attribute(("time", seconds(took).as_str()))
}

/// The element that says what came of a case; none for one that passed.
fn element_of(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Passed => None,
        Outcome::Failed | Outcome::PassedUnexpectedly => Some("failure"),
        Outcome::Errored => Some("error"),
        Outcome::Skipped | Outcome::FailedAsKnown => Some("skipped"),
    }
}

fn write_suite<W: Write>(
    writer: &mut Writer<W>,
    document: &Indexed<'_>,
    section: &str,
    cases: &[Counted<'_>],
    options: &RenderOptions,
) -> io::Result<()> {
    let name = if section.is_empty() { "others".into() } else { quiet(section) };
    let suite = writer.create_element("testsuite").with_attribute(("name", &*name));
    with_counts(suite, cases).write_inner_content(|writer| {
        let target = &document.document.target;
        let about = [
            ("suite", format!("sinkcheck {}", document.document.suite.version)),
            ("target", target.name.clone()),
            ("role", target.role.to_string()),
            ("address", target.address.clone()),
            ("verdict", verdict(document.document.verdict).to_owned()),
        ];
        write_properties(writer, about.iter().map(|(name, value)| (*name, value.as_str())))?;
        for (case, outcome) in cases {
            write_case(writer, document, case, *outcome, options)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_properties<'a, W: Write>(
    writer: &mut Writer<W>,
    properties: impl Iterator<Item = (&'a str, &'a str)>,
) -> io::Result<()> {
    writer.create_element("properties").write_inner_content(|writer| {
        for (name, value) in properties {
            let property = writer.create_element("property").with_attribute(("name", name));
            property.with_attribute(("value", &*quiet(value))).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_case<W: Write>(
    writer: &mut Writer<W>,
    document: &Indexed<'_>,
    case: &CaseResult,
    outcome: Outcome,
    options: &RenderOptions,
) -> io::Result<()> {
    let class = case.id.rsplit_once('/').map_or("", |(folder, _)| folder).replace('/', ".");
    let element = writer
        .create_element("testcase")
        .with_attribute(("name", &*quiet(&case.id)))
        .with_attribute(("classname", &*quiet(&class)))
        .with_attribute(("time", seconds(case.duration_ms).as_str()));
    element.write_inner_content(|writer| {
        let about = [("location", case.location.as_str()), ("verdict", verdict_name(case.verdict))];
        let cited = case.rules.iter().map(|rule| ("rule", rule.as_str()));
        let broken = case.broken_rules.iter().map(|rule| ("broken_rule", rule.as_str()));
        write_properties(writer, about.into_iter().chain(cited).chain(broken))?;
        if let Some(name) = element_of(outcome) {
            let message = account(case);
            let element = writer.create_element(name).with_attribute(("message", &*quiet(&message)));
            match outcome {
                Outcome::Skipped | Outcome::FailedAsKnown => element.write_empty()?,
                _ => {
                    let element = element.with_attribute(("type", &*quiet(&type_of(case))));
                    let detail = case_detail(document, case, options)?;
                    element.write_text_content(BytesText::new(&detail))?
                }
            };
        }
        let shown = options.verbose || case.verdict != CaseVerdict::Pass;
        if shown && !case.transcript.is_empty() {
            let drawn = exchange(case, document.document.target.role, options)?;
            writer.create_element("system-out").write_text_content(BytesText::new(&drawn))?;
        }
        if let Some(output) = case.output.as_deref().filter(|_| shown) {
            let lines: Vec<_> = output.lines().map(quiet).collect();
            writer.create_element("system-err").write_text_content(BytesText::new(&lines.join("\n")))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// The text without what a server that shows the file in its log may act on.
fn quiet(text: &str) -> String {
    obeyed_by_nobody(&escaped(text), true).into_owned()
}

/// What a failure is filed under: the rule that was broken, or why there is no result.
fn type_of(case: &CaseResult) -> String {
    match (case.verdict, case.broken_rules.as_slice(), &case.reason) {
        (CaseVerdict::UnexpectedPass, ..) => "passed-unexpectedly".to_owned(),
        (CaseVerdict::Fail, [rule], _) => rule.clone(),
        (CaseVerdict::Fail, [rule, others @ ..], _) => format!("{rule} and {}", counted(others.len(), "other")),
        (_, _, Some(reason)) => reason.code.clone(),
        _ => verdict_name(case.verdict).to_owned(),
    }
}

/// The verdict's name in the document.
fn verdict_name(verdict: CaseVerdict) -> &'static str {
    match verdict {
        CaseVerdict::Pass => "pass",
        CaseVerdict::Fail => "fail",
        CaseVerdict::Warn => "warn",
        CaseVerdict::Inconclusive => "inconclusive",
        CaseVerdict::NotApplicable => "not_applicable",
        CaseVerdict::KnownFailure => "known_failure",
        CaseVerdict::UnexpectedPass => "unexpected_pass",
        CaseVerdict::Error => "error",
    }
}
