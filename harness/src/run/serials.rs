//! Which play of a run a case is, so that the events of each play are its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sinkcheck_cases::language::Scenario;

use crate::player::Setting;

/// The places of a run's cases, and how often each was played.
#[derive(Debug)]
pub(super) struct Serials {
    places: BTreeMap<String, u64>,
    attempts: BTreeMap<String, u64>,
}

impl Serials {
    /// For these cases, each of which may be in there several times.
    pub(super) fn of<'a>(cases: impl IntoIterator<Item = &'a Arc<Scenario>>) -> Self {
        let ids: BTreeSet<String> = cases.into_iter().map(|case| case.id.clone()).collect();
        Self { places: ids.into_iter().zip(0..).collect(), attempts: BTreeMap::new() }
    }

    /// The place of a case among the run's, which is the serial of its first play.
    pub(super) fn place(&self, case: &str) -> u64 {
        self.places.get(case).copied().unwrap_or_default()
    }

    /// Makes the setting one for the next play of this case.
    pub(super) fn give(&mut self, case: &str, setting: &mut Setting) {
        let place = self.place(case);
        let attempt = self.attempts.entry(case.to_owned()).or_default();
        setting.serial = *attempt * self.places.len() as u64 + place;
        setting.salt = setting.salt.wrapping_add(*attempt);
        *attempt += 1;
    }
}
