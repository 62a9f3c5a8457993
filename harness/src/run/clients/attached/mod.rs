//! Clients under test that nobody launches: each connects to one port whenever it likes, again and again, and each connection is
//! handed the next case that can be played with its client.
//!
//! What a client is remembered by, its [`History`](crate::connection::History), lasts for the whole run. Its request is looked at
//! before its connection is handed on (see [`Look::Ahead`]), so that a client without a server_instance_id is seen to be a new one.

mod apart;
mod client;
mod meeting;
mod next;
mod order;
mod waiting;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use sinkcheck_cases::language::{Certificate, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_spec::wire::InstanceId;
use tokio::task::{Id, JoinError, JoinSet};

use self::apart::Roster;
use self::client::{Client, State};
use self::meeting::{Meeting, Met};
use self::next::Next;
use self::waiting::Wait;
use super::{attached_case, lacks};
use crate::connection::{Arrived, Incoming, Listening, Look};
use crate::judge::unplayed;
use crate::player::{LagMonitor, MANY_TIMEOUTS, Publishing, Setting};
use crate::run::serials::Serials;
use crate::run::transcripts::Transcripts;
use crate::run::{Run, fault, stopped};
use crate::target::{
    Adapter, AdapterError, AdapterKind, Address, ClientTarget, Placeholders, ProcessAdapter, free_port,
};

/// So many connections may show nothing of a client's speed before cases are played without it.
const MEASUREMENTS: usize = 3;

/// A connection that waited longer while another case ended is not handed on: its client may have given up on it.
const FRESH: Duration = Duration::from_secs(1);

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
    tls_failures: Vec<String>,
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
        let tls = target.tls.as_ref().and_then(|tls| tls.config(shows));
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
            calibration: crate::player::Calibration::default(),
            server: Some(server),
            lag,
            publishing: if adapter.is_some() { Publishing::ByAdapter } else { Publishing::ByItself },
            ordeal: Arc::default(),
            timeouts: Arc::new(AtomicUsize::new(0)),
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
            tls_failures: Vec::new(),
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
                if self.run.pending.is_empty() && self.clients.iter().all(|client| client.promised.is_none()) {
                    return false;
                }
            }
            let wakes_at = self.wait.wakes_at(!self.tasks.is_empty());
            tokio::select! {
                arrived = self.incoming.next(wakes_at) => match arrived {
                    Some(arrived) => self.came(arrived),
                    None if self.wait.is_over() || self.tls_failures.len() >= TLS_FAILURES => {
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

    /// A connection came.
    fn came(&mut self, arrived: Arrived) {
        // It was shown what isn't shown any more. Its client comes again.
        if arrived.turn != self.turn {
            return;
        }
        let Some(at) = self.whose(&arrived) else { return };
        self.wait.begin(false);
        if arrived.tls_failure().is_none() {
            self.tls_failures.clear();
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
                self.tls_failures.push(why.to_owned());
            }
            return refuses;
        }
        if let Some(at) = self.roster.whose(arrived) {
            return Some(at);
        }
        let request = arrived.request.as_ref()?;
        let id = request.client_instance_id();
        if !self.noted_stranger {
            self.noted_stranger = true;
            self.run.emit(RunEvent::Note(format!(
                "A client connected that is none of `clients` in the target file: its client_instance_id is {id}. It was taken for the next of them that was free."
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
        self.roster.remember(id, at);
        Some(at)
    }

    /// The case that is played with a client.
    fn playing<'b>(&'b self, client: &'b Client) -> impl Iterator<Item = &'b Arc<Scenario>> {
        self.under_way.values().filter_map(move |(at, task)| match task {
            Task::Playing(scenario) if std::ptr::eq(&self.clients[*at], client) => Some(scenario),
            _ => None,
        })
    }

    /// A client connected with which nothing is done yet.
    fn begin(&mut self, at: usize, arrived: Arrived) {
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

    fn show(&mut self, certificate: Certificate) {
        if self.shows != certificate {
            self.shows = certificate;
            self.turn = self.listening.show(self.target.tls.as_ref().and_then(|tls| tls.config(certificate)));
        }
    }

    fn play_with(&mut self, at: usize, scenario: Arc<Scenario>, arrived: Arrived) {
        self.run.emit(RunEvent::CaseStarted { id: scenario.id.clone() });
        let client = &mut self.clients[at];
        let mut setting = self.setting.clone();
        self.serials.give(&scenario.id, &mut setting);
        setting.server = Some(client.carries.flatten().unwrap_or(self.server));
        if scenario.publishes > 0 && self.publishes_nothing && setting.publishing == Publishing::ByItself {
            setting.timeouts = Arc::new(AtomicUsize::new(MANY_TIMEOUTS));
        }
        let (arrivals, incoming) = Incoming::channel();
        let seat = client.seat(scenario.client, incoming.clone());
        // It is empty, and has room.
        let _ = arrivals.try_send(arrived);
        client.state = State::Playing { arrivals, incoming };
        let played = Arc::clone(&scenario);
        let task =
            self.tasks.spawn(async move { Done::Played(Box::new(attached_case(&played, &setting, seat).await)) });
        self.under_way.insert(task.id(), (at, Task::Playing(scenario)));
    }

    fn finished(&mut self, finished: Result<(Id, Done), JoinError>) {
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
        if let Some(arrived) = left.filter(|arrived| arrived.is_open() && arrived.at.elapsed() < FRESH) {
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

    fn tell_what_is_waited_for(&mut self) {
        let promised = self.clients.iter().find_map(|client| client.promised.as_ref());
        let next = promised.or(self.run.pending.front()).map_or("", |scenario| scenario.id.as_str());
        let turned_away = self.clients.iter().any(|client| client.was_turned_away);
        let long = if turned_away { "; one that was turned away may wait for a minute" } else { "" };
        let what = format!("waiting for the client to connect again to {}{long}; next is {next}", self.place);
        self.run.emit(RunEvent::Waiting { what });
    }

    /// Nobody was there for as long as anybody may stay away.
    fn nobody_comes(&mut self) {
        for client in &mut self.clients {
            self.run.pending.extend(client.promised.take());
        }
        let waited = self.wait.waited();
        let tls = match self.tls_failures.last() {
            Some(why) => format!("; its TLS handshake failed: {why}"),
            None => String::new(),
        };
        let (code, message) = if self.wait.has_met() {
            ("client-gone", format!("no client connected again to {} {waited}{tls}", self.place))
        } else {
            ("client-not-there", format!("no client connected to {} {waited}{tls}", self.place))
        };
        self.run.rest_is(CaseVerdict::Inconclusive, &Reason::new(code, message));
        if self.clients.len() > 1 {
            for client in self.clients.iter().filter(|client| !client.was_seen()) {
                self.run.emit(RunEvent::Note(format!("The client `{}` never connected.", client.name())));
            }
        }
    }
}
