use proptest::prelude::*;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Level, Reason, Role, TranscriptEntry};
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::handmade::{self, document, failure, rule};
use crate::snapshots::page;

/// Whether a terminal may do something else with the character than to show it where it stands.
pub(crate) fn is_dangerous(character: char) -> bool {
    let formats = ['\u{ad}', '\u{61c}', '\u{feff}', '\u{2028}', '\u{2029}'];
    character != '\n' && character.is_control()
        || ('\u{200b}'..='\u{200f}').contains(&character)
        || ('\u{202a}'..='\u{202e}').contains(&character)
        || ('\u{2060}'..='\u{206f}').contains(&character)
        || formats.contains(&character)
}

fn all_widths(document: &Document) -> Vec<String> {
    let mut pages = Vec::new();
    for width in [70, 80, 100, 1000] {
        for verbose in [false, true] {
            pages.push(page(document, Format::Text, &RenderOptions { colour: false, width, verbose }));
        }
    }
    pages
}

#[test]
fn nothing_in_a_document_commands_the_terminal() {
    for (name, document) in handmade::all() {
        for page in all_widths(&document) {
            let found: String = page.chars().filter(|&character| is_dangerous(character)).collect();
            assert!(found.is_empty(), "{name}: {found:?}");
        }
    }
}

#[test]
fn with_colour_the_only_commands_are_our_colours() {
    let options = RenderOptions { colour: true, ..RenderOptions::default() };
    let page = page(&handmade::hostile(), Format::Text, &options);
    let mut rest = page.as_str();
    while let Some(start) = rest.find('\u{1b}') {
        let command = rest[start + 1..].strip_prefix('[').expect("a control sequence");
        let end = command.find(|c: char| !c.is_ascii_digit() && c != ';').expect("its end");
        assert!(command[end..].starts_with('m'), "{:?}", &command[..=end]);
        rest = &command[end..];
    }
    let others: String = page.chars().filter(|&c| c != '\u{1b}' && is_dangerous(c)).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn no_text_of_a_peer_begins_a_line() {
    for page in all_widths(&handmade::hostile()) {
        let verdicts: Vec<&str> = page.lines().filter(|line| line.starts_with("VERDICT")).collect();
        assert_eq!(verdicts, ["VERDICT  does not conform: 1 MUST rule broken, 1 of 8 cases failed"]);
    }
}

proptest! {
    #[test]
    fn any_text_anywhere_is_shown_safely(text in any::<String>(), width in 0..200usize) {
        let case = CaseResult {
            title: text.clone(),
            reason: Some(Reason::new(&*text, &*text)),
            expected: Some(text.clone()),
            observed: Some(text.clone()),
            output: Some(text.clone()),
            transcript: vec![
                TranscriptEntry::event(0.0, &*text, Role::Client, &*text).meaning(&*text),
                TranscriptEntry::octets(0.0, "b", Role::Server, text.as_bytes()).meaning(&*text).breaking(&*text),
            ],
            ..failure(&text, &[], &["a.one"])
        };
        let open = CaseResult { verdict: CaseVerdict::Inconclusive, ..case.clone() };
        let document = document(vec![rule("a.one", Level::Must)], vec![case, open], vec![]);
        let page = page(&document, Format::Text, &RenderOptions { colour: false, width, verbose: false });
        prop_assert_eq!(page.chars().filter(|&character| is_dangerous(character)).collect::<String>(), "");
    }
}
