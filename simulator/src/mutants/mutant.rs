//! Mutants, and the list of all.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use sinkcheck_spec::catalogue::{Role, catalogue};
use sinkcheck_spec::machine::{Input, State};

use super::fault::{Fault, How};
use super::{
    Need, closing, coming_back, events, framing, handshake, introduction, isolation, keepalive, layout, malformed,
    messages, numbers, publishing, records, rejections, tolerant,
};
use crate::deviation::{Change, Testimony, When};

/// A named, deliberate fault of the reference server or client.
#[derive(Debug)]
pub struct Mutant {
    name: &'static str,
    role: Role,
    sentence: &'static str,
    rules: &'static [&'static str],
    needs: Vec<Need>,
    changes: Vec<Change>,
}

impl Mutant {
    /// Its name, in kebab case. No other mutant of the role has it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whose fault it is.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// What is wrong with it.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        self.sentence
    }

    /// The rules that it breaks. The one that is to be blamed first is the first; a suite may find any of them.
    #[must_use]
    pub fn rules(&self) -> &'static [&'static str] {
        self.rules
    }

    /// What the fault takes to be seen.
    #[must_use]
    pub fn needs(&self) -> &[Need] {
        &self.needs
    }

    /// Whether a case may go another way at this mutant than at the reference, of which there is this testimony, and which
    /// came to these places of its table.
    #[must_use]
    pub fn may_differ(&self, testimony: &Testimony, places: &BTreeSet<(State, Input)>) -> bool {
        testimony.may_differ(&self.changes, places)
    }

    pub(crate) fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// Every mutant of this role, by section of the catalogue.
#[must_use]
pub fn mutants(role: Role) -> &'static [Mutant] {
    static SERVER: LazyLock<Vec<Mutant>> = LazyLock::new(|| of(Role::Server));
    static CLIENT: LazyLock<Vec<Mutant>> = LazyLock::new(|| of(Role::Client));
    match role {
        Role::Server => &SERVER,
        Role::Client => &CLIENT,
    }
}

/// The faults, section by section.
const SECTIONS: &[&[Fault]] = &[
    framing::FAULTS,
    layout::FAULTS,
    numbers::FAULTS,
    messages::FAULTS,
    handshake::FAULTS,
    records::FAULTS,
    rejections::FAULTS,
    closing::FAULTS,
    isolation::FAULTS,
    introduction::FAULTS,
    coming_back::FAULTS,
    events::FAULTS,
    publishing::FAULTS,
    keepalive::FAULTS,
    malformed::FAULTS,
    tolerant::FAULTS,
];

fn of(role: Role) -> Vec<Mutant> {
    let faults = SECTIONS.iter().copied().flatten().filter(|fault| fault.roles.contains(&role));
    faults.flat_map(|fault| mutants_of(fault, role)).collect()
}

fn mutants_of(fault: &'static Fault, role: Role) -> Vec<Mutant> {
    // A fault of both roles may break a rule that binds one of them.
    let binds = |id: &&str| catalogue().rule(id).is_none_or(|rule| rule.role.binds(role));
    let rules: &'static [&'static str] = fault.rules.iter().copied().filter(binds).collect::<Vec<_>>().leak();
    let mutant = |when: When, changes: Vec<Change>| {
        let mut needs = fault.needs.to_vec();
        needs.extend((when == When::OtherClient).then_some(Need::OtherClient));
        Mutant {
            name: joined(fault.name, when.suffix()),
            role,
            sentence: joined(fault.sentence.trim_end_matches('.'), &format!("{}.", when.clause())),
            rules,
            needs,
            changes,
        }
    };
    match &fault.how {
        How::Always(changes) => vec![mutant(When::Always, changes.to_vec())],
        How::At(changes, whens) => {
            // A client has one server.
            let whens = whens.iter().filter(|when| role == Role::Server || **when != When::OtherClient);
            whens.map(|&when| mutant(when, changes(when))).collect()
        }
    }
}

/// Kept for as long as the program runs, as the lists are.
fn joined(text: &str, end: &str) -> &'static str {
    format!("{text}{end}").leak()
}
