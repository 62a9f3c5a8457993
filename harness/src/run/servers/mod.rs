//! Plays cases at a server under test: starts what has to be started, makes a first contact, and gives each case identities that fit.

mod contact;
mod greeting;
mod lost;
mod seats;
mod service;

pub(in crate::run) use self::greeting::introduce;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Fixture, Owner, Scenario, Transport, Verb};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::InstanceId;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;

use self::contact::Contact;
use self::lost::{FIXTURE_LOST, heard_nothing};
use self::seats::{Seats, Taken, Want};
use self::service::Service;
use super::serials::Serials;
use super::transcripts::Transcripts;
use super::virtual_time::{Peer, Play, World};
use super::{Run, fault, judged, stopped, timed};
use crate::judge::{judge, unplayed};
use crate::player::{LagMonitor, Patience, Publishing, Seat, Setting};

/// So many cases in a row that heard nothing of the target, and it is looked at whether it is still there.
const GONE_AFTER: usize = 8;

/// A target whose answers take so long is slow.
const SLOW: Duration = Duration::from_millis(5);

/// What one case came to.
struct Finished {
    result: CaseResult,
    /// The ids that its main identity was accepted with.
    accepted_as: Vec<InstanceId>,
}

impl Run {
    /// Plays all cases at a server. True if it was interrupted.
    pub(super) async fn play_servers(mut self) -> bool {
        let lag = LagMonitor::start();
        let started = tokio::select! {
            started = Service::start(Arc::clone(&self.target)) => started,
            () = stopped(&mut self.stop) => return true,
        };
        let mut service = match started {
            Ok(service) => service,
            Err(why) => {
                self.rest_is(CaseVerdict::Inconclusive, &why);
                return false;
            }
        };
        let contact = tokio::select! {
            contact = contact::first(&mut service, &self.target) => contact,
            () = stopped(&mut self.stop) => {
                service.stop().await;
                return true;
            }
        };
        let interrupted = match contact {
            Ok(contact) => self.play_with(&mut service, contact, lag).await,
            Err(why) => {
                self.rest_is(CaseVerdict::Inconclusive, &why);
                false
            }
        };
        service.stop().await;
        interrupted
    }

    async fn play_with(&mut self, service: &mut Service, contact: Contact, lag: Arc<LagMonitor>) -> bool {
        self.is_slow_target = contact.calibration.slowest >= SLOW;
        for note in &contact.notes {
            self.emit(RunEvent::Note(note.clone()));
        }
        let setting = Setting {
            target: Arc::clone(&self.target),
            adapter: service.adapter(),
            calibration: contact.calibration,
            server: contact.server,
            lag,
            publishing: Publishing::default(),
            ordeal: Arc::default(),
            absences: Arc::default(),
            habits: Arc::default(),
            patience: Arc::new(if contact.is_silent { Patience::little() } else { Patience::default() }),
            keeps_transcript: true,
            serial: 0,
            salt: self.target.salt(),
        };
        let mut serials = Serials::of(&self.pending);
        let mut seats = Seats::new(&self.target, contact.can_prepare);
        let mut transcripts = Transcripts::default();
        let mut running: JoinSet<Finished> = JoinSet::new();
        let mut under_way: HashMap<Id, (Arc<Scenario>, Vec<Taken>)> = HashMap::new();
        let mut silent_in_a_row = 0;
        let world = World::new(Peer::reference(Role::Server), (*self.target).clone());
        for (scenario, serial) in self.take_virtual(&serials) {
            self.emit(RunEvent::CaseStarted { id: scenario.id.clone() });
            let play = Play { serial, salt: setting.salt };
            let (world, case) = (world.clone(), Arc::clone(&scenario));
            let case = running.spawn_blocking(move || {
                let result = world.play(&case, play);
                Finished { result, accepted_as: Vec::new() }
            });
            under_way.insert(case.id(), (scenario, Vec::new()));
        }
        loop {
            while silent_in_a_row < GONE_AFTER && running.len() < self.jobs() {
                let heavy_runs = self.is_slow_target && under_way.values().any(|(scenario, _)| scenario.is_heavy());
                if heavy_runs {
                    break;
                }
                let Some((scenario, taken)) = self.next_case(&mut seats, running.is_empty()) else { break };
                self.emit(RunEvent::CaseStarted { id: scenario.id.clone() });
                let mut setting = setting.clone();
                serials.give(&scenario.id, &mut setting);
                if self.target.is_fresh_each_case() {
                    setting.ordeal = Arc::default();
                }
                let case = one_case(Arc::clone(&scenario), taken.clone(), setting, service.for_case());
                under_way.insert(running.spawn(case).id(), (scenario, taken));
            }
            if running.is_empty() && self.pending.is_empty() {
                break;
            }
            if running.is_empty() {
                // Nobody speaks as any client now, so that to look disturbs no case.
                let is_there = tokio::select! {
                    is_there = contact::is_there(service, &self.target, contact.server) => is_there,
                    () = stopped(&mut self.stop) => return true,
                };
                if !is_there {
                    let why = format!("the target stopped answering: {GONE_AFTER} cases in a row heard nothing of it");
                    self.rest_is(CaseVerdict::Inconclusive, &Reason::new("target-gone", why));
                    break;
                }
                silent_in_a_row = 0;
                continue;
            }
            let finished = tokio::select! {
                finished = running.join_next_with_id() => finished,
                () = stopped(&mut self.stop) => {
                    running.shutdown().await;
                    return true;
                }
            };
            let Some(finished) = finished else { continue };
            let id = finished.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
            let Some((scenario, taken)) = under_way.remove(&id) else { continue };
            let mut finished = match finished {
                Ok((_, finished)) => finished,
                Err(error) => Finished { result: fault(&scenario, &error), accepted_as: Vec::new() },
            };
            silent_in_a_row = if heard_nothing(&finished.result) { silent_in_a_row + 1 } else { 0 };
            seats.give_back(&taken, &scenario, &finished.result, &finished.accepted_as);
            transcripts.keep(&mut finished.result);
            self.emit(RunEvent::CaseFinished(Box::new(finished.result)));
        }
        if let Some(note) = transcripts.note() {
            self.emit(RunEvent::Note(note));
        }
        false
    }

    fn jobs(&self) -> usize {
        match &self.target.launch {
            Some(launch) if launch.per_case && !self.target.has_free_port() => 1,
            _ => self.options.jobs.max(1),
        }
    }

    /// The next case that can be played now. Cases that never can are told so on the way.
    ///
    /// Thousands of messages keep a slow target from answering any other case, so those are played alone.
    fn next_case(&mut self, seats: &mut Seats, nothing_runs: bool) -> Option<(Arc<Scenario>, Vec<Taken>)> {
        let mut at = 0;
        while at < self.pending.len() {
            let scenario = Arc::clone(&self.pending[at]);
            if self.is_slow_target && scenario.is_heavy() && !nothing_runs {
                at += 1;
                continue;
            }
            match self.lacks(&scenario).map_or_else(|| seats.take(&scenario), Want::Never) {
                Want::Now(taken) => {
                    self.pending.remove(at);
                    return Some((scenario, taken));
                }
                Want::Later => at += 1,
                Want::Never(what) => {
                    self.pending.remove(at);
                    let mut result = unplayed(&scenario);
                    result.verdict = CaseVerdict::NotApplicable;
                    result.reason = Some(Reason::new("target-lacks", what));
                    self.emit(RunEvent::CaseFinished(Box::new(result)));
                }
                Want::Lost(why) => {
                    self.pending.remove(at);
                    let mut result = unplayed(&scenario);
                    result.verdict = CaseVerdict::Inconclusive;
                    result.reason = Some(Reason::new(FIXTURE_LOST, why));
                    self.emit(RunEvent::CaseFinished(Box::new(result)));
                }
            }
        }
        None
    }

    /// What the target lacks for a case, as far as that can be told before it is played.
    fn lacks(&self, scenario: &Scenario) -> Option<String> {
        let target = &self.target;
        let needs_tls =
            scenario.transport == Transport::Tls || matches!(scenario.client, Fixture::Anonymous | Fixture::Untrusted);
        if needs_tls && !(target.is_tls() && target.has_capability("tls")) {
            return Some("TLS".to_owned());
        }
        if scenario.is_slow() && target.keepalive_interval.is_none() {
            return Some("its keepalive interval (`keepalive_interval` in the target file)".to_owned());
        }
        if scenario.asks() && target.adapter.is_none() {
            return Some("an adapter (`adapter` in the target file)".to_owned());
        }
        let publishes =
            scenario.any_step(&|step| matches!(step.verb, Verb::Ask(sinkcheck_cases::language::Ask::Publish(_))));
        if publishes && !target.has_capability("publish") {
            return Some("the capability `publish`".to_owned());
        }
        None
    }
}

/// Whether a case leaves another identity than its own in need of one.
fn wants_another(scenario: &Scenario) -> bool {
    scenario.connections.values().any(|owner| *owner == Owner::Another)
}

async fn one_case(scenario: Arc<Scenario>, taken: Vec<Taken>, setting: Setting, service: service::ForCase) -> Finished {
    let begun = Instant::now();
    let mut setting = setting;
    let (mut result, accepted_as) = match service.prepare(&taken, &mut setting).await {
        Ok(mut ready) => {
            let seats: Vec<Seat> = ready.seats(&taken);
            let mut seats = seats.into_iter();
            let played = match seats.next() {
                Some(main) => timed(&scenario, &setting, main, seats.next()).await,
                None => None,
            };
            // The adapter's end is its own to see, so that nobody else may hold it.
            setting.adapter = None;
            let output = ready.finish().await;
            match played {
                Some(played) => {
                    let accepted_as = played.accepted_as.clone();
                    let mut result = judge(&scenario, played);
                    if result.verdict != CaseVerdict::Pass {
                        result.output = output;
                    }
                    (result, accepted_as)
                }
                None => (judged(&scenario, None), Vec::new()),
            }
        }
        Err(why) => {
            let mut result = unplayed(&scenario);
            result.reason = Some(why);
            (result, Vec::new())
        }
    };
    result.duration_ms = begun.elapsed().as_secs_f64() * 1e3;
    Finished { result, accepted_as }
}
