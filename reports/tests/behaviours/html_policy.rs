//! The page's content security policy, which names its script and its style by their digests.

use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use sinkcheck_reports::{Format, RenderOptions};

use crate::handmade;
use crate::snapshots::page;

/// What lies between the only two of these that have no attributes.
fn element<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, from) = page.split_once(&format!("<{name}>")).expect("it begins");
    from.split_once(&format!("</{name}>")).expect("it ends").0
}

fn digest(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)))
}

/// With `UPDATE_POLICY=1` in the environment, writes the file instead; what is built after that has it.
#[test]
fn the_policy_names_the_script_and_the_style_of_the_page_and_allows_nothing_else() {
    let page = page(&handmade::failing(), Format::Html, &RenderOptions::default());
    let fresh = format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'\n",
        digest(element(&page, "script")),
        digest(element(&page, "style"))
    );
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/policy.txt");
    if std::env::var_os("UPDATE_POLICY").is_some_and(|value| value == "1") {
        std::fs::write(&file, &fresh).expect("the policy can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == fresh, "{} is stale: run the tests with UPDATE_POLICY=1", file.display());
}

#[test]
fn the_policy_comes_before_all_that_it_is_about() {
    let page = page(&handmade::hostile(), Format::Html, &RenderOptions::default());
    let policy = page.find("<meta http-equiv=\"Content-Security-Policy\"").expect("there is one");
    for later in ["<title", "<style", "<script", "<link", "<img", " src=", " href="] {
        assert!(page.find(later).is_none_or(|at| at > policy), "{later}");
    }
}
