//! The whole suite again and again at the reference, each time in another order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::detection::Seen;
use sinkcheck_reports::document::CaseVerdict;
use sinkcheck_spec::catalogue::Role;

use super::crew::seen;
use crate::run::virtual_time::{Peer, Play, World};
use crate::target::builtin;

/// So many cases are played side by side at one server.
const SIDE_BY_SIDE: usize = 12;

/// How often and in which orders.
pub(super) struct Repetitions {
    pub(super) times: u32,
    pub(super) seed: u64,
    pub(super) jobs: usize,
}

/// Plays the cases, and hands over for each repetition how many were played and those that did not pass.
pub(super) fn repeat(
    role: Role,
    cases: &[Arc<Scenario>],
    repetitions: &Repetitions,
    mut take: impl FnMut(usize, Vec<Seen>),
) {
    let next = AtomicU32::new(0);
    let world = World::new(Peer::reference(role), builtin::in_memory(role));
    std::thread::scope(|scope| {
        let (done, finished) = mpsc::channel();
        for _ in 0..repetitions.jobs.max(1) {
            let (done, next, world) = (done.clone(), &next, &world);
            scope.spawn(move || {
                loop {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    if turn >= repetitions.times || done.send(once(world, cases, turn, repetitions.seed)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(done);
        for (plays, seen) in finished {
            take(plays, seen);
        }
    });
}

fn once(world: &World, cases: &[Arc<Scenario>], turn: u32, seed: u64) -> (usize, Vec<Seen>) {
    let salt = seed.wrapping_add(u64::from(turn));
    let mut order: Vec<(Arc<Scenario>, Play)> =
        cases.iter().cloned().zip((0..).map(|serial| Play { serial, salt })).collect();
    fastrand::Rng::with_seed(salt).shuffle(&mut order);
    let results = world.play_together(&order, SIDE_BY_SIDE);
    let plays = results.len();
    let others = results.into_iter().filter(|result| result.verdict != CaseVerdict::Pass);
    (plays, others.map(seen).collect())
}
