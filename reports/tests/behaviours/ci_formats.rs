//! What CI servers and pull requests are given.

use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use sinkcheck_reports::document::{
    CaseResult, CaseVerdict, KnownFailure, Level, Reason, Role, RuleVerdict, TranscriptEntry,
};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::handmade::{self, document, failure, rule};
use crate::snapshots::{check, page};

fn plain(document: &Document, format: Format) -> String {
    page(document, format, &RenderOptions::default())
}

#[test]
fn each_handmade_document_is_as_reviewed() {
    for (name, document) in handmade::all() {
        for format in [Format::Junit, Format::Tap, Format::Markdown, Format::Github] {
            check(&format!("{format}_{name}"), &plain(&document, format));
        }
    }
}

/// JUnit, as a strict reader of XML has it: the counts say how many of which elements there are.
fn check_junit(document: &Document) {
    let xml = plain(document, Format::Junit);
    let tree = roxmltree::Document::parse(&xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let root = tree.root_element();
    assert_eq!(root.tag_name().name(), "testsuites");
    let suites: Vec<_> = root.children().filter(roxmltree::Node::is_element).collect();
    for suite in suites.iter().chain([&root]) {
        let count = |name: &str| suite.descendants().filter(|node| node.has_tag_name(name)).count().to_string();
        for (attribute, element) in
            [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
        {
            assert_eq!(suite.attribute(attribute), Some(&*count(element)), "{attribute}");
        }
    }
    assert_eq!(root.attribute("tests"), Some(&*document.cases.len().to_string()));
    let expected = [
        ("testsuites", &["testsuite"][..]),
        ("testsuite", &["properties", "testcase"]),
        ("testcase", &["properties", "failure", "error", "skipped", "system-out", "system-err"]),
        ("properties", &["property"]),
    ];
    for node in tree.descendants().filter(|node| node.is_element() && *node != root) {
        let parent = node.parent_element().expect("it isn't the root").tag_name().name();
        let allowed = expected.iter().find(|(name, _)| *name == parent).map_or(&[][..], |(_, children)| children);
        assert!(allowed.contains(&node.tag_name().name()), "{} in {parent}", node.tag_name().name());
    }
}

/// TAP: every line is one that a reader knows, and there are as many test points as the plan says, in order.
fn check_tap(document: &Document) {
    let page = plain(document, Format::Tap);
    let mut lines = page.lines();
    assert_eq!(lines.next(), Some("TAP version 14"));
    let plan = lines.next().expect("a plan");
    let planned: usize = plan.trim_start_matches("1..").split(' ').next().expect("a number").parse().expect(plan);
    assert_eq!(planned, document.cases.len());
    let mut number = 0;
    let mut block: Option<String> = None;
    for line in lines {
        match (&mut block, line) {
            (None, "  ---") => block = Some(String::new()),
            (Some(text), "  ...") => {
                let value: serde_yaml::Value = serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
                assert_eq!(value["verdict"], verdict_name(document.cases[number - 1].verdict));
                block = None;
            }
            (Some(text), line) => {
                text.push_str(line.strip_prefix("  ").unwrap_or_else(|| panic!("a block's line: {line:?}")));
                text.push('\n');
            }
            (None, line) if line.starts_with("# ") => {}
            (None, line) => {
                number += 1;
                let point = line.trim_start_matches("not ").strip_prefix("ok ").unwrap_or_else(|| panic!("{line:?}"));
                let (found, description) = point.split_once(" - ").unwrap_or_else(|| panic!("{line:?}"));
                assert_eq!(found, number.to_string());
                check_directive(&document.cases[number - 1], description);
            }
        }
    }
    assert!(block.is_none() && number == planned, "{number} of {planned}");
}

/// What stands behind a number sign that no backslash escapes is a directive.
fn check_directive(case: &CaseResult, description: &str) {
    let mut escaped = false;
    let mut directive = "";
    for (at, character) in description.char_indices() {
        if character == '#' && !escaped {
            directive = &description[at + 1..];
            break;
        }
        escaped = character == '\\' && !escaped;
    }
    let expected: &[&str] = match case.verdict {
        CaseVerdict::NotApplicable => &["SKIP"],
        CaseVerdict::KnownFailure | CaseVerdict::UnexpectedPass => &["TODO"],
        CaseVerdict::Inconclusive => &["SKIP", ""],
        _ => &[""],
    };
    let found = directive.split_whitespace().next().unwrap_or_default();
    assert!(expected.contains(&found), "{description:?}");
}

fn verdict_name(verdict: CaseVerdict) -> String {
    let name = serde_json::to_value(verdict).expect("a verdict has a name");
    name.as_str().expect("which is a text").to_owned()
}

/// GitHub: one command a line, each with what it needs and no character that the runner would act on.
fn check_github(document: &Document) {
    let page = plain(document, Format::Github);
    let told = |case: &&CaseResult| {
        !matches!(case.verdict, CaseVerdict::Pass | CaseVerdict::NotApplicable | CaseVerdict::Inconclusive)
    };
    assert!(page.lines().count() > document.cases.iter().filter(told).count());
    for line in page.lines() {
        let (kind, rest) = line.strip_prefix("::").and_then(|line| line.split_once(' ')).expect(line);
        assert!(["error", "warning", "notice"].contains(&kind), "{line}");
        let (properties, _) = rest.split_once("::").expect(line);
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').expect(line);
            assert!(["file", "line", "title"].contains(&name), "{line}");
            assert!(!value.contains(':'), "{line}");
        }
        assert!(line.chars().all(|character| !character.is_control()), "{line:?}");
    }
}

/// Markdown: the only markup is ours. What a peer says can't end its cell, its fold or its code.
fn check_markdown(document: &Document) {
    let page = plain(document, Format::Markdown);
    let mut open_folds = 0;
    let mut in_code = false;
    let mut columns = None;
    for event in Parser::new_ext(&page, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => match html.trim() {
                "</details>" => open_folds -= 1,
                fold => {
                    let summary = fold.strip_prefix("<details><summary>").expect(fold);
                    let summary = summary.strip_suffix("</summary>").expect(fold);
                    let inner = summary
                        .split_once("<code>")
                        .map_or(summary, |(_, code)| code.strip_suffix("</code>").expect(fold));
                    assert!(!inner.contains(['<', '>', '"', '\n']), "{fold}");
                    open_folds += 1;
                }
            },
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::FootnoteDefinition(_) | Tag::BlockQuote(_)) => {
                panic!("a text of the document became markup: {page}");
            }
            Event::Start(Tag::Heading { level, .. }) => assert!(level as usize == 2 || level as usize == 3),
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(pulldown_cmark::TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Table(alignments)) => columns = Some(alignments.len()),
            Event::Text(text) if !in_code => {
                assert!(!text.contains(['@', '#', '<', '>', '|']) || text.trim() == "#", "{text:?} may act");
            }
            Event::Rule => panic!("a line became a rule: {page}"),
            _ => {}
        }
    }
    assert_eq!(open_folds, 0);
    let broken = document.rules.iter().filter(|rule| rule.verdict == RuleVerdict::Broken).count();
    assert_eq!(columns, (broken > 0).then_some(5));
    let rows = page.lines().filter(|line| line.starts_with("| ")).count();
    assert!(broken == 0 || rows >= broken + 2, "{rows} rows: {page}");
}

fn check_all(document: &Document) {
    check_junit(document);
    check_tap(document);
    check_github(document);
    check_markdown(document);
}

#[test]
fn no_handmade_document_breaks_a_form() {
    for (_, document) in handmade::all() {
        check_all(&document);
    }
}

/// Texts that are out to break a form, alone and joined.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "]]>",
            "<!--",
            "-->",
            "<script>alert(1)</script>",
            "&lt;",
            "&#0;",
            "\0",
            "\u{b}",
            "\u{fffe}",
            "\r\n",
            "\n",
            "\n\n",
            "ok 1 - x",
            "\nnot ok 9",
            "1..0",
            "# SKIP",
            "\\# TODO",
            "\n  ...\n",
            "\n...\n",
            "---",
            "Bail out!",
            "```",
            "````",
            "`",
            "|",
            "\\|",
            "\\",
            "</details>",
            "<details>",
            "@team",
            "#12",
            "GH-1",
            "http://x.example",
            "www.x.example",
            "deadbeef",
            "![a](b)",
            "[a](b)",
            "*",
            "_",
            "~~",
            "    ",
            "\t",
            "- ",
            "1. ",
            "> ",
            "=====",
            "::error::x",
            "\n::set-output name=a::b",
            "%0A",
            "%",
            "::",
            ",",
            ":",
            "\u{1b}[31m",
            "\u{202e}",
            "\u{2028}",
            "$x$",
            "^",
            "{{",
            "}}",
            "'",
            "\"",
            "日本",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn hostile_case(verdict: CaseVerdict, text: &str, other: &str) -> CaseResult {
    CaseResult {
        title: text.into(),
        section: other.into(),
        verdict,
        reason: Some(Reason::new(other, text)),
        known_failure: Some(KnownFailure { reason: other.into(), issue: Some(text.into()), ..KnownFailure::default() }),
        location: format!("{other}:7"),
        expected: Some(other.into()),
        observed: Some(text.into()),
        output: Some(text.into()),
        transcript: vec![
            TranscriptEntry::event(0.0, text, Role::Client, other).meaning(text),
            TranscriptEntry::octets(0.0, other, Role::Server, text.as_bytes()).meaning(other).breaking(text),
        ],
        ..failure(text, &[other], &[text])
    }
}

proptest! {
    #[test]
    fn no_text_breaks_a_form(text in hostile_text(), other in hostile_text(), number in 0..8usize) {
        let case = hostile_case(CaseVerdict::ALL[number], &text, &other);
        let rules = vec![rule(&text, Level::Must), rule(&other, Level::Should)];
        let note = RunEvent::Note(other.clone());
        let mut document = document(rules, vec![case.clone(), case], vec![note]);
        document.rules[0].text = other.clone();
        document.rules[0].clause = text.clone();
        document.target.name = text;
        document.target.address = other;
        check_all(&document);
    }
}

#[test]
fn control_characters_are_replaced_legibly_in_xml() {
    let case =
        CaseResult { observed: Some("a\u{0}b\u{1b}[31mc\u{fffe}".into()), ..failure("server/a/x", &[], &["a.one"]) };
    let xml = plain(&document(vec![rule("a.one", Level::Must)], vec![case], vec![]), Format::Junit);
    assert!(xml.contains(r"observed a\0b\u{1b}[31mc\u{fffe}"), "{xml}");
}

#[test]
fn a_page_for_a_pull_request_keeps_to_the_room_of_a_comment() {
    let cases = (0..500).map(|number| hostile_case(CaseVerdict::Fail, &format!("server/a/{number}"), "b")).collect();
    let document = document(vec![rule("a.one", Level::Must)], cases, vec![]);
    let page = plain(&document, Format::Markdown);
    assert!(page.len() < 65_536, "{}", page.len());
    assert!(page.contains("for which this page has no room"));
}
