//! Which cases can't tell a mutant from the reference.
//!
//! A mutant is the reference but for its changes. A case in which none of them makes any difference to what the reference did
//! meets the reference, and there it passed: it needn't be played once more. That is known where the change is a place of the
//! machine's table that the case doesn't come to, or stands between a connection and its machine and passes on what was passed
//! on at the reference. It holds while the suite has measured the mutant to be what the reference is; how fast a peer answers,
//! and in what order, changes what a case does.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::document::CaseVerdict;
use sinkcheck_simulator::{Deviation, Mutant, Testimony, Witness, client, server};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{Input, Mutation, Places, State, Table};

use crate::player::Calibration;
use crate::run::virtual_time::{Peer, Play, World};

/// What each case comes to at the reference.
#[derive(Debug)]
pub(super) struct Affected {
    calibration: Calibration,
    /// By the case's place in the suite; `None` where it didn't pass, so that nothing is known.
    cases: Vec<Option<Met>>,
}

/// What one case comes to.
#[derive(Debug)]
struct Met {
    places: BTreeSet<(State, Input)>,
    /// Absent where noting it would take as long as playing it.
    testimony: Option<Testimony>,
}

impl Affected {
    /// Plays the cases at the reference. Those that are `costly` are said to be affected by all mutants with a change elsewhere than
    /// in the table.
    pub(super) fn at_reference(
        role: Role,
        cases: &[Arc<Scenario>],
        costly: impl Fn(&Scenario) -> bool,
    ) -> Result<Self, String> {
        let witness = Witness::default();
        let (plain, asked) = reference(role, None)?;
        let (witnessed, asked_too) = reference(role, Some(&witness))?;
        let met = |(serial, scenario): (u64, &Arc<Scenario>)| {
            let mut places = places_of(&plain, &asked, scenario, serial)?;
            if costly(scenario) {
                return Some(Met { places, testimony: None });
            }
            witness.take();
            // A peer with a tap that changes nothing is the reference, too.
            places.extend(places_of(&witnessed, &asked_too, scenario, serial)?);
            Some(Met { places, testimony: Some(witness.take()) })
        };
        let met: Vec<Option<Met>> = (0..).zip(cases).map(met).collect();
        let (calibration, of_witnessed) = (plain.calibration(), witnessed.calibration());
        if calibration != of_witnessed {
            return Err(format!("the reference was measured as {calibration:?} and as {of_witnessed:?}"));
        }
        Ok(Self { calibration, cases: met })
    }

    /// Whether a case may come to something else at this generated mutant than at the reference.
    pub(super) fn by_generated(&self, mutation: &Mutation, measured: Calibration, serial: u64) -> bool {
        let met = self.met(measured, serial);
        met.is_none_or(|met| met.places.contains(&(mutation.state, mutation.input)))
    }

    /// Whether a case may come to something else at this mutant than at the reference.
    pub(super) fn by(&self, mutant: &Mutant, measured: Calibration, serial: u64) -> bool {
        let Some(Met { places, testimony: Some(testimony) }) = self.met(measured, serial) else { return true };
        // A fault that panics here does so where it is played, and is told of there.
        catch_unwind(AssertUnwindSafe(|| mutant.may_differ(testimony, places))).unwrap_or(true)
    }

    fn met(&self, measured: Calibration, serial: u64) -> Option<&Met> {
        let met = usize::try_from(serial).ok().and_then(|at| self.cases.get(at)).and_then(Option::as_ref);
        met.filter(|_| measured == self.calibration)
    }
}

/// The reference, whose table is watched, and whose connections are heard by the witness.
fn reference(role: Role, witness: Option<&Witness>) -> Result<(World, Places), String> {
    let deviation = witness.map(Deviation::witnessed).unwrap_or_default();
    let (peer, places) = match role {
        Role::Server => {
            let (table, places) = Table::server().watched();
            (Peer::Server(server::Behaviour { table: table.into(), deviation }), places)
        }
        Role::Client => {
            let (table, places) = Table::client().watched();
            (Peer::Client(client::Behaviour { table: table.into(), deviation }), places)
        }
    };
    Ok((World::measured(peer)?, places))
}

/// The places that the case comes to, if it passes.
fn places_of(world: &World, asked: &Places, scenario: &Scenario, serial: u64) -> Option<BTreeSet<(State, Input)>> {
    asked.take();
    let played = catch_unwind(AssertUnwindSafe(|| world.play(scenario, Play { serial, salt: 0 })));
    played.is_ok_and(|result| result.verdict == CaseVerdict::Pass).then(|| asked.take())
}
