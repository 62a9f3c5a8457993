//! The reviewed list of generated mutants that nobody can tell from the reference.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};
use serde::Deserialize;
use sinkcheck_spec::catalogue::Role;

/// The list that is built in.
const BUILT_IN: &str = include_str!("equivalents.yaml");

/// Generated mutants that nobody can tell from the reference, and why.
#[derive(Debug, Clone)]
pub struct Equivalents {
    entries: Vec<Entry>,
}

/// Mutants that are equivalent for one reason.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Whose mutants.
    pub roles: Vec<Role>,
    /// Why nobody can tell them from the reference.
    pub reason: String,
    /// What their names fit.
    pub patterns: Vec<String>,
    globs: Vec<GlobMatcher>,
    but: BTreeSet<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "both")]
    roles: Vec<Role>,
    reason: String,
    mutants: Vec<String>,
    #[serde(default)]
    but: BTreeSet<String>,
}

fn both() -> Vec<Role> {
    Role::ALL.to_vec()
}

impl Equivalents {
    /// The list that is built in.
    ///
    /// # Errors
    /// It is no such list.
    pub fn built_in() -> Result<Self, String> {
        Self::read(BUILT_IN)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// It is no such list, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let written: Vec<Written> =
            serde_yaml::from_str(text).map_err(|error| format!("the list of equivalents: {error}"))?;
        let entry = |written: Written| {
            if written.reason.trim().is_empty() {
                return Err(format!("the list of equivalents gives no reason for {:?}", written.mutants));
            }
            let glob = |pattern: &String| {
                let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
                glob.map(|glob: Glob| glob.compile_matcher()).map_err(|error| format!("`{pattern}`: {error}"))
            };
            Ok(Entry {
                globs: written.mutants.iter().map(glob).collect::<Result<_, _>>()?,
                roles: written.roles,
                reason: written.reason.trim().to_owned(),
                patterns: written.mutants,
                but: written.but,
            })
        };
        Ok(Self { entries: written.into_iter().map(entry).collect::<Result<_, String>>()? })
    }

    /// Why this mutant is equivalent, if the list says so.
    pub fn entry(&self, role: Role, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.covers(role, name))
    }

    pub(super) fn entries_for(&self, role: Role) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.roles.contains(&role))
    }
}

impl Entry {
    fn covers(&self, role: Role, name: &str) -> bool {
        self.roles.contains(&role) && !self.but.contains(name) && self.globs.iter().any(|glob| glob.is_match(name))
    }

    /// The patterns and exceptions that fit none of these names.
    pub(super) fn stale<'a>(&'a self, names: &[String]) -> Vec<&'a str> {
        let unfit = |(pattern, glob): (&'a String, &GlobMatcher)| {
            let fits = names.iter().any(|name| glob.is_match(name) && !self.but.contains(name));
            (!fits).then_some(pattern.as_str())
        };
        let patterns = self.patterns.iter().zip(&self.globs).filter_map(unfit);
        patterns.chain(self.but.iter().filter(|name| !names.contains(name)).map(String::as_str)).collect()
    }
}
