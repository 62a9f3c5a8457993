//! Plays cases at a client under test: the harness is the server, and the client is launched for each case, or connects by itself.

mod attached;
mod berth;
mod contact;
mod launched;

pub(in crate::run) use self::contact::{accept, measured};

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Ask, Certificate, Fixture, Scenario, Transport, Verb};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::InstanceId;
use tokio::sync::Semaphore;
use tokio::task::{Id, JoinError, JoinSet};

use self::contact::Contact;
use self::launched::LaunchedCase;
use super::serials::Serials;
use super::transcripts::Transcripts;
use super::virtual_time::{Peer, Play, World};
use super::{Run, fault, stopped};
use crate::judge::unplayed;
use crate::player::{LagMonitor, Setting};
use crate::target::{ClientReach, ClientTarget, Target};

/// The id of a launched client, where the target file gives none: each octet differs, so that none is taken for another.
pub(super) const CLIENT_ID: InstanceId = InstanceId(0x1a2b_3c4d);

/// The id of a launched client that was never accepted.
pub(super) const NEW_CLIENT_ID: InstanceId = InstanceId(0xab3c_4d5e);

/// The harness's id as the server, where the target file gives none.
pub(super) const SERVER_ID: InstanceId = InstanceId(0x0a0b_0c0d);

/// So many cases at most wait for keepalive intervals at a time, beside the others: they keep nobody busy.
const SLOW_JOBS: usize = 16;

impl Run {
    /// Plays all cases at a client. True if it was interrupted.
    pub(super) async fn play_clients(mut self) -> bool {
        let Some(client) = self.target.client.clone() else { return false };
        let server = self.target.server_instance_id.unwrap_or(SERVER_ID);
        let lag = LagMonitor::start();
        let contact = match &client.reach {
            ClientReach::BuiltIn => Contact::of_reference(),
            ClientReach::Launched { .. } => {
                let target = Arc::clone(&self.target);
                let met = tokio::select! {
                    met = contact::first(&target, &client, server) => met,
                    () = stopped(&mut self.stop) => return true,
                };
                match met {
                    Ok(contact) => contact,
                    Err(why) => {
                        self.rest_is(CaseVerdict::Inconclusive, &why);
                        return false;
                    }
                }
            }
            ClientReach::Attached(place) => return self.play_attached(&client, place, server, lag).await,
        };
        for note in &contact.notes {
            self.emit(RunEvent::Note(note.clone()));
        }
        let setting = Setting {
            target: Arc::clone(&self.target),
            adapter: None,
            calibration: contact.calibration,
            server: Some(server),
            lag,
            publishing: contact.publishing,
            ordeal: Arc::default(),
            absences: Arc::default(),
            habits: Arc::clone(&contact.habits),
            patience: Arc::default(),
            keeps_transcript: true,
            serial: 0,
            salt: self.target.salt(),
        };
        self.play_launched(&client, contact, setting, server).await
    }

    async fn play_launched(
        &mut self,
        client: &ClientTarget,
        contact: Contact,
        setting: Setting,
        server: InstanceId,
    ) -> bool {
        let mut serials = Serials::of(&self.pending);
        let mut transcripts = Transcripts::default();
        let mut running: JoinSet<CaseResult> = JoinSet::new();
        let mut under_way: HashMap<Id, Arc<Scenario>> = HashMap::new();
        let starting = Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));
        let world = World::new(Peer::reference(Role::Client), (*self.target).clone());
        for (scenario, serial) in self.take_virtual(&serials) {
            self.emit(RunEvent::CaseStarted { id: scenario.id.clone() });
            let play = Play { serial, salt: setting.salt };
            let (world, case) = (world.clone(), Arc::clone(&scenario));
            let case = running.spawn_blocking(move || world.play(&case, play));
            under_way.insert(case.id(), scenario);
        }
        loop {
            while let Some(scenario) = self.next_for_client(client, &contact, &under_way) {
                self.emit(RunEvent::CaseStarted { id: scenario.id.clone() });
                let mut setting = setting.clone();
                serials.give(&scenario.id, &mut setting);
                let case = LaunchedCase {
                    scenario: Arc::clone(&scenario),
                    setting,
                    client: client.clone(),
                    contact: contact.clone(),
                    server,
                    starting: Arc::clone(&starting),
                    stop: self.stop.clone(),
                };
                under_way.insert(running.spawn(case.play()).id(), scenario);
            }
            if running.is_empty() {
                break;
            }
            let finished = tokio::select! {
                finished = running.join_next_with_id() => finished,
                () = stopped(&mut self.stop) => {
                    // Each case sees that, too, and ends its client in an orderly way.
                    let _ = tokio::time::timeout(ENDING, async { while running.join_next().await.is_some() {} }).await;
                    running.shutdown().await;
                    return true;
                }
            };
            let Some(finished) = finished else { continue };
            let id = finished.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
            let Some(scenario) = under_way.remove(&id) else { continue };
            let mut result = match finished {
                Ok((_, result)) => result,
                Err(error) => fault(&scenario, &error),
            };
            transcripts.keep(&mut result);
            self.emit(RunEvent::CaseFinished(Box::new(result)));
        }
        if let Some(note) = transcripts.note() {
            self.emit(RunEvent::Note(note));
        }
        false
    }

    /// The next case that there is room for; cases that can't be played are told so on the way.
    fn next_for_client(
        &mut self,
        client: &ClientTarget,
        contact: &Contact,
        under_way: &HashMap<Id, Arc<Scenario>>,
    ) -> Option<Arc<Scenario>> {
        let slow = under_way.values().filter(|scenario| scenario.is_slow()).count();
        let has_one_port = matches!(client.reach, ClientReach::Launched { port: Some(_), .. });
        // Thousands of messages at a time keep a machine busy; two such cases would make each other late.
        let is_busy = under_way.values().any(|scenario| scenario.is_heavy());
        let has_room = |scenario: &Scenario| match scenario.is_slow() {
            _ if scenario.is_heavy() && is_busy => false,
            _ if has_one_port => under_way.is_empty(),
            true => slow < SLOW_JOBS,
            false => under_way.len() - slow < self.options.jobs.max(1),
        };
        let mut at = 0;
        while at < self.pending.len() {
            let scenario = Arc::clone(&self.pending[at]);
            if let Some(what) = lacks(&self.target, client, Some(contact), &scenario) {
                self.pending.remove(at);
                let mut result = unplayed(&scenario);
                result.verdict = CaseVerdict::NotApplicable;
                result.reason = Some(Reason::new("target-lacks", what));
                self.emit(RunEvent::CaseFinished(Box::new(result)));
            } else if has_room(&scenario) {
                self.pending.remove(at);
                return Some(scenario);
            } else {
                at += 1;
            }
        }
        None
    }
}

/// What a client lacks for a case, as far as that can be told before it is played; of one that is launched, with what is known of
/// it.
fn lacks(target: &Target, client: &ClientTarget, contact: Option<&Contact>, scenario: &Scenario) -> Option<String> {
    if scenario.transport == Transport::Tls {
        if client.tls.is_none() || !target.has_capability("tls") {
            return Some("TLS".to_owned());
        }
        let shows = client.tls.as_ref().is_some_and(|tls| tls.shown(scenario.certificate).is_some());
        if !shows {
            let key = if scenario.certificate == Certificate::Expired { "expired" } else { "wrong_name" };
            return Some(format!("a certificate to show it (`tls.{key}` in the target file)"));
        }
    }
    if scenario.is_slow() && target.keepalive_interval.is_none() {
        return Some("its keepalive interval (`keepalive_interval` in the target file)".to_owned());
    }
    if scenario.asks() && target.adapter.is_none() && client.reach != ClientReach::BuiltIn {
        return Some("an adapter (`adapter` in the target file)".to_owned());
    }
    let publishes =
        scenario.publishes > 0 || scenario.any_step(&|step| matches!(step.verb, Verb::Ask(Ask::Publish(_))));
    if publishes && !target.has_capability("publish") {
        return Some("the capability `publish`".to_owned());
    }
    if client.with_fixture(scenario.client).is_none() {
        return Some(format!("a `{}` client", scenario.client.name()));
    }
    let is_known = contact.is_none_or(|contact| contact.is_known);
    if scenario.begins_known() && !client.lists_clients && !is_known {
        return Some("a `known` client: it doesn't take the server's id from SINK_SERVER_INSTANCE_ID".to_owned());
    }
    let follows_new = contact.is_none_or(|contact| contact.follows_new);
    if scenario.client == Fixture::New && !client.lists_clients && !follows_new {
        return Some("a `new` client: it doesn't take what it is from SINK_FIXTURE".to_owned());
    }
    None
}

/// How long launched clients have to end when a run is interrupted; then they are killed.
const ENDING: Duration = Duration::from_secs(5);

/// How long all of a case's waits for connections may take beyond what any case takes.
pub(super) const CONNECTIONS: Duration = Duration::from_secs(1800);
