//! What a case shows when it is opened.

use std::path::Path;

use sinkcheck_reports::document::ScenarioText;

use crate::handmade;
use crate::opened::Opened;

pub(crate) const ALL: &[crate::Test] = &[
    ("a_failing_case_opens_to_its_exchange", exchange),
    ("what_never_came_is_told_at_the_end_of_the_exchange", end),
    ("the_scenario_is_shown_with_its_line_marked", scenario),
    ("a_case_opens_by_keyboard_and_is_kept_in_the_address", keyboard),
    ("each_play_of_a_case_has_its_own_address", plays),
    ("a_print_says_what_it_leaves_out", print),
    ("light_and_dark_can_be_chosen", themes),
    ("every_document_opens_without_a_complaint", every_document),
];

const QUARANTINED: &str = "#verdict=fail&case=server/handshake/quarantined";

fn exchange(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), QUARANTINED);
    page.drawn();
    assert_eq!(page.count("details.case[open] .exchange > li:not(.pause)"), 5);
    assert_eq!(page.count("details.case[open] .exchange > li.pause"), 1);
    assert_eq!(page.count(".exchange .bad"), 1);
    let bad = page.text(".exchange .bad .line");
    assert!(bad.contains("403.1") && bad.contains("server to client: pong"), "{bad}");
    assert!(bad.contains("breaks handshake.quarantined-closes"), "{bad}");
    // The octets are there when they are asked for, and not before.
    assert_eq!(page.count(".exchange pre.octets"), 0);
    page.browser.value("document.querySelector('.exchange .bad summary').click()");
    page.browser.until("document.querySelector('.exchange .bad pre.octets')");
    assert!(page.text(".exchange .bad pre.octets").contains("00 02 60 00"));
    assert_eq!(page.count(".exchange pre.octets"), 1);
    page.is_quiet();
}

fn end(program: &Path) {
    let mut document = handmade::failing();
    for entry in document.cases.iter_mut().flat_map(|case| &mut case.transcript) {
        entry.breaks.clear();
    }
    let observed = document
        .cases
        .iter()
        .find(|case| case.id == "server/handshake/quarantined")
        .and_then(|case| case.observed.clone());
    let mut page = Opened::new(program, &document, QUARANTINED);
    page.drawn();
    assert_eq!(page.text(".exchange > .end"), format!("✗ observed: {}", observed.expect("it tells")));
    page.is_quiet();
}

fn scenario(program: &Path) {
    let mut document = handmade::failing();
    let file = "cases/suites/server/handshake/quarantined.yaml";
    let text = (1..=20).map(|line| format!("line {line} </code><b>\n")).collect();
    document.scenarios.push(ScenarioText { file: file.into(), text });
    let place = document.cases.iter().position(|case| case.id == "server/handshake/quarantined").expect("it is there");
    document.cases[place].location = format!("{file}:14");
    let mut page = Opened::new(program, &document, QUARANTINED);
    page.drawn();
    assert_eq!(page.count(".scenario > li"), 20);
    assert_eq!(page.text(".scenario > li.marked"), "The step that decided: line 14 </code><b>");
    assert_eq!(
        page.text("details[open] .command code"),
        "sinkcheck certify server --target FILE --case server/handshake/quarantined"
    );
    page.is_quiet();
}

fn keyboard(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), "#verdict=fail");
    page.browser.value("document.querySelector('.filters [type=reset]').focus()");
    page.browser.press("Tab");
    assert_eq!(page.browser.value("document.activeElement.closest('li').dataset.key"), "server/framing/longest");
    page.browser.press("Enter");
    page.drawn();
    page.browser.until("location.hash === '#verdict=fail&case=server/framing/longest'");
    // On from there lie the links of the case and then its frames.
    let in_a_frame = "document.activeElement.matches('.exchange summary')";
    for _ in 0..20 {
        if page.browser.value(in_a_frame) == true {
            break;
        }
        page.browser.press("Tab");
    }
    assert_eq!(page.browser.value(in_a_frame), true);
    page.browser.press("Enter");
    page.browser.until("document.querySelector('.exchange pre.octets')");
    page.is_quiet();
}

fn plays(program: &Path) {
    let mut page = Opened::new(program, &handmade::unsteady(), "#case=server/keepalive/ping~3");
    page.drawn();
    assert_eq!(page.text("details.case[open] .word"), "failed");
    assert_eq!(page.count("details.case[open]"), 1);
    page.is_quiet();
}

fn print(program: &Path) {
    let mut document = handmade::failing();
    let case = document.cases.iter_mut().find(|case| case.id == "server/handshake/quarantined").expect("it is there");
    let entry = case.transcript[0].clone();
    case.transcript.splice(0..0, std::iter::repeat_n(entry, 1000));
    let mut page = Opened::new(program, &document, QUARANTINED);
    page.drawn();
    let whole = page.browser.value("document.querySelectorAll('.exchange > li:not(.gap):not(.pause)').length");
    page.browser.ask("Emulation.setEmulatedMedia", serde_json::json!({ "media": "print" }));
    let seen = |selector: &str| format!("document.querySelector({selector:?}).checkVisibility()");
    assert_eq!(page.browser.value(&seen(".exchange > .gap > span")), true);
    assert_eq!(page.browser.value(&seen(".exchange > .gap > button")), false);
    let left_out = 1005 - whole.as_u64().expect("a number");
    assert_eq!(page.text(".exchange > .gap > span"), format!("{left_out} entries not drawn"));
    // Rules are folded on a screen, and not on paper.
    page.browser.value("dispatchEvent(new Event('beforeprint'))");
    let folded = "[...document.querySelectorAll('details.rules')].filter((details) => !details.open).length";
    assert_eq!(page.browser.value(folded), 0);
    page.is_quiet();
}

fn themes(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), "");
    let ground = "getComputedStyle(document.body).backgroundColor";
    let first = page.browser.value(ground);
    page.browser.value("document.querySelector('button.theme').click()");
    let second = page.browser.value(ground);
    assert_ne!(first, second);
    page.browser.value("document.querySelector('button.theme').click()");
    assert_eq!(page.browser.value(ground), first);
    page.is_quiet();
}

fn every_document(program: &Path) {
    for (name, document) in handmade::all() {
        let mut page = Opened::new(program, &document, "");
        let cases = document.cases.len() as u64;
        assert_eq!(page.listed().len() as u64, cases, "{name}");
        page.browser.value("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
        page.browser.until(&format!("document.querySelectorAll('details.case[data-filled]').length === {cases}"));
        page.browser
            .value("document.querySelectorAll('.exchange details').forEach((details) => { details.open = true; })");
        assert_eq!(page.count("p.noscript:not(noscript *)"), 0, "{name}");
        page.is_quiet();
    }
}
