//! Plays many cases at one target and emits what happens. It judges nothing and prints nothing.
//!
//! `servers` is for servers under test: what is started, the first contact, which identities a case has. `clients` is for clients,
//! which are launched for each case or connect by themselves.

mod announce;
mod clients;
mod serials;
mod servers;
mod transcripts;
mod virtual_time;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Fixture, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_spec::catalogue::Role;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;

use crate::judge::{judge, unplayed};
use crate::player::{Played, Seat, Setting, play};
use crate::target::Target;

pub use announce::{scenario_texts, started};

use serials::Serials;

/// No case of ours takes nearly as long, its waits for keepalive intervals apart.
const CASE_LIMIT: Duration = Duration::from_secs(300);

/// How a run is to go.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many cases at most are played at a time.
    pub jobs: usize,
}

/// A run under way.
pub struct Run {
    target: Arc<Target>,
    pending: VecDeque<Arc<Scenario>>,
    options: Options,
    events: mpsc::UnboundedSender<RunEvent>,
    stop: watch::Receiver<bool>,
    /// It takes milliseconds for each answer.
    is_slow_target: bool,
}

impl Run {
    /// A run of these cases, in this order as far as identities allow.
    pub fn new(
        target: Target,
        cases: Vec<Arc<Scenario>>,
        options: Options,
        events: mpsc::UnboundedSender<RunEvent>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let mut cases = cases;
        if !target.is_fresh_each_case() {
            // A client without a record is one only once: the case that shows most gets it.
            cases.sort_by_key(|case| match case.client {
                Fixture::New => (0, std::cmp::Reverse(case.requirements.len())),
                _ => (1, std::cmp::Reverse(0)),
            });
        }
        // Long waits run beside the other cases where there are identities enough, and after them where there are not. Each launched
        // client is an identity of its own.
        let wide = target.role == Role::Client
            || target.identities.iter().filter(|identity| identity.fixture == Fixture::Known).count() > 4;
        cases.sort_by_key(|case| if wide { !case.is_slow() } else { case.is_slow() });
        Self { target: Arc::new(target), pending: cases.into(), options, events, stop, is_slow_target: false }
    }

    /// Plays all cases, or as many as it comes to. True if it was interrupted.
    pub async fn play(self) -> bool {
        match self.target.role {
            Role::Server => self.play_servers().await,
            Role::Client => self.play_clients().await,
        }
    }

    /// Takes the cases that the reference implementations are played at in virtual time, each with the number of its play.
    fn take_virtual(&mut self, serials: &Serials) -> Vec<(Arc<Scenario>, u64)> {
        if !self.target.is_built_in() {
            return Vec::new();
        }
        let (virtual_ones, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.pending).into_iter().partition(|scenario| scenario.is_timed());
        self.pending = rest.into();
        let serial = |scenario: &Arc<Scenario>| serials.place(&scenario.id);
        virtual_ones.into_iter().map(|scenario| (Arc::clone(&scenario), serial(&scenario))).collect()
    }

    fn rest_is(&mut self, verdict: CaseVerdict, why: &Reason) {
        for scenario in std::mem::take(&mut self.pending) {
            let mut result = unplayed(&scenario);
            result.verdict = verdict;
            result.reason = Some(why.clone());
            self.emit(RunEvent::CaseFinished(Box::new(result)));
        }
    }

    fn emit(&self, event: RunEvent) {
        // Whoever listened may have gone; the run is then for nobody, and ends soon.
        let _ = self.events.send(event);
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    while !*stop.borrow_and_update() {
        if stop.changed().await.is_err() {
            // Nobody can stop the run any more.
            std::future::pending::<()>().await;
        }
    }
}

/// A case whose task panicked: the fault is ours.
fn fault(scenario: &Scenario, error: &JoinError) -> CaseResult {
    let mut result = unplayed(scenario);
    result.verdict = CaseVerdict::Error;
    result.reason = Some(Reason::new("harness-fault", format!("sinkcheck failed within the case: {error}")));
    result
}

/// A case that was played, or was not over in time.
fn judged(scenario: &Scenario, played: Option<Played>) -> CaseResult {
    match played {
        Some(played) => judge(scenario, played),
        None => {
            let mut result = unplayed(scenario);
            result.reason = Some(Reason::new("case-took-too-long", "the case was not over in time"));
            result
        }
    }
}

async fn timed(scenario: &Scenario, setting: &Setting, main: Seat, other: Option<Seat>) -> Option<Played> {
    let waits = setting.target.keepalive_interval.unwrap_or_default() * 20;
    let connections = if setting.target.role == Role::Client { clients::CONNECTIONS } else { Duration::ZERO };
    let limit = CASE_LIMIT + connections + if scenario.is_slow() { waits } else { Duration::ZERO };
    tokio::time::timeout(limit, play(scenario, setting, main, other)).await.ok()
}
