//! `sinkcheck list`, `show`, `explain` and `schema`: what is there, and why.

use std::fmt::Write as _;

use sinkcheck_cases::language::{Scenario, scenario_schema};
use sinkcheck_spec::catalogue::catalogue;

use super::args::{Explain, List, Schema, SchemaOf, Show};
use super::exit::Failure;
use super::outputs::to_stdout;
use super::selection::{glob, near_case, scenarios};

pub(super) fn list(typed: &List) -> Result<u8, Failure> {
    let fits = typed.pattern.as_deref().map(glob).transpose()?;
    let fits = |id: &str| fits.as_ref().is_none_or(|glob| glob.is_match(id));
    let mut text = String::new();
    if typed.rules {
        for rule in catalogue().rules().iter().filter(|rule| fits(&rule.id)) {
            line(
                &mut text,
                format_args!(
                    "{:<7} {:<7} {:<45} {}",
                    rule.level.to_string(),
                    rule.role.to_string(),
                    rule.id,
                    rule.text
                ),
            );
        }
    } else {
        for case in scenarios(typed.suite.as_deref())?.iter().filter(|case| fits(&case.id)) {
            let slow = if case.is_slow() { " (slow)" } else { "" };
            line(&mut text, format_args!("{:<55} {}{slow}", case.id, case.title));
        }
    }
    if text.is_empty() {
        return Err(Failure::usage(format!("nothing fits `{}`", typed.pattern.as_deref().unwrap_or_default())));
    }
    to_stdout(text.as_bytes())
}

pub(super) fn show(typed: &Show) -> Result<u8, Failure> {
    let all = scenarios(typed.suite.as_deref())?;
    let wanted = typed.case.trim_end_matches(".yaml");
    let Some(case) = all.iter().find(|case| case.id == wanted) else {
        let hint = near_case(wanted, all.iter());
        return Err(Failure::usage(format!("there is no case `{}`; {hint}", typed.case)));
    };
    let mut text = String::new();
    line(&mut text, format_args!("{}\n{}\n\n{}", case.id, case.file, case.text.trim_end()));
    for id in &case.requirements {
        if let Some(rule) = catalogue().rule(id) {
            line(
                &mut text,
                format_args!(
                    "\n{} ({}, {}, PROTOCOL.md {})\n  {}",
                    rule.id, rule.level, rule.source, rule.protocol, rule.text
                ),
            );
        }
    }
    to_stdout(text.as_bytes())
}

pub(super) fn explain(typed: &Explain) -> Result<u8, Failure> {
    let all = scenarios(None)?;
    if let Some(freedom) = catalogue().freedom(&typed.rule) {
        return to_stdout(
            format!(
                "{}\nleft open: no case may fail a peer for using this freedom\n\n  {}\n",
                freedom.id, freedom.text
            )
            .as_bytes(),
        );
    }
    let Some(rule) = catalogue().rule(&typed.rule) else {
        let hint = catalogue()
            .closest(&typed.rule)
            .map_or_else(|| "`sinkcheck list --rules` shows them".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Failure::usage(format!("there is no rule `{}`; {hint}", typed.rule)));
    };
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "{}\n{} for {}, {}, PROTOCOL.md section {}\n\n  {}",
            rule.id, rule.level, rule.role, rule.source, rule.protocol, rule.text
        ),
    );
    if let Some(reasoning) = &rule.reasoning {
        line(&mut text, format_args!("\nReasoning\n  {}", reasoning.trim()));
    }
    if let Some(why) = &rule.unobservable {
        line(&mut text, format_args!("\nNobody outside can see whether it is kept\n  {}", why.trim()));
    }
    let cases: Vec<&Scenario> = all.iter().filter(|case| case.requirements.contains(&rule.id)).collect();
    line(&mut text, format_args!("\nCases"));
    if cases.is_empty() {
        line(&mut text, format_args!("  none in the built-in suite"));
    }
    for case in cases {
        line(&mut text, format_args!("  {:<55} {}", case.id, case.title));
    }
    to_stdout(text.as_bytes())
}

pub(super) fn schema(typed: &Schema) -> Result<u8, Failure> {
    let schema = match typed.what {
        SchemaOf::Scenario => scenario_schema(),
        SchemaOf::Result => sinkcheck_reports::schema::document_schema(),
        SchemaOf::Detection => sinkcheck_reports::schema::detection_schema(),
        SchemaOf::Difference => sinkcheck_reports::schema::difference_schema(),
        SchemaOf::Finding => sinkcheck_reports::schema::finding_schema(),
    };
    to_stdout(format!("{schema:#}\n").as_bytes())
}

/// Writing to a string never fails.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{arguments}");
}
