//! Catalogue and cases are in step, both ways; the schema of the language is fresh.

use std::collections::BTreeSet;
use std::path::Path;

use sinkcheck_cases::language::{Scenario, scenario_schema};
use sinkcheck_cases::suite;
use sinkcheck_spec::catalogue::{Role, RuleRole, catalogue};

fn scenarios() -> Vec<Scenario> {
    suite::built_in().unwrap_or_else(|mistakes| {
        let shown: Vec<String> = mistakes.iter().map(|mistake| mistake.render(false)).collect();
        panic!("{}", shown.join("\n\n"))
    })
}

/// Rules that bind a server, can be seen from outside, and have no case of their own: what shows them instead.
const SHOWN_BY_EVERY_CASE: [(&str, &str); 0] = [];

/// The rules for this role that can be seen from outside and that no case cites.
fn without_a_case(role: Role) -> Vec<&'static str> {
    let scenarios = scenarios();
    let cited: BTreeSet<&str> = scenarios
        .iter()
        .filter(|case| case.under_test == role)
        .flat_map(|case| case.requirements.iter().map(String::as_str))
        .collect();
    catalogue()
        .rules_for(role)
        .filter(|rule| rule.unobservable.is_none() && !cited.contains(rule.id.as_str()))
        .map(|rule| rule.id.as_str())
        .collect()
}

#[test]
fn every_rule_of_a_server_that_can_be_seen_has_a_case() {
    let mut missing = without_a_case(Role::Server);
    missing.retain(|id| !SHOWN_BY_EVERY_CASE.iter().any(|(excused, _)| excused == id));
    assert!(missing.is_empty(), "no case shows: {missing:#?}");
}

#[test]
fn every_rule_of_a_client_that_can_be_seen_has_a_case() {
    let missing = without_a_case(Role::Client);
    assert!(missing.is_empty(), "no case shows: {missing:#?}");
}

#[test]
fn no_case_claims_to_show_what_nobody_can_see() {
    for case in scenarios() {
        for id in &case.requirements {
            let rule = catalogue().rule(id).expect("lint has seen to that");
            assert!(rule.unobservable.is_none(), "{} cites {id}, which can't be seen from outside", case.id);
            assert!(rule.role != RuleRole::Client || case.under_test == Role::Client, "{} cites {id}", case.id);
        }
    }
}

#[test]
fn titles_are_sentences_and_tell_the_cases_apart() {
    let mut seen = BTreeSet::new();
    for case in scenarios() {
        assert!(
            !case.title.starts_with(char::is_lowercase) && !case.title.ends_with('.'),
            "{}: {}",
            case.id,
            case.title
        );
        assert!(case.title.chars().count() <= 110, "{}: {}", case.id, case.title);
        assert!(seen.insert(case.title.clone()), "{}: another case has the title {:?}", case.id, case.title);
    }
}

#[test]
fn cases_stand_in_the_folder_of_their_role() {
    for case in scenarios() {
        assert!(case.id.starts_with(&format!("{}/", case.under_test)), "{}", case.id);
    }
}

#[test]
fn the_schema_of_the_language_is_fresh() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenario.schema.json");
    let fresh = format!("{:#}\n", scenario_schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&file, &fresh).expect("the schema can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == fresh, "{} is stale: run the tests once with UPDATE_SCHEMA=1", file.display());
}
