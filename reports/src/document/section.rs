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

impl Document {
    /// The rules, grouped by section. Sections come in the order in which the document first names them.
    #[must_use]
    pub fn rules_by_section(&self) -> Vec<RuleSection<'_>> {
        let mut sections: Vec<RuleSection<'_>> = Vec::new();
        for rule in &self.rules {
            match sections.iter_mut().find(|known| known.section == rule.section) {
                Some(known) => known.rules.push(rule),
                None => {
                    sections.push(RuleSection { section: &rule.section, title: &rule.section_title, rules: vec![rule] })
                }
            }
        }
        sections
    }

    /// The rule of this id, if the document has it.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&RuleResult> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}
