//! The page about the language is in step with it: its examples have no mistakes, and it has a word for every word.

use std::collections::BTreeSet;

use serde_json::Value;
use sinkcheck_cases::language::scenario_schema;
use sinkcheck_cases::suite;

const FILE: &str = "docs/writing-cases.md";
const PAGE: &str = include_str!("../../docs/writing-cases.md");

/// The fenced blocks of YAML, each with the number of its first line.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, line) in page.lines().enumerate() {
        match &mut open {
            None if line == "```yaml" => open = Some((at + 2, String::new())),
            Some(_) if line == "```" => found.extend(open.take()),
            Some((_, block)) => {
                block.push_str(line);
                block.push('\n');
            }
            None => {}
        }
    }
    assert!(open.is_none(), "a block of YAML isn't closed");
    found
}

#[test]
fn every_example_is_a_case_without_mistakes() {
    let blocks = blocks(PAGE);
    assert!(blocks.len() >= 5, "only {} examples were found", blocks.len());
    for (line, block) in blocks {
        assert!(block.starts_with("title:"), "{FILE}:{line}: an example is a whole case and begins with its title");
        if let Err(mistakes) = suite::read(&format!("example-in-line-{line}"), FILE, &block) {
            let shown: Vec<String> = mistakes.iter().map(|mistake| mistake.render(false)).collect();
            panic!("{FILE}, the example in line {line} (lines below count from there):\n{}", shown.join("\n\n"));
        }
    }
}

/// Keys and words of the language.
fn words(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                found.extend(properties.keys().cloned());
            }
            found.extend(fields.get("const").and_then(Value::as_str).map(str::to_owned));
            let listed = fields.get("enum").and_then(Value::as_array).into_iter().flatten();
            found.extend(listed.filter_map(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| words(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| words(value, found)),
        _ => {}
    }
}

/// Whether the page has the word as such, and not as a part of a longer one.
fn has(page: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    page.match_indices(word).any(|(at, _)| {
        !page[..at].chars().next_back().is_some_and(is_part)
            && !page[at + word.len()..].chars().next().is_some_and(is_part)
    })
}

#[test]
fn every_word_of_the_language_is_explained() {
    let mut all = BTreeSet::new();
    words(&scenario_schema(), &mut all);
    assert!(all.contains("any_answers") && all.contains("within") && all.contains("each_octet"), "{all:?}");
    // What is in the page's prose by chance explains nothing: only code counts.
    let code: String = PAGE.split('`').skip(1).step_by(2).fold(String::new(), |code, part| code + part + " ");
    let missing: Vec<&String> = all.iter().filter(|word| !has(&code, word)).collect();
    assert!(missing.is_empty(), "{FILE} says nothing about {missing:?}");
}
