use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::handmade;
use crate::snapshots::{check, page};

fn text(document: &Document) -> String {
    page(document, Format::Text, &RenderOptions::default())
}

#[test]
fn each_handmade_document_has_its_report() {
    for (name, document) in handmade::all() {
        check(&format!("text_{name}"), &text(&document));
    }
}

#[test]
fn colour_marks_what_matters() {
    let options = RenderOptions { colour: true, ..RenderOptions::default() };
    let page = page(&handmade::failing(), Format::Text, &options);
    check("text_failing_in_colour", &page.replace('\u{1b}', "␛"));
}

#[test]
fn colour_adds_nothing_but_colour() {
    for (name, document) in handmade::all() {
        let options = RenderOptions { colour: true, ..RenderOptions::default() };
        let mut coloured = page(&document, Format::Text, &options);
        while let Some(start) = coloured.find('\u{1b}') {
            let end = coloured[start..].find('m').expect("a colour ends with m");
            coloured.replace_range(start..=start + end, "");
        }
        assert_eq!(coloured, text(&document), "{name}");
    }
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let options = RenderOptions { width: 60, ..RenderOptions::default() };
    let page = page(&handmade::failing(), Format::Text, &options);
    let wide: Vec<&str> = page.lines().filter(|line| line.chars().count() > 60).collect();
    assert_eq!(wide, Vec::<&str>::new());
    check("text_failing_narrow", &page);
}

#[test]
fn verbose_leaves_nothing_out() {
    let options = RenderOptions { verbose: true, ..RenderOptions::default() };
    let page = page(&handmade::flooded(), Format::Text, &options);
    let abridged = ["entries left out", "more characters", "lines before", "…"];
    assert!(abridged.iter().all(|sign| !page.contains(sign)), "something was left out");
    assert!(page.contains("ack 2000") && page.contains("[acme] handled 7\n"));
    for rule in handmade::flooded().rules {
        let beginning: String = rule.text.chars().take(24).collect();
        assert!(page.contains(&beginning), "{}", rule.id);
    }
}

#[test]
fn verbose_shows_the_exchange_of_known_failures() {
    let options = RenderOptions { verbose: true, ..RenderOptions::default() };
    let document = handmade::only_known_failures();
    assert!(page(&document, Format::Text, &options).contains("breaks handshake.quarantined-closes"));
    assert!(!text(&document).contains("breaks handshake.quarantined-closes"));
}

#[test]
fn an_exchange_in_which_no_entry_is_to_blame_is_marked_at_its_end() {
    let mut document = handmade::failing();
    for entry in document.cases.iter_mut().flat_map(|case| &mut case.transcript) {
        entry.breaks.clear();
    }
    let text = page(&document, Format::Text, &RenderOptions::default());
    let place = text.find("✗ server/handshake/quarantined").expect("it failed");
    let case = &text[place..];
    let end = case.lines().find(|line| line.contains("│  observed: ")).expect("the end is marked");
    assert!(end.starts_with("  ✗ ") && end.ends_with('│'), "{end}");
    // Where an entry is to blame, that is marked and nothing else.
    let text = page(&handmade::failing(), Format::Text, &RenderOptions::default());
    let place = text.find("✗ server/handshake/quarantined").expect("it failed");
    let end = text[place..].find("\n\n").expect("another part");
    assert!(!text[place..place + end].contains("│  observed: "), "{text}");
}

#[test]
fn a_long_exchange_shows_where_it_went_wrong() {
    let page = text(&handmade::flooded());
    assert!(page.contains("breaks events.one-answer"));
    assert!(page.contains("publish 1000 "), "the PUBLISH that was never answered is shown");
    assert!(page.contains("entries left out"));
    assert!(page.lines().count() < 100);
}

#[test]
fn no_line_ends_in_blanks() {
    for (name, document) in handmade::all() {
        for line in text(&document).lines() {
            assert_eq!(line, line.trim_end(), "{name}");
        }
    }
}

#[test]
fn the_verdict_is_the_last_thing_said() {
    for (name, document) in handmade::all() {
        let page = text(&document);
        let last = page.lines().rev().find(|line| line.starts_with("VERDICT")).expect(name);
        let place = page.lines().count() - page.lines().position(|line| line == last).expect(name);
        assert!(place <= 3 || name == "hostile", "{name}: {place} lines from the end");
    }
}
