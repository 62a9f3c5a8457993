//! A case, or what goes between cases, has come to its end.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Certificate, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use tokio::task::{Id, JoinError};

use super::client::State;
use super::meeting::Met;
use super::{Attached, Done, Task};
use crate::connection::Arrived;
use crate::judge::unplayed;
use crate::player::Publishing;
use crate::run::fault;
use crate::target::AdapterError;

/// A connection that waited longer while another case ended is not handed on: its client may have given up on it.
const FRESH: Duration = Duration::from_secs(1);

impl Attached<'_> {
    /// A task is over, and its client is free.
    pub(super) fn finished(&mut self, finished: Result<(Id, Done), JoinError>) {
        let id = finished.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some((at, task)) = self.under_way.remove(&id) else { return };
        let state = std::mem::replace(&mut self.clients[at].state, State::Away);
        self.wait.begin(false);
        match (task, finished.map(|(_, done)| done)) {
            (Task::Playing(scenario), Ok(Done::Played(result))) => self.played(at, &scenario, *result),
            (Task::Playing(scenario), Err(error)) => self.played(at, &scenario, fault(&scenario, &error)),
            (Task::Preparing(scenario), Ok(Done::Prepared(prepared))) => self.prepared(at, scenario, prepared),
            (Task::Meeting, Ok(Done::Met(met))) => self.met(at, met),
            // A meeting that failed within the harness; what it was for, the cases will find. The others are never mixed up.
            (Task::Preparing(scenario), _) => self.run.pending.push_front(scenario),
            (Task::Meeting | Task::Playing(_), _) => self.measurements = self.measurements.saturating_sub(1),
        }
        // What came meanwhile, and nobody took.
        let left = match state {
            State::Playing { incoming, .. } => incoming.left().pop(),
            State::Aside(held) => held,
            State::Away | State::Parked { .. } => None,
        };
        let is_prepared = self.clients[at].promised.is_some();
        let is_of_use = |arrived: &Arrived| {
            let carries_id = arrived.request.as_ref().is_some_and(|request| request.server_instance_id().is_some());
            // What carries an id is from before the client was made new.
            arrived.is_open() && arrived.at.elapsed() < FRESH && !(is_prepared && carries_id)
        };
        if let Some(arrived) = left.filter(is_of_use) {
            self.came(arrived);
        }
        self.wake_the_parked();
    }

    fn met(&mut self, at: usize, met: Met) {
        match met.calibration {
            Some(Ok(calibration)) => {
                self.setting.calibration = calibration;
                self.measurements = 0;
            }
            Some(Err(why)) => {
                self.measurements = 0;
                self.run.emit(RunEvent::Note(why));
            }
            None => {}
        }
        let client = &mut self.clients[at];
        client.was_welcomed = true;
        match met.server {
            Ok(server) => {
                client.carries = Some(Some(server));
                client.was_turned_away = false;
            }
            Err(_) => self.measurements = self.measurements.saturating_sub(1),
        }
        if let Some(connection) = met.connection {
            client.state = State::Parked { _connection: connection };
        }
    }

    fn prepared(&mut self, at: usize, scenario: Arc<Scenario>, prepared: Result<(), AdapterError>) {
        match prepared {
            Ok(()) => {
                let client = &mut self.clients[at];
                client.was_prepared();
                client.promised = Some(scenario);
            }
            Err(AdapterError::Unsupported(_)) => {
                self.prepares = false;
                self.run.pending.push_front(scenario);
            }
            Err(error) => {
                let mut result = unplayed(&scenario);
                result.reason = Some(Reason::new("adapter-failed", error.to_string()));
                self.run.emit(RunEvent::CaseFinished(Box::new(result)));
            }
        }
    }

    fn played(&mut self, at: usize, scenario: &Arc<Scenario>, mut result: CaseResult) {
        let passed = result.verdict == CaseVerdict::Pass;
        let client = &mut self.clients[at];
        client.was_welcomed = false;
        let turned_away = if passed { scenario.ends_rejected() } else { scenario.rejects() };
        client.was_turned_away = turned_away || scenario.certificate != Certificate::Trusted;
        self.show(Certificate::Trusted);
        let code = result.reason.as_ref().map_or("", |reason| reason.code.as_str());
        if code == "client-not-back" {
            self.wait.begin(true);
        }
        if scenario.publishes > 0 {
            if result.verdict == CaseVerdict::NotApplicable && self.setting.publishing == Publishing::ByAdapter {
                // The adapter doesn't make the application publish; perhaps it publishes something by itself.
                self.setting.publishing = Publishing::ByItself;
                self.run.pending.push_front(Arc::clone(scenario));
                return;
            }
            self.publishes_nothing = code == "nothing-published";
        }
        self.transcripts.keep(&mut result);
        self.run.emit(RunEvent::CaseFinished(Box::new(result)));
    }
}
