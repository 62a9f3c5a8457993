//! Threads that play.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::detection::Seen;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_simulator::Mutant;
use sinkcheck_spec::catalogue::Role;

use super::affected::Affected;
use super::peers::Known;
use crate::judge::unplayed;
use crate::run::virtual_time::{Play, World};

/// The cases, each with its place in the suite.
struct Cases<'c> {
    light: Vec<(u64, &'c Arc<Scenario>)>,
    /// With a thousand events and more, or a million octets: each costs as much as all others of its section.
    heavy: Vec<(u64, &'c Arc<Scenario>)>,
    affected: Option<Result<Affected, String>>,
}

/// How one peer faced the cases.
#[derive(Debug, Default)]
pub(super) struct Faced {
    /// What was seen, in the suite's order.
    pub(super) seen: Vec<Seen>,
    /// So many cases were not played, because there the peer does what the reference does.
    pub(super) unaffected: usize,
}

/// Plays the cases at each peer, on so many threads, and hands over what was seen as it is seen, with the peer's place.
pub(super) fn play_all(
    role: Role,
    peers: &[Known],
    cases: &[Arc<Scenario>],
    jobs: usize,
    mut take: impl FnMut(usize, Faced),
) {
    let next = AtomicUsize::new(0);
    let (heavy, light) = (0..).zip(cases).partition(|(_, scenario)| is_costly(scenario));
    let is_faulty = |known: &Known| matches!(known, Known::Generated(_) | Known::Mutant(_));
    let affected = peers.iter().any(is_faulty).then(|| Affected::at_reference(role, cases, is_costly));
    let cases = Cases { light, heavy, affected };
    std::thread::scope(|scope| {
        let (done, faced) = mpsc::channel();
        for _ in 0..jobs.max(1) {
            let (done, next, cases) = (done.clone(), &next, &cases);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(known) = peers.get(at) else { return };
                    if done.send((at, cases.play_at(*known, at, role))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        for (at, faced) in faced {
            take(at, faced);
        }
    });
}

impl Cases<'_> {
    /// `at`: the peer's place among all.
    fn play_at(&self, known: Known, at: usize, role: Role) -> Faced {
        let world = World::measured(known.peer(role));
        let mut all: Vec<(u64, Seen)> = Vec::new();
        let mut left_out = Vec::new();
        for &(serial, scenario) in self.light.iter().chain(&self.heavy) {
            if !self.may_affect(known, world.as_ref().ok(), serial) {
                left_out.push((serial, scenario));
                continue;
            }
            let is_needed = match known {
                Known::Mutant(mutant) => {
                    !is_costly(scenario) || needs_heavy(mutant, &scenario.requirements, &all, left_out.len())
                }
                Known::Reference | Known::Generated(_) | Known::Variant(_) | Known::Pair(..) => true,
            };
            if !is_needed {
                continue;
            }
            let result = self.play(&world, serial, scenario);
            let is_kill = matches!(result.verdict, CaseVerdict::Fail | CaseVerdict::Warn);
            all.push((serial, seen(result)));
            if is_kill && matches!(known, Known::Generated(_)) {
                break;
            }
        }
        if matches!(known, Known::Mutant(_)) {
            all.extend(self.probed(&world, &mut left_out, at));
        }
        all.sort_by_key(|(serial, _)| *serial);
        Faced { seen: all.into_iter().map(|(_, seen)| seen).collect(), unaffected: left_out.len() }
    }

    fn play(&self, world: &Result<World, String>, serial: u64, scenario: &Scenario) -> CaseResult {
        match (world, &self.affected) {
            (Ok(world), None | Some(Ok(_))) => {
                let played = || world.play(scenario, Play { serial, salt: 0 });
                catch_unwind(AssertUnwindSafe(played)).unwrap_or_else(|_| fault(scenario, "it panicked"))
            }
            (Err(why), _) | (_, Some(Err(why))) => fault(scenario, why),
        }
    }

    /// One of the cases that were left out, played after all. It passes, or leaving it out was a mistake of ours.
    fn probed(
        &self,
        world: &Result<World, String>,
        left_out: &mut Vec<(u64, &Arc<Scenario>)>,
        at: usize,
    ) -> Option<(u64, Seen)> {
        let chosen = at.checked_rem(left_out.len())?;
        let (serial, scenario) = left_out.swap_remove(chosen);
        let result = self.play(world, serial, scenario);
        let result = match result.verdict {
            CaseVerdict::Pass | CaseVerdict::Error => result,
            other => fault(scenario, &format!("it was left out of the matrix, and comes to {other:?} here")),
        };
        Some((serial, seen(result)))
    }

    /// Whether a case may come to something else at this peer than at the reference, as far as anybody looked.
    fn may_affect(&self, known: Known, world: Option<&World>, serial: u64) -> bool {
        let (Some(Ok(affected)), Some(world)) = (&self.affected, world) else { return true };
        match known {
            Known::Mutant(mutant) => affected.by(mutant, world.calibration(), serial),
            Known::Generated(mutation) => affected.by_generated(&mutation, world.calibration(), serial),
            Known::Reference | Known::Variant(_) | Known::Pair(..) => true,
        }
    }
}

/// Whether it costs as much as a whole section of others.
pub(super) fn is_costly(scenario: &Scenario) -> bool {
    scenario.is_heavy() || scenario.is_long()
}

/// Whether the matrix could say something else if this heavy case were left out: it is about a rule that the mutant breaks, or the
/// mutant would seem to be killed by no case, by one alone, or by all.
fn needs_heavy(mutant: &Mutant, cites: &[String], so_far: &[(u64, Seen)], unaffected: usize) -> bool {
    let kills = so_far.iter().filter(|(_, seen)| seen.verdict == CaseVerdict::Fail).count();
    let passed = unaffected > 0 || so_far.iter().any(|(_, seen)| seen.verdict == CaseVerdict::Pass);
    kills < 2 || !passed || cites.first().is_some_and(|rule| mutant.rules().contains(&rule.as_str()))
}

fn fault(scenario: &Scenario, why: &str) -> CaseResult {
    let mut result = unplayed(scenario);
    result.verdict = CaseVerdict::Error;
    result.reason = Some(Reason::new("harness-fault", why));
    result
}

/// What the matrix needs of a result.
pub(super) fn seen(result: CaseResult) -> Seen {
    let reason = result.reason.map(|reason| format!("{}: {}", reason.code, reason.message));
    Seen {
        case: result.id,
        cites: result.rules,
        verdict: result.verdict,
        blamed: result.broken_rules,
        what: reason.or(result.observed).unwrap_or_default(),
    }
}
