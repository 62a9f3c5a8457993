//! Variants, and the list of all.

use std::sync::LazyLock;

use sinkcheck_spec::catalogue::Role;

use super::freedoms::SECTIONS;
use crate::deviation::Change;

/// A named, legal freedom that a variant of the reference server or client uses. Several may be used at a time, unless
/// they [exclude](Variant::excludes) each other.
#[derive(Debug)]
pub struct Variant {
    name: &'static str,
    role: Role,
    sentence: &'static str,
    freedoms: &'static [&'static str],
    slots: &'static [&'static str],
    changes: &'static [Change],
}

/// A freedom's use, as it is written down.
pub(super) struct Use {
    pub(super) name: &'static str,
    pub(super) roles: &'static [Role],
    pub(super) freedoms: &'static [&'static str],
    /// What it decides. Two uses that decide the same exclude each other.
    pub(super) slots: &'static [&'static str],
    pub(super) changes: &'static [Change],
    pub(super) sentence: &'static str,
}

impl Variant {
    /// Its name, in kebab case. No other variant of the role has it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Who uses the freedom.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// What it does otherwise than the reference.
    #[must_use]
    pub fn sentence(&self) -> &'static str {
        self.sentence
    }

    /// The freedoms of the catalogue that allow it. None: what it does is open because no rule speaks of it.
    #[must_use]
    pub fn freedoms(&self) -> &'static [&'static str] {
        self.freedoms
    }

    /// Whether the two can't be used together: both decide the same thing.
    #[must_use]
    pub fn excludes(&self, other: &Variant) -> bool {
        self.role != other.role || self.slots.iter().any(|slot| other.slots.contains(slot))
    }

    pub(crate) fn changes(&self) -> &[Change] {
        self.changes
    }
}

/// Every variant of this role.
#[must_use]
pub fn variants(role: Role) -> &'static [Variant] {
    static SERVER: LazyLock<Vec<Variant>> = LazyLock::new(|| of(Role::Server));
    static CLIENT: LazyLock<Vec<Variant>> = LazyLock::new(|| of(Role::Client));
    match role {
        Role::Server => &SERVER,
        Role::Client => &CLIENT,
    }
}

fn of(role: Role) -> Vec<Variant> {
    let used = SECTIONS.iter().copied().flatten().filter(|one| one.roles.contains(&role));
    used.map(|one| Variant {
        name: one.name,
        role,
        sentence: one.sentence,
        freedoms: one.freedoms,
        slots: one.slots,
        changes: one.changes,
    })
    .collect()
}
