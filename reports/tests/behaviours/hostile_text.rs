use proptest::prelude::*;
use sinkcheck_reports::compare::{self, compare};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, KnownFailure, Level, Reason, Role, TranscriptEntry};
use sinkcheck_reports::matrix::{self, Matrix};
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::all_over::all_over;
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

/// The command that a CI server's runner takes from a line of a log, as that of GitHub Actions reads it (`ActionCommand.cs`).
fn command(line: &str) -> Option<&str> {
    if let Some((command, _)) = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::")) {
        return Some(command);
    }
    let (_, rest) = line.split_once("##[")?;
    rest.split_once(']').map(|(command, _)| command)
}

/// The document in every form for people or logs. What is of ours in them begins with `::`, in one of them.
fn all_logs(document: &Document) -> Vec<(&'static str, String)> {
    let mut pages = Vec::new();
    for format in [Format::Text, Format::Tap, Format::Markdown, Format::Junit, Format::Github] {
        for (verbose, width) in [(false, 40), (true, 100)] {
            pages.push((format.name(), page(document, format, &RenderOptions { colour: false, width, verbose })));
        }
    }
    let difference =
        compare(&Document { cases: vec![], rules: vec![], ..document.clone() }, document).expect("one role");
    let mut matrix = Matrix::new();
    matrix.add(document).expect("it is the first");
    let options = RenderOptions { verbose: true, ..RenderOptions::default() };
    let mut written = |name, write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
        let mut page = Vec::new();
        write(&mut page).expect("a vector takes every write");
        pages.push((name, String::from_utf8(page).expect("UTF-8")));
    };
    written("diff", &|out| compare::text(&difference, &options, out));
    written("diff in markdown", &|out| compare::markdown(&difference, &options, out));
    written("matrix", &|out| matrix::text(&matrix, &options, out));
    written("matrix in markdown", &|out| matrix::markdown(&matrix, &options, out));
    pages
}

/// A document with this text wherever a peer's, or anybody's, may be, and a case of each verdict.
fn with_each_verdict(text: &str) -> Document {
    let known_failure = KnownFailure { reason: text.into(), issue: Some(text.into()), ..KnownFailure::default() };
    all_over(text, |case| {
        let case = CaseResult { location: format!("{text}:7"), known_failure: Some(known_failure), ..case };
        CaseVerdict::ALL.map(|verdict| CaseResult { verdict, ..case.clone() }).to_vec()
    })
}

#[test]
fn nothing_in_a_document_commands_a_ci_server_that_shows_it() {
    for text in
        ["::error::x", "a\n::add-mask::x", "a\n \t::stop-commands::x", "##[set-output name=a]b", "a ###[error]c"]
    {
        assert!(text.lines().any(|line| command(line).is_some()), "{text:?} commands");
        for (name, page) in all_logs(&with_each_verdict(text)) {
            for line in page.lines() {
                let ours = name == "github"
                    && ["error", "warning", "notice"].iter().any(|kind| {
                        line.starts_with(&format!("::{kind} title=sinkcheck::"))
                            || line.starts_with(&format!("::{kind} file="))
                    });
                assert!(ours || command(line).is_none(), "{name}, {text:?}: {line}");
            }
        }
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
