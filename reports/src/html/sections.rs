use std::collections::HashMap;

use super::bar::Bar;
use super::shown::Shown;
use super::verdicts;
use crate::document::{CaseVerdict, Document, Level, RuleVerdict};

/// One section of the catalogue or of the suite, at a glance.
pub(super) struct Section<'a> {
    pub(super) name: Shown<'a>,
    pub(super) title: Shown<'a>,
    /// Its number among the sections of rules, if it has rules.
    pub(super) anchor: Option<usize>,
    pub(super) rules: Bar,
    pub(super) cases: Bar,
}

impl Section<'_> {
    /// Its bars, each with what it counts.
    pub(super) fn bars(&self) -> [(&'static str, &Bar); 2] {
        [("Rules", &self.rules), ("Cases", &self.cases)]
    }
}

/// What the page calls a section without a name.
pub(super) fn name(section: &str) -> Shown<'_> {
    Shown::line(if section.is_empty() { "others" } else { section })
}

/// Those of the rules, then those that only cases have, each in the order of the document.
pub(super) fn of(document: &Document) -> Vec<Section<'_>> {
    let mut cases: HashMap<&str, Vec<CaseVerdict>> = HashMap::new();
    let mut order: Vec<&str> = Vec::new();
    for case in &document.cases {
        cases.entry(&case.section).or_insert_with(|| {
            order.push(&case.section);
            Vec::new()
        });
        if let Some(verdicts) = cases.get_mut(case.section.as_str()) {
            verdicts.push(case.verdict);
        }
    }
    let mut sections = Vec::new();
    for (number, section) in document.rules_by_section().into_iter().enumerate() {
        let count =
            |verdict, level| section.rules.iter().filter(|rule| rule.verdict == verdict && rule.level == level).count();
        let both = |verdict| count(verdict, Level::Must) + count(verdict, Level::Should);
        let rules = Bar::of(&[
            (count(RuleVerdict::Broken, Level::Must), verdicts::rule(RuleVerdict::Broken, Level::Must)),
            (count(RuleVerdict::Broken, Level::Should), verdicts::rule(RuleVerdict::Broken, Level::Should)),
            (both(RuleVerdict::Held), verdicts::rule(RuleVerdict::Held, Level::Must)),
            (both(RuleVerdict::NotExercised), verdicts::rule(RuleVerdict::NotExercised, Level::Must)),
        ]);
        sections.push(Section {
            name: name(section.section),
            title: Shown::line(section.title),
            anchor: Some(number),
            rules,
            cases: bar(&cases.remove(section.section).unwrap_or_default()),
        });
    }
    for section in order {
        if let Some(verdicts) = cases.remove(section) {
            let empty = Bar::of(&[]);
            sections.push(Section {
                name: name(section),
                title: Shown::line(""),
                anchor: None,
                rules: empty,
                cases: bar(&verdicts),
            });
        }
    }
    sections
}

/// Failures first, for they are looked for.
fn bar(verdicts: &[CaseVerdict]) -> Bar {
    const ORDER: [CaseVerdict; 8] = [
        CaseVerdict::Fail,
        CaseVerdict::Error,
        CaseVerdict::UnexpectedPass,
        CaseVerdict::Warn,
        CaseVerdict::KnownFailure,
        CaseVerdict::Inconclusive,
        CaseVerdict::Pass,
        CaseVerdict::NotApplicable,
    ];
    let count = |wanted: CaseVerdict| verdicts.iter().filter(|&&verdict| verdict == wanted).count();
    Bar::of(&ORDER.map(|verdict| (count(verdict), verdicts::case(verdict))))
}
