//! What peers send is text, whatever is in it.

use std::path::Path;

use sinkcheck_reports::document::{CaseResult, Level, Role, ScenarioText, TranscriptEntry};

use crate::handmade::{self, document, failure, rule};
use crate::opened::Opened;

pub(crate) const ALL: &[crate::Test] = &[
    ("a_message_that_contains_markup_stays_text", markup),
    ("the_policy_stops_a_fetch_and_a_script", policy),
    ("a_hostile_document_runs_nothing_and_hides_nothing", hostile),
];

const EVIL: &str = "</script><script>globalThis.evil = 1</script><img src=x onerror='globalThis.evil = 2'><b>bold</b>";

fn markup(program: &Path) {
    for repeated in [1, 200] {
        // The long form is the one that is compressed.
        let evil = EVIL.repeat(repeated);
        let case = CaseResult {
            title: evil.clone(),
            expected: Some(evil.clone()),
            observed: Some(evil.clone()),
            output: Some(evil.clone()),
            transcript: vec![
                TranscriptEntry::octets(0.0, EVIL, Role::Client, EVIL.as_bytes())
                    .meaning(format!("NACK 1 {{ {evil} }}"))
                    .breaking("a.one"),
                TranscriptEntry::event(1.0, "b", Role::Server, evil.clone()),
            ],
            ..failure("server/a/evil", &["a.one"], &["a.one"])
        };
        let mut document = document(vec![rule("a.one", Level::Must)], vec![case], vec![]);
        document.scenarios.push(ScenarioText { file: "cases/suites/server/a/evil.yaml".into(), text: evil.clone() });
        let mut page = Opened::new(program, &document, "#case=server/a/evil");
        page.drawn();
        page.browser.value("document.querySelector('.exchange summary').click()");
        page.browser.until("document.querySelector('.exchange pre.octets')");
        let shown = page.text(".exchange summary .fields") + &page.text(".exchange summary .what");
        assert!(shown.contains("<script>"), "{shown}");
        assert!(page.text(".exchange .event .what") == evil, "the text is whole");
        assert!(page.text(".scenario code") == evil, "the text is whole");
        assert!(page.text(".output") == evil, "the text is whole");
        assert_eq!(page.count("img, b:not(.count, .what, .counts b)"), 0);
        assert_eq!(page.count("script:not([type])"), 1);
        assert_eq!(page.browser.value("typeof globalThis.evil"), "undefined");
        page.is_quiet();
    }
}

/// The last line of defence holds by itself: what would get in would neither run nor fetch.
fn policy(program: &Path) {
    let mut page = Opened::new(program, &handmade::conforming(), "");
    page.is_quiet();
    page.browser.value(
        "new Promise((done) => {
            globalThis.stopped = [];
            addEventListener('securitypolicyviolation', (event) => {
                stopped.push(event.effectiveDirective);
                if (stopped.length === 3) done();
            });
            const script = document.createElement('script');
            script.textContent = 'globalThis.evil = 1';
            const image = document.createElement('img');
            image.src = 'other.png';
            document.body.append(script, image);
            fetch('other.json').catch(() => {});
        })",
    );
    let mut stopped: Vec<String> = serde_json::from_value(page.browser.value("stopped")).expect("texts");
    stopped.sort();
    assert_eq!(stopped, ["connect-src", "img-src", "script-src-elem"]);
    assert_eq!(page.browser.value("typeof globalThis.evil"), "undefined");
}

fn hostile(program: &Path) {
    let mut page = Opened::new(program, &handmade::hostile(), "");
    page.browser.value("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
    page.browser.until("document.querySelectorAll('details.case[data-filled]').length === 8");
    let visible = page.browser.value("document.body.innerText");
    let text = visible.as_str().expect("a text");
    let dangerous = |c: &char| {
        c.is_control() && *c != '\n' && *c != '\t'
            || ('\u{202a}'..='\u{202e}').contains(c)
            || ('\u{200b}'..='\u{200f}').contains(c)
    };
    assert_eq!(text.chars().filter(dangerous).collect::<String>(), "");
    assert!(text.contains("\\u{202e}") && text.contains("<b>&amp;\"</b>"), "it is spelled out");
    // Nothing is wider than a phone.
    page.browser.ask(
        "Emulation.setDeviceMetricsOverride",
        serde_json::json!({ "width": 390, "height": 800, "deviceScaleFactor": 2, "mobile": true }),
    );
    let wide = "[...document.querySelectorAll('body *')]
        .filter((part) => part.checkVisibility() && !part.closest('pre, .scenario, .spoken') && part.getBoundingClientRect().right > 391)
        .map((part) => `${part.localName}.${part.className.baseVal ?? part.className}`)";
    assert_eq!(page.browser.value(wide), serde_json::json!([]));
    assert_eq!(page.browser.value("document.documentElement.scrollWidth"), 390);
    page.is_quiet();
}
