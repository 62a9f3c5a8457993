//! The form of a file in `requirements`, and the files themselves.

use serde::Deserialize;

use super::{Freedom, Level, Rule, RuleRole, Section, Source};

/// The embedded files, in the order in which reports list their sections: as a connection meets them, then the rules
/// that hold throughout.
pub(super) const FILES: [&str; 9] = [
    include_str!("../../requirements/framing.yaml"),
    include_str!("../../requirements/layout.yaml"),
    include_str!("../../requirements/handshake.yaml"),
    include_str!("../../requirements/introduction.yaml"),
    include_str!("../../requirements/events.yaml"),
    include_str!("../../requirements/keepalive.yaml"),
    include_str!("../../requirements/identity.yaml"),
    include_str!("../../requirements/malformed.yaml"),
    include_str!("../../requirements/isolation.yaml"),
];

/// What one file says.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) section: Section,
    pub(super) rules: Vec<Rule>,
    pub(super) freedoms: Vec<Freedom>,
}

/// Reads one file. Unknown fields are errors, as is a missing one.
pub(super) fn read(file: &str) -> Result<Contents, serde_yaml::Error> {
    let FileForm { section, title, rules, open } = serde_yaml::from_str(file)?;
    Ok(Contents {
        rules: rules.into_iter().map(|rule| rule.in_section(&section)).collect(),
        freedoms: open.into_iter().map(|freedom| freedom.in_section(&section)).collect(),
        section: Section { id: section, title },
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileForm {
    section: String,
    title: String,
    rules: Vec<RuleForm>,
    open: Vec<FreedomForm>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleForm {
    id: String,
    level: Level,
    role: RuleRole,
    source: Source,
    protocol: String,
    text: String,
    reasoning: Option<String>,
    unobservable: Option<String>,
}

impl RuleForm {
    fn in_section(self, section: &str) -> Rule {
        let RuleForm { id, level, role, source, protocol, text, reasoning, unobservable } = self;
        Rule {
            id,
            section: section.to_owned(),
            level,
            role,
            source,
            protocol,
            text: one_line(&text),
            reasoning: reasoning.as_deref().map(one_line),
            unobservable: unobservable.as_deref().map(one_line),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FreedomForm {
    id: String,
    text: String,
}

impl FreedomForm {
    fn in_section(self, section: &str) -> Freedom {
        Freedom { id: self.id, section: section.to_owned(), text: one_line(&self.text) }
    }
}

/// A folded YAML scalar ends with a line break. The texts are single lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "
section: tea
title: Tea
rules:
  - id: tea.hot
    level: must
    role: server
    source: derived
    protocol: '4.18'
    text: >-
      Tea MUST
      be hot.
    reasoning: >
      Cold tea is another drink.
open:
  - id: tea.sugar
    text: Sugar is open.
";

    #[test]
    fn a_file_gives_its_section_rules_and_freedoms() {
        let Contents { section, rules, freedoms } = read(FILE).expect("a good file");
        assert_eq!(section, Section { id: "tea".into(), title: "Tea".into() });
        assert_eq!(rules[0].text, "Tea MUST be hot.");
        assert_eq!(rules[0].reasoning.as_deref(), Some("Cold tea is another drink."));
        assert_eq!(rules[0].section, "tea");
        assert_eq!(freedoms[0].to_string(), "tea.sugar: Sugar is open.");
    }

    #[test]
    fn a_field_that_is_unknown_or_missing_is_an_error() {
        let unknown = FILE.replace("role: server", "role: server\n    colour: red");
        assert!(read(&unknown).expect_err("unknown field").to_string().contains("colour"));
        let missing = FILE.replace("    source: derived\n", "");
        assert!(read(&missing).expect_err("missing field").to_string().contains("source"));
        let level = FILE.replace("level: must", "level: may");
        assert!(read(&level).expect_err("unknown level").to_string().contains("may"));
    }
}
