//! Which places of the machine's table each case reaches.
//!
//! A generated mutant is the reference but for one place. A case that doesn't come to that place meets the reference, and there it
//! passed: it needn't be played once more. That holds while the suite has measured the mutant to be what the reference is; how fast
//! a peer answers, and in what order, changes what a case does.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::document::CaseVerdict;
use sinkcheck_simulator::{client, server};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{Input, Mutation, State, Table};

use crate::player::Calibration;
use crate::run::virtual_time::{Peer, Play, World};

/// What each case reaches at the reference.
#[derive(Debug)]
pub(super) struct Reached {
    calibration: Calibration,
    /// By the case's place in the suite; `None` where it didn't pass, so that nothing is known.
    places: Vec<Option<BTreeSet<(State, Input)>>>,
}

impl Reached {
    /// Plays the cases at the reference.
    pub(super) fn at_reference(role: Role, cases: &[Arc<Scenario>]) -> Result<Self, String> {
        let (table, asked) = match role {
            Role::Server => Table::server().watched(),
            Role::Client => Table::client().watched(),
        };
        let table = Arc::new(table);
        let world = World::measured(match role {
            Role::Server => Peer::Server(server::Behaviour { table, ..server::Behaviour::default() }),
            Role::Client => Peer::Client(client::Behaviour { table, ..client::Behaviour::default() }),
        })?;
        let places_of = |(serial, scenario): (u64, &Arc<Scenario>)| {
            asked.take();
            let played = catch_unwind(AssertUnwindSafe(|| world.play(scenario, Play { serial, salt: 0 })));
            played.is_ok_and(|result| result.verdict == CaseVerdict::Pass).then(|| asked.take())
        };
        Ok(Self { calibration: world.calibration(), places: (0..).zip(cases).map(places_of).collect() })
    }

    /// Whether a case may come to something else at this mutant than at the reference.
    pub(super) fn may_differ(&self, mutation: &Mutation, measured: Calibration, serial: u64) -> bool {
        let places = usize::try_from(serial).ok().and_then(|at| self.places.get(at)).and_then(Option::as_ref);
        measured != self.calibration || places.is_none_or(|of| of.contains(&(mutation.state, mutation.input)))
    }
}
