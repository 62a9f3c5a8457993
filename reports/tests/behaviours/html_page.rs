use proptest::prelude::*;
use sinkcheck_reports::document::{CaseResult, Level, Reason, Role, ScenarioText, TranscriptEntry};
use sinkcheck_reports::event::{RuleInfo, RunEvent};
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::handmade::{self, document, failure, rule};
use crate::hostile_text::is_dangerous;
use crate::snapshots::{check, page};

fn html(document: &Document) -> String {
    page(document, Format::Html, &RenderOptions::default())
}

/// The page without what is the same in each, and without what is compressed.
fn skeleton(page: &str) -> String {
    let mut rest = page;
    let mut kept = String::new();
    let begins =
        ["<style>", "<script>", "<script type=\"application/x-json-deflate\" class=\"case-data\">", "'none'; "];
    loop {
        let first = begins.iter().filter_map(|begin| rest.find(begin).map(|at| (at, *begin))).min();
        let Some((at, begin)) = first else {
            kept.push_str(rest);
            return kept;
        };
        let inside = at + begin.len();
        let end = if begin.starts_with('<') { "</" } else { "\">" };
        kept.push_str(&rest[..inside]);
        kept.push('…');
        rest = &rest[inside + rest[inside..].find(end).expect("it ends")..];
    }
}

#[test]
fn the_pages_are_as_reviewed() {
    for (name, document) in handmade::all() {
        check(&format!("html_{name}"), &skeleton(&html(&document)));
    }
}

#[test]
fn a_page_shows_the_scenario_and_how_to_play_it_again() {
    let mut document = handmade::failing();
    document.arguments = ["certify", "server", "--target", "my target.yaml"].map(str::to_owned).to_vec();
    let case = document.cases.iter().find(|case| case.id.ends_with("/quarantined")).expect("it is there").clone();
    document.scenarios =
        vec![ScenarioText { file: format!("cases/suites/{}.yaml", case.id), text: "title: it\nsteps: []\n".into() }];
    let page = html(&document);
    assert!(page.contains(
        "<code>sinkcheck certify server --target &#39;my target.yaml&#39; --case server/handshake/quarantined</code>"
    ));
    assert!(page.contains("class=\"scenarios\">[\"title: it\\nsteps: []\\n\"]</script>"));
    assert!(page.contains("\"scenario\":[0,9],\"connections\":[\"client\"]"));
}

/// A document in which all that anybody else wrote is this.
fn all_over(text: &str) -> Document {
    let info = RuleInfo {
        section: text.into(),
        section_title: text.into(),
        clause: text.into(),
        source: text.into(),
        text: text.into(),
        ..rule(text, Level::Must)
    };
    let case = CaseResult {
        title: text.into(),
        section: text.into(),
        reason: Some(Reason::new(text, text)),
        expected: Some(text.into()),
        observed: Some(text.into()),
        shown_by: vec![text.into()],
        location: text.into(),
        output: Some(text.into()),
        transcript: vec![
            TranscriptEntry::event(0.0, text, Role::Client, text).meaning(text),
            TranscriptEntry::octets(0.0, "b", Role::Server, text.as_bytes()).meaning(text).breaking(text),
        ],
        ..failure(text, &[text], &[text])
    };
    let further = vec![
        RunEvent::Note(text.into()),
        RunEvent::CalledAs(vec![text.into()]),
        RunEvent::Scenario(ScenarioText { file: text.into(), text: text.into() }),
    ];
    let mut document = document(vec![info, rule("other.unreached", Level::Should)], vec![case], further);
    document.rules[1].needs = vec![text.into()];
    document.target.name = text.into();
    document.target.address = text.into();
    document.target.capabilities = vec![text.into()];
    document.suite.version = text.into();
    document
}

/// How many tags there are. In what is not markup, `<` is spelled otherwise.
fn tags(page: &str) -> usize {
    page.matches('<').count()
}

proptest! {
    #[test]
    fn whatever_peers_say_adds_no_markup_and_hides_nothing(text in "\\PC{1,12}|.{1,12}|[<>&\"'/a-z!-]{1,24}|(</script>|<!--|<script>|]]>){1,3}") {
        for format in [Format::Html, Format::Badge] {
            let plain = page(&all_over("x"), format, &RenderOptions::default());
            let page = page(&all_over(&text), format, &RenderOptions::default());
            prop_assert_eq!(tags(&page), tags(&plain));
            let hidden: String = page.chars().filter(|&character| is_dangerous(character)).collect();
            prop_assert_eq!(hidden, "");
        }
    }
}
