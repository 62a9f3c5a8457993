//! Clients under test that nobody launches: each connects to one port whenever it likes, again and again, and each connection is
//! handed the next case that can be played with its client.
//!
//! What a client is remembered by, its [`History`](crate::connection::History), lasts for the whole run. Its request is looked at
//! before its connection is handed on (see [`Look::Ahead`]), so that a client without a server_instance_id is seen to be a new one.

mod apart;
mod arrivals;
mod client;
mod meeting;
mod next;
mod order;
mod outcomes;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;

use sinkcheck_cases::language::{Certificate, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_spec::wire::InstanceId;
use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use self::apart::Roster;
use self::client::Client;
use self::meeting::Met;
use self::waiting::Wait;
use super::lacks;
use crate::connection::{Incoming, Listening, Look};
use crate::judge::unplayed;
use crate::player::{Calibration, LagMonitor, Publishing, Setting};
use crate::run::serials::Serials;
use crate::run::transcripts::Transcripts;
use crate::run::{Run, stopped};
use crate::target::{
    Adapter, AdapterError, AdapterKind, Address, ClientTarget, Placeholders, ProcessAdapter, free_port,
};

/// So many connections may show nothing of a client's speed before cases are played without it.
const MEASUREMENTS: usize = 3;

/// After so many TLS handshakes in a row that failed, and none that didn't, nobody is waited for any more.
const TLS_FAILURES: usize = 10;

/// What a task is about.
enum Task {
    Meeting,
    Preparing(Arc<Scenario>),
    Playing(Arc<Scenario>),
}

/// What came of a task.
enum Done {
    Met(Met),
    Prepared(Result<(), AdapterError>),
    Played(Box<CaseResult>),
}

/// A run with clients that connect by themselves.
struct Attached<'a> {
    run: &'a mut Run,
    target: &'a ClientTarget,
    /// Where they are to connect to.
    place: String,
    listening: Listening,
    incoming: Incoming,
    /// Which turn of what is shown over TLS goes on, and what it shows.
    turn: usize,
    shows: Certificate,
    roster: Roster,
    clients: Vec<Client>,
    adapter: Option<Arc<Adapter>>,
    /// Whether the adapter makes a client a new one, as far as is known.
    prepares: bool,
    setting: Setting,
    server: InstanceId,
    /// How often it may still be tried to measure.
    measurements: usize,
    /// The client published nothing by itself when a case last wanted it to.
    publishes_nothing: bool,
    serials: Serials,
    transcripts: Transcripts,
    tasks: JoinSet<Done>,
    under_way: HashMap<Id, (usize, Task)>,
    wait: Wait,
    /// How many TLS handshakes failed in a row, and why the last one did.
    tls_failures: usize,
    last_tls_failure: Option<String>,
    noted_stranger: bool,
}

impl Run {
    /// Plays all cases with clients that connect to this place. True if it was interrupted.
    pub(super) async fn play_attached(
        &mut self,
        target: &ClientTarget,
        place: &Address,
        server: InstanceId,
        lag: Arc<LagMonitor>,
    ) -> bool {
        self.pending.make_contiguous().sort_by_key(|scenario| order::rank(scenario));
        self.leave_out(|run, scenario| lacks(&run.target, target, None, scenario));
        match Attached::start(self, target, place, server, lag).await {
            Ok(attached) => attached.play_to_the_end().await,
            Err(why) => {
                self.rest_is(CaseVerdict::Inconclusive, &why);
                false
            }
        }
    }

    /// Takes out the cases that lack something, and tells so.
    fn leave_out(&mut self, mut lacks: impl FnMut(&Self, &Scenario) -> Option<String>) {
        for scenario in std::mem::take(&mut self.pending) {
            match lacks(self, &scenario) {
                Some(what) => {
                    let mut result = unplayed(&scenario);
                    result.verdict = CaseVerdict::NotApplicable;
                    result.reason = Some(Reason::new("target-lacks", what));
                    self.emit(RunEvent::CaseFinished(Box::new(result)));
                }
                None => self.pending.push_back(scenario),
            }
        }
    }
}

impl<'a> Attached<'a> {
    async fn start(
        run: &'a mut Run,
        target: &'a ClientTarget,
        place: &Address,
        server: InstanceId,
        lag: Arc<LagMonitor>,
    ) -> Result<Self, Reason> {
        let fault = |what: &str, why: String| Reason::new("could-not-start", format!("{what}: {why}"));
        let shows = Certificate::Trusted;
        let tls = target.tls.as_ref().and_then(|tls| tls.shown(shows));
        let (listening, incoming) = Listening::start(&place.host, place.port.unwrap_or(0), tls, Look::Ahead)
            .await
            .map_err(|error| fault("can't listen", format!("{place}: {error}")))?;
        let (roster, entries) = Roster::of(target);
        let adapter = match &run.target.adapter {
            Some(AdapterKind::Command { command, folder }) => {
                let with = Placeholders {
                    host: place.host.clone(),
                    port: Some(listening.address.port()),
                    server_instance_id: server.to_string(),
                    control_port: free_port("127.0.0.1").map_err(|error| fault("no free port", error.to_string()))?,
                    ..Placeholders::default()
                };
                let started = ProcessAdapter::start(command, folder, &with);
                let adapter = started.map_err(|error| fault("adapter", error.to_string()))?;
                Some(Arc::new(Adapter::Process(Box::new(adapter))))
            }
            _ => None,
        };
        let setting = Setting {
            target: Arc::clone(&run.target),
            adapter: adapter.clone(),
            calibration: Calibration::default(),
            server: Some(server),
            lag,
            publishing: if adapter.is_some() { Publishing::ByAdapter } else { Publishing::ByItself },
            ordeal: Arc::default(),
            absences: Arc::default(),
            habits: Arc::default(),
            patience: Arc::default(),
            keeps_transcript: true,
            serial: 0,
            salt: run.target.salt(),
        };
        Ok(Self {
            serials: Serials::of(&run.pending),
            run,
            target,
            place: place.to_string(),
            listening,
            incoming,
            turn: 0,
            shows,
            roster,
            clients: entries.into_iter().map(Client::new).collect(),
            prepares: adapter.is_some(),
            adapter,
            setting,
            server,
            measurements: MEASUREMENTS,
            publishes_nothing: false,
            transcripts: Transcripts::default(),
            tasks: JoinSet::new(),
            under_way: HashMap::new(),
            wait: Wait::first(),
            tls_failures: 0,
            last_tls_failure: None,
            noted_stranger: false,
        })
    }

    async fn play_to_the_end(mut self) -> bool {
        let interrupted = self.play().await;
        self.tasks.shutdown().await;
        if let Some(note) = self.transcripts.note() {
            self.run.emit(RunEvent::Note(note));
        }
        // The adapter's end is its own to see, so that nobody else may hold it.
        self.setting.adapter = None;
        if let Some(adapter) = self.adapter.take().and_then(Arc::into_inner) {
            adapter.stop().await;
        }
        interrupted
    }

    async fn play(&mut self) -> bool {
        if !self.run.pending.is_empty() {
            self.run.emit(RunEvent::Waiting { what: format!("waiting for a client to connect to {}", self.place) });
        }
        loop {
            if self.tasks.is_empty() {
                self.give_up_what_never_can_be();
                if self.tls_failures >= TLS_FAILURES {
                    self.nobody_comes();
                    return false;
                }
                if self.run.pending.is_empty() && self.clients.iter().all(|client| client.promised.is_none()) {
                    return false;
                }
            }
            let wakes_at = self.wait.wakes_at(!self.tasks.is_empty());
            tokio::select! {
                arrived = self.incoming.next(wakes_at) => match arrived {
                    Some(arrived) => self.came(arrived),
                    // Before its time only if nothing listens any more.
                    None if self.wait.is_over() || Instant::now() < wakes_at => {
                        self.nobody_comes();
                        return false;
                    }
                    None => {
                        if self.wait.is_news() {
                            self.tell_what_is_waited_for();
                        }
                    }
                },
                Some(finished) = self.tasks.join_next_with_id() => self.finished(finished),
                () = stopped(&mut self.run.stop) => return true,
            }
        }
    }
}
