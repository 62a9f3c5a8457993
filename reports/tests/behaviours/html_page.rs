use proptest::prelude::*;
use sinkcheck_reports::document::ScenarioText;
use sinkcheck_reports::{Document, Format, RenderOptions};

use crate::all_over::all_over;
use crate::handmade;
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

/// How many tags there are. In what is not markup, `<` is spelled otherwise.
fn tags(page: &str) -> usize {
    page.matches('<').count()
}

proptest! {
    #[test]
    fn whatever_peers_say_adds_no_markup_and_hides_nothing(text in "\\PC{1,12}|.{1,12}|[<>&\"'/a-z!-]{1,24}|(</script>|<!--|<script>|]]>){1,3}") {
        for format in [Format::Html, Format::Badge] {
            let plain = page(&all_over("x", |case| vec![case]), format, &RenderOptions::default());
            let page = page(&all_over(&text, |case| vec![case]), format, &RenderOptions::default());
            prop_assert_eq!(tags(&page), tags(&plain));
            let hidden: String = page.chars().filter(|&character| is_dangerous(character)).collect();
            prop_assert_eq!(hidden, "");
        }
    }
}
