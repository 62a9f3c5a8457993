//! The whole catalogue, and how to find something in it.

use std::sync::OnceLock;

use super::form::{self, Contents};
use super::{Freedom, Level, Role, Rule, Section};

/// Every rule and freedom of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    sections: Vec<Section>,
    rules: Vec<Rule>,
    freedoms: Vec<Freedom>,
}

/// The catalogue of this version of the suite. It is read once.
///
/// # Panics
///
/// If an embedded file is not of the form of the catalogue, which the tests rule out.
#[must_use]
pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let files = form::FILES.map(|file| form::read(file).expect("the embedded files were tested"));
        Catalogue::of(files)
    })
}

impl Catalogue {
    fn of(files: impl IntoIterator<Item = Contents>) -> Catalogue {
        let mut catalogue = Catalogue { sections: Vec::new(), rules: Vec::new(), freedoms: Vec::new() };
        for Contents { section, rules, freedoms } in files {
            catalogue.sections.push(section);
            catalogue.rules.extend(rules);
            catalogue.freedoms.extend(freedoms);
        }
        catalogue
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    /// How binding the rule with this id is. One that isn't there can't be excused as a mere SHOULD.
    #[must_use]
    pub fn level_of(&self, id: &str) -> Level {
        self.rule(id).map_or(Level::Must, |rule| rule.level)
    }

    /// The freedom with this id.
    #[must_use]
    pub fn freedom(&self, id: &str) -> Option<&Freedom> {
        self.freedoms.iter().find(|freedom| freedom.id == id)
    }

    /// All rules, section by section, in the order of their files.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rules that a peer in this role is held to, in the same order.
    pub fn rules_for(&self, role: Role) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.role.binds(role))
    }

    /// The sections, in the order in which reports list them.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// All freedoms, section by section, in the order of their files.
    #[must_use]
    pub fn freedoms(&self) -> &[Freedom] {
        &self.freedoms
    }

    /// The id of the rule that was probably meant by an id that no rule has: one that differs in few letters, or that
    /// has the same name in another section or without one. `None` if no rule comes near.
    #[must_use]
    pub fn closest(&self, id: &str) -> Option<&str> {
        let named_the_same = || {
            let name = name(id);
            let mut rules = self.rules.iter().filter(move |rule| self::name(&rule.id) == name);
            // A name that two sections share says nothing.
            rules.next().filter(|_| rules.next().is_none())
        };
        let rule = self.rule(id).or_else(named_the_same).or_else(|| self.nearest(id))?;
        Some(&rule.id)
    }

    /// The rule whose id takes the fewest changes, if they are no more than a quarter of its letters.
    fn nearest(&self, id: &str) -> Option<&Rule> {
        self.rules
            .iter()
            .map(|rule| (strsim::damerau_levenshtein(&rule.id, id), rule))
            .filter(|(changes, rule)| changes * 4 <= rule.id.len())
            .min_by_key(|(changes, _)| *changes)
            .map(|(_, rule)| rule)
    }
}

/// The part of an id behind its section.
fn name(id: &str) -> &str {
    id.split_once('.').map_or(id, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_file_is_well_formed() {
        for file in form::FILES {
            if let Err(error) = form::read(file) {
                panic!("{error}\nin the file that begins with {:?}", file.lines().next());
            }
        }
    }

    #[test]
    fn every_file_in_the_folder_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/requirements");
        let files = std::fs::read_dir(folder).expect("the folder of requirements").count();
        assert_eq!(files, form::FILES.len());
    }

    #[test]
    fn rules_are_found_by_id() {
        let rule = catalogue().rule("handshake.quarantined-closes").expect("a rule");
        assert_eq!(rule.level, Level::Must);
        assert_eq!(catalogue().rule("handshake.no-such-rule"), None);
        assert!(catalogue().freedom("handshake.ping-before-acceptance").is_some());
    }

    #[test]
    fn a_role_is_held_to_its_own_rules_and_the_shared_ones() {
        let ids = |role| catalogue().rules_for(role).map(|rule| rule.id.as_str()).collect::<Vec<_>>();
        let (server, client) = (ids(Role::Server), ids(Role::Client));
        assert!(server.contains(&"handshake.connected") && !client.contains(&"handshake.connected"));
        assert!(client.contains(&"introduction.request-first") && !server.contains(&"introduction.request-first"));
        assert!(server.contains(&"events.answered") && client.contains(&"events.answered"));
    }

    #[test]
    fn the_id_that_was_meant_is_found() {
        let check = |id, meant| assert_eq!(catalogue().closest(id), meant, "for {id}");
        check("handshake.quarantined-closes", Some("handshake.quarantined-closes"));
        check("handshake.quarantine-closes", Some("handshake.quarantined-closes"));
        check("handshkae.hello", Some("handshake.hello"));
        check("quarantined-closes", Some("handshake.quarantined-closes"));
        check("keepalive.quarantined-closes", Some("handshake.quarantined-closes"));
        check("weather.rain", None);
        check("", None);
    }
}
