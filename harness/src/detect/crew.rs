//! Threads that play.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::detection::Seen;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_spec::catalogue::Role;

use super::peers::Known;
use crate::judge::unplayed;
use crate::run::virtual_time::{Play, World};

/// Plays the cases at each peer, on so many threads, and hands over what was seen as it is seen, with the peer's place.
pub(super) fn play_all(
    role: Role,
    peers: &[Known],
    cases: &[Arc<Scenario>],
    jobs: usize,
    mut take: impl FnMut(usize, Vec<Seen>),
) {
    let next = AtomicUsize::new(0);
    // What costs much comes late, so that one kill is cheap.
    let mut cheap_first: Vec<(u64, &Arc<Scenario>)> = (0..).zip(cases).collect();
    cheap_first.sort_by_key(|(_, scenario)| (scenario.is_heavy(), scenario.is_timed()));
    let in_order: Vec<(u64, &Arc<Scenario>)> = (0..).zip(cases).collect();
    std::thread::scope(|scope| {
        let (done, seen) = mpsc::channel();
        for _ in 0..jobs.max(1) {
            let (done, next, cheap_first, in_order) = (done.clone(), &next, &cheap_first, &in_order);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(known) = peers.get(at) else { return };
                    let order = if known.ends_with_a_kill() { cheap_first } else { in_order };
                    if done.send((at, play_at(*known, role, order))).is_err() {
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

fn play_at(known: Known, role: Role, cases: &[(u64, &Arc<Scenario>)]) -> Vec<Seen> {
    let world = World::measured(known.peer(role));
    let mut all = Vec::with_capacity(cases.len());
    for &(serial, scenario) in cases {
        let result = match &world {
            Ok(world) => {
                let played = || world.play(scenario, Play { serial, salt: 0 });
                catch_unwind(AssertUnwindSafe(played)).unwrap_or_else(|_| fault(scenario, "it panicked"))
            }
            Err(why) => fault(scenario, why),
        };
        let is_kill = matches!(result.verdict, CaseVerdict::Fail | CaseVerdict::Warn);
        all.push(seen(result));
        if is_kill && known.ends_with_a_kill() {
            break;
        }
    }
    all
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
