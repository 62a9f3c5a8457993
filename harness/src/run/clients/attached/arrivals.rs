//! A client has connected: whose connection it is, and what is begun with it.

use std::sync::Arc;

use sinkcheck_cases::language::{Certificate, Scenario};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_spec::wire::{ConnectionRequest, InstanceId};
use tokio::time::Instant;

use super::client::{Client, State};
use super::meeting::Meeting;
use super::next::Next;
use super::{Attached, Done, Task};
use crate::connection::{Arrived, Incoming};
use crate::player::{Patience, Publishing};
use crate::run::{judged, timed};

impl Attached<'_> {
    /// A connection came.
    pub(super) fn came(&mut self, arrived: Arrived) {
        // It was shown what isn't shown any more. Its client comes again.
        if arrived.turn != self.turn {
            return;
        }
        let Some(at) = self.whose(&arrived) else { return };
        self.wait.begin(false);
        if arrived.tls_failure().is_none() {
            self.tls_failures = 0;
        }
        let client = &mut self.clients[at];
        match &mut client.state {
            State::Playing { arrivals, .. } => {
                let arrivals = arrivals.clone();
                if let Some(request) = &arrived.request {
                    client.showed(request);
                }
                // One that opens more connections at a time than any case waits for has them closed.
                let _ = arrivals.try_send(arrived);
            }
            State::Aside(held) => *held = Some(arrived),
            State::Away | State::Parked { .. } => self.begin(at, arrived),
        }
    }

    /// Whose connection it is; nobody's if TLS failed and no case is about that.
    fn whose(&mut self, arrived: &Arrived) -> Option<usize> {
        if let Some(why) = arrived.tls_failure() {
            let refuses = self.clients.iter().position(|client| {
                let promised = client.promised.iter();
                promised.chain(self.playing(client)).any(|scenario| scenario.certificate != Certificate::Trusted)
            });
            if refuses.is_none() {
                self.tls_failed(why);
            }
            return refuses;
        }
        if let Some(at) = self.roster.whose(arrived) {
            return Some(at);
        }
        Some(self.stranger(arrived.request.as_ref().map(ConnectionRequest::client_instance_id)))
    }

    /// The client that one is taken for that is none of those in the target file, or whose request can't be read. A broken client
    /// may have changed its id; what is known of the one that it is taken for shows that.
    fn stranger(&mut self, id: Option<InstanceId>) -> usize {
        if !self.noted_stranger {
            self.noted_stranger = true;
            let shows = match id {
                Some(id) => format!("its client_instance_id is {id}"),
                None => "it sent no request that can be read".to_owned(),
            };
            self.run.emit(RunEvent::Note(format!(
                "A client connected that is none of `clients` in the target file: {shows}. It was taken for the next of them that was free."
            )));
        }
        let is_free = |client: &Client| matches!(client.state, State::Away | State::Parked { .. });
        // One that is wiped in the midst of a case has another id from then on.
        let wiped = self.clients.iter().position(|client| {
            matches!(client.state, State::Aside(_)) || self.playing(client).any(|scenario| scenario.asks())
        });
        let unseen = || self.clients.iter().position(|client| !client.was_seen());
        let free = || self.clients.iter().position(is_free);
        let at = wiped.or_else(unseen).or_else(free).unwrap_or(0);
        if let Some(id) = id {
            self.roster.remember(id, at);
        }
        at
    }

    /// A TLS handshake failed, and no case is about that. It is told once; the report has it if nobody comes.
    fn tls_failed(&mut self, why: &str) {
        self.tls_failures += 1;
        if self.last_tls_failure.replace(why.to_owned()).is_none() {
            let what = format!("a client's TLS handshake failed ({why}); does it trust `tls.certificate`?");
            self.run.emit(RunEvent::Waiting { what });
        }
    }

    /// The case that is played with a client.
    fn playing<'b>(&'b self, client: &'b Client) -> impl Iterator<Item = &'b Arc<Scenario>> {
        self.under_way.values().filter_map(move |(at, task)| match task {
            Task::Playing(scenario) if std::ptr::eq(&self.clients[*at], client) => Some(scenario),
            _ => None,
        })
    }

    /// A client connected with which nothing is done yet.
    pub(super) fn begin(&mut self, at: usize, arrived: Arrived) {
        self.clients[at].state = State::Away;
        let next = self.next(at, arrived.request.as_ref());
        if let Some(request) = &arrived.request {
            self.clients[at].showed(request);
        }
        match next {
            Next::Meet { measures, stays } => {
                let meeting = Meeting {
                    target: Arc::clone(&self.run.target),
                    history: self.clients[at].history.clone(),
                    server: self.server,
                    measures,
                    stays,
                    window: self.setting.calibration.window(),
                };
                self.clients[at].state = State::Aside(None);
                let task = self.tasks.spawn(async move { Done::Met(meeting.meet(arrived).await) });
                self.under_way.insert(task.id(), (at, Task::Meeting));
            }
            Next::Prepare(scenario) => match (self.adapter.clone(), self.clients[at].entry(scenario.client)) {
                (Some(adapter), Some(entry)) => {
                    let name = entry.name.clone();
                    // It may be answered on this connection, if it turns out to be a new client's.
                    self.clients[at].state = State::Aside(Some(arrived));
                    let task = self.tasks.spawn(async move { Done::Prepared(adapter.prepare(&name).await) });
                    self.under_way.insert(task.id(), (at, Task::Preparing(scenario)));
                }
                _ => self.run.pending.push_front(scenario),
            },
            Next::Show(scenario) => {
                self.show(scenario.certificate);
                self.clients[at].promised = Some(scenario);
            }
            Next::Play(scenario) => self.play_with(at, scenario, arrived),
        }
    }

    pub(super) fn show(&mut self, certificate: Certificate) {
        if self.shows != certificate {
            self.shows = certificate;
            self.turn = self.listening.show(self.target.tls.as_ref().and_then(|tls| tls.shown(certificate)));
        }
    }

    fn play_with(&mut self, at: usize, scenario: Arc<Scenario>, arrived: Arrived) {
        self.run.emit(RunEvent::CaseStarted { id: scenario.id.clone() });
        let client = &mut self.clients[at];
        let mut setting = self.setting.clone();
        self.serials.give(&scenario.id, &mut setting);
        setting.server = Some(client.carries.flatten().unwrap_or(self.server));
        if scenario.publishes > 0 && self.publishes_nothing && setting.publishing == Publishing::ByItself {
            setting.patience = Arc::new(Patience::little());
        }
        let (arrivals, incoming) = Incoming::channel();
        let seat = client.seat(scenario.client, incoming.clone());
        // It is empty, and has room.
        let _ = arrivals.try_send(arrived);
        client.state = State::Playing { arrivals, incoming };
        let played = Arc::clone(&scenario);
        let task = self.tasks.spawn(async move {
            let begun = Instant::now();
            let mut result = judged(&played, timed(&played, &setting, seat, None).await);
            result.duration_ms = begun.elapsed().as_secs_f64() * 1e3;
            Done::Played(Box::new(result))
        });
        self.under_way.insert(task.id(), (at, Task::Playing(scenario)));
    }
}
