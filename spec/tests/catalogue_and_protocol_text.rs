//! Keeps the rule catalogue and `PROTOCOL.md` in step, both ways.
//!
//! A check takes the rules, the freedoms and the text, and returns what is wrong. Each is run on the real ones, and once
//! on something broken, which it has to notice.

use sinkcheck_spec::catalogue::{Freedom, Level, Rule, RuleRole, Source, catalogue};
use std::collections::HashSet;

/// What a check looks at.
struct Input {
    rules: Vec<Rule>,
    freedoms: Vec<Freedom>,
    text: Vec<Section>,
}

type Check = fn(&Input) -> Vec<String>;

/// A numbered section of the text, without its subsections.
struct Section {
    number: String,
    title: String,
    /// Paragraphs, list items and table rows, each as one line. Code blocks and comments are left out.
    blocks: Vec<String>,
}

/// What stands in brackets: rule ids, or `open:` and freedom ids.
struct Citation<'a> {
    open: bool,
    ids: Vec<&'a str>,
}

fn real() -> Input {
    Input {
        rules: catalogue().rules().to_vec(),
        freedoms: catalogue().freedoms().to_vec(),
        text: sections(include_str!("../PROTOCOL.md")),
    }
}

/// A small input without a fault. Each test of a check breaks one thing in it.
fn small() -> Input {
    let rule = Rule {
        id: "tea.hot".into(),
        section: "tea".into(),
        level: Level::Must,
        role: RuleRole::Server,
        source: Source::Derived,
        protocol: "2.1".into(),
        text: "Tea MUST NOT be cold.".into(),
        reasoning: Some("Cold tea is another drink.".into()),
        unobservable: None,
    };
    let freedom = Freedom { id: "tea.sugar".into(), section: "tea".into(), text: "Sugar is open.".into() };
    Input { rules: vec![rule], freedoms: vec![freedom], text: sections(SMALL_TEXT) }
}

const SMALL_TEXT: &str = "
# Tea

## 1 About

MUST is a word.

## 2 Tea

### 2.1 Heat

Tea is a drink. It MUST NOT be
cold [tea.hot]. It may be sweet [open: tea.sugar].

```
int cups[tea.cups];
```

## 12 Freedoms

- Sugar is
  open. [open: tea.sugar]
";

// Reading the text.

fn sections(markdown: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let (mut in_code, mut continues) = (false, false);
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            continues = false;
        } else if in_code || line.starts_with("<!--") || line.trim().is_empty() {
            continues = false;
        } else if let Some(heading) = line.strip_prefix('#') {
            let heading = heading.trim_start_matches('#').trim();
            let (number, title) = heading.split_once(' ').unwrap_or((heading, ""));
            sections.push(Section { number: number.into(), title: title.into(), blocks: Vec::new() });
            continues = false;
        } else if let Some(section) = sections.last_mut() {
            let begins = line.starts_with("- ") || line.starts_with('|') || !continues;
            match section.blocks.last_mut() {
                Some(block) if !begins => *block = format!("{block} {}", line.trim()),
                _ => section.blocks.push(line.trim().into()),
            }
            continues = true;
        }
    }
    sections
}

fn citations(text: &str) -> Vec<Citation<'_>> {
    text.split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(inside, _)| {
            let ids = inside.strip_prefix("open:");
            Citation { open: ids.is_some(), ids: ids.unwrap_or(inside).split(',').map(str::trim).collect() }
        })
        .collect()
}

fn cited(text: &str, open: bool) -> HashSet<&str> {
    citations(text).into_iter().filter(|citation| citation.open == open).flat_map(|citation| citation.ids).collect()
}

fn sentences(block: &str) -> impl Iterator<Item = &str> {
    block.split_inclusive(". ").map(str::trim)
}

/// The levels of the RFC 2119 words in a sentence, in order. The words of a prohibition count once.
fn levels(sentence: &str) -> Vec<Level> {
    sentence
        .split(|c: char| !c.is_alphabetic())
        .filter_map(|word| match word {
            "MUST" => Some(Level::Must),
            "SHOULD" => Some(Level::Should),
            _ => None,
        })
        .collect()
}

// The checks.

fn each_rule_is_cited_where_it_says(input: &Input) -> Vec<String> {
    let is_cited = |rule: &Rule| {
        let mut here = input.text.iter().filter(|section| section.number == rule.protocol);
        here.any(|section| section.blocks.iter().any(|block| cited(block, false).contains(rule.id.as_str())))
    };
    let missing = input.rules.iter().filter(|rule| !is_cited(rule));
    missing.map(|rule| format!("section {} does not cite {}", rule.protocol, rule.id)).collect()
}

fn each_citation_exists(input: &Input) -> Vec<String> {
    let rules: HashSet<&str> = input.rules.iter().map(|rule| rule.id.as_str()).collect();
    let freedoms: HashSet<&str> = input.freedoms.iter().map(|freedom| freedom.id.as_str()).collect();
    let mut wrong = Vec::new();
    for section in &input.text {
        for citation in section.blocks.iter().flat_map(|block| citations(block)) {
            let (kind, known) = if citation.open { ("freedom", &freedoms) } else { ("rule", &rules) };
            let unknown = citation.ids.iter().filter(|id| !known.contains(*id));
            wrong.extend(unknown.map(|id| format!("section {} cites {id:?}, which is no {kind}", section.number)));
        }
    }
    wrong
}

fn each_freedom_is_listed(input: &Input) -> Vec<String> {
    let lists: Vec<&Section> = input.text.iter().filter(|section| section.title == "Freedoms").collect();
    let listed: HashSet<&String> = lists.iter().flat_map(|section| &section.blocks).collect();
    let line = |freedom: &Freedom| format!("- {} [open: {}]", freedom.text, freedom.id);
    let missing = input.freedoms.iter().map(line).filter(|line| !listed.contains(line));
    missing.map(|line| format!("the section of freedoms lacks: {line}")).collect()
}

/// Outside the section that lists them, so that a reader meets a freedom where it matters.
fn each_freedom_is_cited_in_its_place(input: &Input) -> Vec<String> {
    let places = input.text.iter().filter(|section| section.title != "Freedoms");
    let cited: HashSet<&str> =
        places.flat_map(|section| &section.blocks).flat_map(|block| cited(block, true)).collect();
    let missing = input.freedoms.iter().filter(|freedom| !cited.contains(freedom.id.as_str()));
    missing.map(|freedom| format!("{} is only listed", freedom.id)).collect()
}

fn ids_are_unique_and_name_their_section(input: &Input) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut wrong = Vec::new();
    let rules = input.rules.iter().map(|rule| (&rule.id, &rule.section));
    for (id, section) in rules.chain(input.freedoms.iter().map(|freedom| (&freedom.id, &freedom.section))) {
        if !seen.insert(id) {
            wrong.push(format!("{id} is there twice"));
        }
        let name = id.strip_prefix(section.as_str()).and_then(|rest| rest.strip_prefix('.')).unwrap_or_default();
        let is_word =
            |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        if !name.split('-').all(is_word) {
            wrong.push(format!("{id} is not {section}. and a name in kebab case"));
        }
    }
    wrong
}

fn sources_bear_their_rules(input: &Input) -> Vec<String> {
    let mut wrong = Vec::new();
    for rule in &input.rules {
        let argued = rule.reasoning.as_ref().is_some_and(|reasoning| !reasoning.is_empty());
        if rule.source == Source::Derived && !argued {
            wrong.push(format!("{} is derived and has no reasoning", rule.id));
        }
        if rule.source == Source::Advised && rule.level == Level::Must {
            wrong.push(format!("{} is advised and yet a MUST", rule.id));
        }
        if rule.unobservable.as_ref().is_some_and(String::is_empty) {
            wrong.push(format!("{} does not say why it is unobservable", rule.id));
        }
    }
    wrong
}

fn each_rule_has_one_word_of_its_level(input: &Input) -> Vec<String> {
    let wrong = input.rules.iter().filter(|rule| levels(&rule.text) != [rule.level]);
    wrong.map(|rule| format!("{} is a {}, and says: {}", rule.id, rule.level, rule.text)).collect()
}

fn each_sentence_has_the_level_of_its_rules(input: &Input) -> Vec<String> {
    let level = |id: &&str| input.rules.iter().find(|rule| rule.id == *id).map(|rule| rule.level);
    let mut wrong = Vec::new();
    // Section 1 explains the words. A table's rows have no words of their own.
    for section in input.text.iter().filter(|section| !section.number.starts_with("1.") && section.number != "1") {
        for sentence in section.blocks.iter().filter(|block| !block.starts_with('|')).flat_map(|block| sentences(block))
        {
            let words: HashSet<Level> = levels(sentence).into_iter().collect();
            let rules: HashSet<Level> = cited(sentence, false).iter().filter_map(level).collect();
            if words != rules {
                wrong.push(format!("section {}: {sentence}", section.number));
            }
        }
    }
    wrong
}

fn nothing_is_wrong(check: Check) {
    let wrong = check(&real());
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// The check passes the small input, and finds this much in it after the change.
fn notices(check: Check, change: impl FnOnce(&mut Input), message: &str) {
    let mut input = small();
    assert_eq!(check(&input), Vec::<String>::new(), "before the change");
    change(&mut input);
    let found = check(&input);
    assert!(found.len() == 1 && found[0].contains(message), "{message:?} expected, found {found:?}");
}

fn rewritten(from: &str, to: &str) -> Vec<Section> {
    assert!(SMALL_TEXT.contains(from), "{from}");
    sections(&SMALL_TEXT.replacen(from, to, 1))
}

#[test]
fn each_rule_is_cited_in_its_section() {
    nothing_is_wrong(each_rule_is_cited_where_it_says);
    notices(each_rule_is_cited_where_it_says, |input| input.rules[0].protocol = "2".into(), "section 2 does not cite");
    notices(each_rule_is_cited_where_it_says, |input| input.rules[0].protocol = "2.2".into(), "section 2.2 does not");
    notices(each_rule_is_cited_where_it_says, |input| input.text = rewritten("[tea.hot]", ""), "tea.hot");
    let in_a_code_block = |input: &mut Input| input.rules[0].id = "tea.cups".into();
    notices(each_rule_is_cited_where_it_says, in_a_code_block, "tea.cups");
}

#[test]
fn each_bracketed_id_exists() {
    nothing_is_wrong(each_citation_exists);
    notices(each_citation_exists, |input| input.text = rewritten("[tea.hot]", "[tea.hot, tea.wet]"), "tea.wet");
    notices(each_citation_exists, |input| input.text = rewritten("[tea.hot]", "[open: tea.hot]"), "no freedom");
    notices(each_citation_exists, |input| input.text = rewritten("[open: tea.sugar]", "[tea.sugar]"), "no rule");
    notices(each_citation_exists, |input| input.text = rewritten("MUST is", "MUST [sic] is"), "sic");
}

#[test]
fn each_freedom_is_in_the_text() {
    nothing_is_wrong(each_freedom_is_listed);
    notices(each_freedom_is_listed, |input| input.freedoms[0].id = "tea.milk".into(), "tea.milk");
    notices(each_freedom_is_listed, |input| input.freedoms[0].text = "Milk is open.".into(), "Milk");
    nothing_is_wrong(each_freedom_is_cited_in_its_place);
    let only_listed = |input: &mut Input| input.text = rewritten("It may be sweet [open: tea.sugar].", "");
    notices(each_freedom_is_cited_in_its_place, only_listed, "tea.sugar");
}

#[test]
fn ids_are_unique_and_begin_with_their_section() {
    nothing_is_wrong(ids_are_unique_and_name_their_section);
    notices(ids_are_unique_and_name_their_section, |input| input.freedoms[0].id = "tea.hot".into(), "twice");
    notices(ids_are_unique_and_name_their_section, |input| input.rules[0].id = "coffee.hot".into(), "coffee.hot");
    notices(ids_are_unique_and_name_their_section, |input| input.rules[0].id = "tea.Hot_".into(), "tea.Hot_");
    notices(ids_are_unique_and_name_their_section, |input| input.freedoms[0].id = "tea.".into(), "tea.");
}

#[test]
fn derived_rules_are_argued_for_and_advice_is_no_duty() {
    nothing_is_wrong(sources_bear_their_rules);
    notices(sources_bear_their_rules, |input| input.rules[0].reasoning = None, "no reasoning");
    notices(sources_bear_their_rules, |input| input.rules[0].source = Source::Advised, "advised");
    notices(sources_bear_their_rules, |input| input.rules[0].unobservable = Some(String::new()), "unobservable");
}

#[test]
fn each_rule_says_its_level_once() {
    nothing_is_wrong(each_rule_has_one_word_of_its_level);
    notices(each_rule_has_one_word_of_its_level, |input| input.rules[0].level = Level::Should, "tea.hot is a SHOULD");
    notices(each_rule_has_one_word_of_its_level, |input| input.rules[0].text = "Tea is hot.".into(), "Tea is hot");
    let twice = |input: &mut Input| input.rules[0].text = "Tea MUST be hot and MUST be wet.".into();
    notices(each_rule_has_one_word_of_its_level, twice, "wet");
}

#[test]
fn each_sentence_says_the_level_of_the_rules_that_it_cites() {
    nothing_is_wrong(each_sentence_has_the_level_of_its_rules);
    let check: Check = each_sentence_has_the_level_of_its_rules;
    notices(check, |input| input.text = rewritten("MUST NOT be", "SHOULD NOT be"), "SHOULD NOT be cold");
    notices(check, |input| input.text = rewritten("MUST NOT be", "is never"), "It is never cold");
    notices(check, |input| input.text = rewritten("a drink", "what you SHOULD drink"), "what you SHOULD drink");
}

#[test]
fn the_text_has_a_place_for_each_state_diagram() {
    let text = include_str!("../PROTOCOL.md");
    for role in ["server", "client"] {
        let (_, after) =
            text.split_once(&format!("<!-- state-diagram:{role} -->\n")).expect("the beginning of the place");
        let end = after.find("<!-- /state-diagram -->").expect("the end of the place");
        assert!(!after[..end].contains("<!-- state-diagram:"), "the place of {role} has no end of its own");
    }
}
