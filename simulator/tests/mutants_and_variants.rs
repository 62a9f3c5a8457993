//! The lists of mutants and variants, held against the catalogue.

use std::collections::BTreeSet;

use sinkcheck_simulator::{mutants, variants};
use sinkcheck_spec::catalogue::{Role, catalogue};

/// Freedoms that no variant uses, and why.
const FREEDOMS_WITHOUT_A_VARIANT: &[(&str, &str)] = &[
    ("keepalive.interval", "it is how a peer is set up, which the target file says"),
    ("layout.timestamp-unit", "nothing on the wire shows the unit that the application means"),
];

fn is_kebab_case(name: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.split('-').all(word)
}

fn check_names<'n>(names: impl IntoIterator<Item = &'n str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(is_kebab_case(name), "{name}");
        assert!(seen.insert(name), "{name} is there twice");
    }
}

#[test]
fn names_are_in_kebab_case_and_no_two_alike() {
    for role in Role::ALL {
        check_names(mutants(role).iter().map(|mutant| mutant.name()));
        check_names(variants(role).iter().map(|variant| variant.name()));
    }
}

#[test]
fn each_says_in_a_sentence_what_it_does() {
    let sentences = Role::ALL.into_iter().flat_map(|role| {
        let variants = variants(role).iter().map(|variant| variant.sentence());
        mutants(role).iter().map(|mutant| mutant.sentence()).chain(variants)
    });
    for sentence in sentences {
        let first = sentence.chars().next().expect("a sentence");
        assert!(first.is_uppercase() && sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
    }
}

#[test]
fn a_mutant_breaks_rules_that_bind_its_role() {
    for mutant in Role::ALL.into_iter().flat_map(mutants) {
        let name = mutant.name();
        assert!(!mutant.rules().is_empty(), "{name} breaks no rule");
        for id in mutant.rules() {
            let rule = catalogue().rule(id).unwrap_or_else(|| panic!("{name}: there is no rule {id}"));
            assert!(rule.role.binds(mutant.role()), "{name}: {id} doesn't bind the {}", mutant.role());
        }
    }
}

#[test]
fn every_rule_that_can_be_seen_has_a_mutant() {
    for role in Role::ALL {
        let broken: BTreeSet<_> = mutants(role).iter().flat_map(|mutant| mutant.rules()).copied().collect();
        for rule in catalogue().rules_for(role) {
            let is_seen = rule.unobservable.is_none();
            assert!(broken.contains(rule.id.as_str()) || !is_seen, "no mutant of a {role} breaks {}", rule.id);
        }
    }
}

#[test]
fn every_freedom_has_a_variant_or_a_reason() {
    let used: BTreeSet<_> =
        Role::ALL.into_iter().flat_map(variants).flat_map(|variant| variant.freedoms()).copied().collect();
    for id in &used {
        assert!(catalogue().freedom(id).is_some(), "there is no freedom {id}");
    }
    for freedom in catalogue().freedoms() {
        let listed = FREEDOMS_WITHOUT_A_VARIANT.iter().any(|(id, _)| *id == freedom.id);
        assert!(used.contains(freedom.id.as_str()) != listed, "{}", freedom.id);
    }
}

#[test]
fn a_variant_excludes_itself_and_others_both_ways() {
    for role in Role::ALL {
        for one in variants(role) {
            assert!(one.excludes(one), "{}", one.name());
            for other in variants(role) {
                assert_eq!(one.excludes(other), other.excludes(one), "{}, {}", one.name(), other.name());
            }
        }
    }
}
