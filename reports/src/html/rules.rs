use std::collections::HashMap;

use super::sections;
use super::shown::Shown;
use super::verdicts::{self, Look};
use crate::document::{Document, RuleResult, SideCount};

/// Where each rule is in the document.
pub(super) type Places<'a> = HashMap<&'a str, usize>;

pub(super) fn places(document: &Document) -> Places<'_> {
    document.rules.iter().enumerate().map(|(place, rule)| (rule.id.as_str(), place)).collect()
}

/// The rules of one section.
pub(super) struct RuleGroup<'a> {
    pub(super) name: Shown<'a>,
    pub(super) title: Shown<'a>,
    pub(super) rules: Vec<Rule<'a>>,
}

/// One rule with how it fared.
pub(super) struct Rule<'a> {
    /// Its place in the document.
    pub(super) number: usize,
    pub(super) id: Shown<'a>,
    pub(super) level: String,
    pub(super) look: Look,
    pub(super) text: Shown<'a>,
    pub(super) clause: Shown<'a>,
    pub(super) source: Shown<'a>,
    pub(super) needs: Vec<Shown<'a>>,
    /// What became of it on each side, where traffic was watched.
    pub(super) sides: Vec<SideCount>,
    /// How many cases cite it or found it broken.
    pub(super) cases: usize,
}

pub(super) fn groups<'a>(document: &'a Document, places: &Places<'a>) -> Vec<RuleGroup<'a>> {
    let sections = document.rules_by_section().into_iter();
    sections
        .map(|section| RuleGroup {
            name: sections::name(section.section),
            title: Shown::line(section.title),
            rules: section.rules.iter().map(|rule| view(rule, places)).collect(),
        })
        .collect()
}

pub(super) fn view<'a>(rule: &'a RuleResult, places: &Places<'a>) -> Rule<'a> {
    Rule {
        number: places.get(rule.id.as_str()).copied().unwrap_or_default(),
        id: Shown::line(&rule.id),
        level: rule.level.to_string(),
        look: verdicts::rule(rule.verdict, rule.level),
        text: Shown::lines(&rule.text),
        clause: Shown::line(&rule.clause),
        source: Shown::line(&rule.source),
        needs: rule.needs.iter().map(|need| Shown::line(need)).collect(),
        sides: rule.sides.clone(),
        cases: rule.cases.len(),
    }
}
