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

use super::peers::Known;
use super::reached::Reached;
use crate::judge::unplayed;
use crate::run::virtual_time::{Play, World};

/// The cases, each with its place in the suite.
struct Cases<'c> {
    light: Vec<(u64, &'c Arc<Scenario>)>,
    /// With a thousand events and more, or a million octets: each costs as much as all others of its section.
    heavy: Vec<(u64, &'c Arc<Scenario>)>,
    reached: Option<Result<Reached, String>>,
}

/// Plays the cases at each peer, on so many threads, and hands over what was seen as it is seen, with the peer's place.
pub(super) fn play_all(
    role: Role,
    peers: &[Known],
    cases: &[Arc<Scenario>],
    jobs: usize,
    mut take: impl FnMut(usize, Vec<Seen>),
) {
    let next = AtomicUsize::new(0);
    let (heavy, light) = (0..).zip(cases).partition(|(_, scenario)| is_costly(scenario));
    let is_generated = |known: &Known| matches!(known, Known::Generated(_));
    let reached = peers.iter().any(is_generated).then(|| Reached::at_reference(role, cases));
    let cases = Cases { light, heavy, reached };
    std::thread::scope(|scope| {
        let (done, seen) = mpsc::channel();
        for _ in 0..jobs.max(1) {
            let (done, next, cases) = (done.clone(), &next, &cases);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(known) = peers.get(at) else { return };
                    if done.send((at, cases.play_at(*known, role))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        for (at, seen) in seen {
            take(at, seen);
        }
    });
}

impl Cases<'_> {
    /// What was seen, in the suite's order.
    fn play_at(&self, known: Known, role: Role) -> Vec<Seen> {
        let world = World::measured(known.peer(role));
        let mut all: Vec<(u64, Seen)> = Vec::new();
        for &(serial, scenario) in self.light.iter().chain(&self.heavy) {
            let is_needed = match known {
                Known::Mutant(mutant) => !is_costly(scenario) || needs_heavy(mutant, &scenario.requirements, &all),
                Known::Generated(mutation) => match (&self.reached, &world) {
                    (Some(Ok(reached)), Ok(world)) => reached.may_differ(&mutation, world.calibration(), serial),
                    _ => true,
                },
                Known::Reference | Known::Variant(_) | Known::Pair(..) => true,
            };
            if !is_needed {
                continue;
            }
            let result = match (&world, &self.reached) {
                (Ok(world), None | Some(Ok(_))) => {
                    let played = || world.play(scenario, Play { serial, salt: 0 });
                    catch_unwind(AssertUnwindSafe(played)).unwrap_or_else(|_| fault(scenario, "it panicked"))
                }
                (Err(why), _) | (_, Some(Err(why))) => fault(scenario, why),
            };
            let is_kill = matches!(result.verdict, CaseVerdict::Fail | CaseVerdict::Warn);
            all.push((serial, seen(result)));
            if is_kill && matches!(known, Known::Generated(_)) {
                break;
            }
        }
        all.sort_by_key(|(serial, _)| *serial);
        all.into_iter().map(|(_, seen)| seen).collect()
    }
}

/// Whether it costs as much as a whole section of others.
pub(super) fn is_costly(scenario: &Scenario) -> bool {
    scenario.is_heavy() || scenario.is_long()
}

/// Whether the matrix could say something else if this heavy case were left out: it is about a rule that the mutant breaks, or the
/// mutant would seem to be killed by no case, by one alone, or by all.
fn needs_heavy(mutant: &Mutant, cites: &[String], so_far: &[(u64, Seen)]) -> bool {
    let kills = so_far.iter().filter(|(_, seen)| seen.verdict == CaseVerdict::Fail).count();
    let passed = so_far.iter().any(|(_, seen)| seen.verdict == CaseVerdict::Pass);
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
