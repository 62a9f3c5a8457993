use std::collections::HashMap;

use super::{Document, RuleResult};

/// The rules of one section of the catalogue.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleSection<'a> {
    /// The section's name.
    pub section: &'a str,
    /// Its title.
    pub title: &'a str,
    /// Its rules, in the document's order. Never empty.
    pub rules: Vec<&'a RuleResult>,
}

/// A document with its rules by their ids, for whoever looks up many.
#[derive(Debug)]
pub(crate) struct Indexed<'a> {
    pub(crate) document: &'a Document,
    rules: HashMap<&'a str, &'a RuleResult>,
}

impl<'a> Indexed<'a> {
    pub(crate) fn new(document: &'a Document) -> Self {
        // Of two rules of one id the first counts.
        Self { document, rules: document.rules.iter().rev().map(|rule| (rule.id.as_str(), rule)).collect() }
    }

    /// The rule of this id, if the document has it.
    pub(crate) fn rule(&self, id: &str) -> Option<&'a RuleResult> {
        self.rules.get(id).copied()
    }
}

impl Document {
    /// The rules, grouped by section. Sections come in the order in which the document first names them.
    #[must_use]
    pub fn rules_by_section(&self) -> Vec<RuleSection<'_>> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut sections: Vec<RuleSection<'_>> = Vec::new();
        for rule in &self.rules {
            let place = *places.entry(&rule.section).or_insert_with(|| {
                sections.push(RuleSection { section: &rule.section, title: &rule.section_title, rules: Vec::new() });
                sections.len() - 1
            });
            sections[place].rules.push(rule);
        }
        sections
    }

    /// The rule of this id, if the document has it.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&RuleResult> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}
