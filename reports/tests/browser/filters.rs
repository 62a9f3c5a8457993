//! The filters, and the address that keeps them.

use std::path::Path;

use crate::handmade;
use crate::opened::Opened;

pub(crate) const ALL: &[crate::Test] = &[
    ("filters_choose_cases_and_are_kept_in_the_address", choose),
    ("an_address_with_filters_opens_with_them", kept),
    ("links_set_filters", links),
    ("no_case_that_fits_is_said", nothing_fits),
];

const SET: &str = "(name, value) => {
    const field = document.querySelector(`.filters [name=${name}]`);
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
}";

fn choose(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), "");
    assert_eq!(page.listed().len(), 17);
    let mut set = |name: &str, value: &str, listed: &[&str], hash: &str, said: &str| {
        page.browser.value(&format!("({SET})({name:?}, {value:?})"));
        assert_eq!(page.listed(), listed, "{name} {value}");
        assert_eq!(page.browser.value("location.hash"), hash);
        assert_eq!(page.text(".shown"), said);
    };
    let failed = ["server/framing/longest", "server/handshake/quarantined", "server/events/acknowledged"];
    set("verdict", "fail", &failed, "#verdict=fail", "3 of 17 cases");
    set("section", "events", &failed[2..], "#verdict=fail&section=events", "1 of 17 cases");
    set("section", "", &failed, "#verdict=fail", "3 of 17 cases");
    set("text", "QUARANT closes", &failed[1..2], "#verdict=fail&text=QUARANT%20closes", "1 of 17 cases");
    set("text", "", &failed, "#verdict=fail", "3 of 17 cases");
    set("level", "SHOULD", &[], "#verdict=fail&level=SHOULD", "0 of 17 cases");
    page.browser.value("document.querySelector('.filters [type=reset]').click()");
    page.browser.until("location.hash === '#cases'");
    assert_eq!(page.listed().len(), 17);
    page.is_quiet();
}

fn kept(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), "#verdict=warn&level=SHOULD&text=over");
    assert_eq!(page.listed(), ["server/identity/takeover"]);
    assert_eq!(page.browser.value("document.querySelector('[name=verdict]').value"), "warn");
    assert_eq!(page.browser.value("document.querySelector('[name=text]').value"), "over");
    page.again("#section=elsewhere");
    assert!(page.listed().is_empty());
    page.again("");
    assert_eq!(page.listed().len(), 17);
    page.is_quiet();
}

fn links(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), "");
    page.browser.value("document.querySelector('.counts .inconclusive a').click()");
    page.browser.until("location.hash === '#verdict=inconclusive'");
    assert_eq!(page.listed(), ["server/keepalive/silent-peer"]);
    // From a rule to its cases, and from a case to the rule, which is folded away.
    page.browser.value("document.querySelector('table.rules a[href=\"#text=framing.any-length\"]').click()");
    page.browser.until("location.hash === '#text=framing.any-length'");
    assert_eq!(page.listed(), ["server/framing/longest"]);
    page.browser.value("document.querySelector('ul.cases > li:not([hidden]) .told a').click()");
    page.browser.until("document.querySelector('tr:target')?.checkVisibility()");
    assert!(page.text("tr:target code").contains("framing.any-length"));
    page.is_quiet();
}

fn nothing_fits(program: &Path) {
    let mut page = Opened::new(program, &handmade::failing(), "#text=no such words");
    assert!(page.listed().is_empty());
    page.browser.until("document.querySelector('#cases > .none').checkVisibility()");
    page.is_quiet();
}
