//! Plays one scenario at a target and tells what happened. It finds; the [`crate::judge`] judges.

mod ask;
mod build;
mod calibration;
mod clients;
mod expect;
mod look;
mod ordeal;
mod overload;
mod pongs;
mod servers;
mod settle;
mod steps;
mod values;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sinkcheck_cases::language::{Fixture, MAIN, Owner, Scenario};
use sinkcheck_reports::document::TranscriptEntry;
use sinkcheck_spec::catalogue::{Level, catalogue};
use sinkcheck_spec::wire::{Deframer, Event, InstanceId, MessageId};
use tokio::time::Instant;

use crate::connection::{Connection, DialError, Doubt, History, Incoming, Reach, Transcript};
use crate::target::{Adapter, ClientReach, Process, Target};

pub(crate) use build::default_event;
pub use calibration::{Calibration, measure};
pub use ordeal::Ordeal;
pub use overload::LagMonitor;
pub use pongs::Habits;

use values::Values;

/// What a case is played with.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The target.
    pub target: Arc<Target>,
    /// Its adapter, if it has one.
    pub adapter: Option<Arc<Adapter>>,
    /// How fast and in what order it answers.
    pub calibration: Calibration,
    /// The server's instance id, as far as it is known.
    pub server: Option<InstanceId>,
    /// How late this machine is.
    pub lag: Arc<LagMonitor>,
    /// How a client under test comes to publish.
    pub publishing: Publishing,
    /// What the server has been through; a fresh one for a server that is fresh.
    pub ordeal: Arc<Ordeal>,
    /// How often patience ran out in this run.
    pub timeouts: Arc<AtomicUsize>,
    /// How often a client was waited for in vain.
    pub absences: Arc<AtomicUsize>,
    /// What is known of the target's habits.
    pub habits: Arc<Habits>,
    /// Whether what is exchanged is kept, to be shown.
    pub keeps_transcript: bool,
    /// Which play of the run it is.
    pub serial: u64,
    /// Makes events of this run differ from those of another one.
    pub salt: u64,
}

/// How long a client under test has for its first connection.
pub(crate) const FIRST_CONNECTION: Duration = Duration::from_secs(20);

/// How long it has for each further one: a minute, and a tenth, and some more.
const RECONNECT: Duration = Duration::from_secs(70);

/// How a client under test comes to publish the events that a case wants of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Publishing {
    /// It was told how many when it was launched, or does so by itself.
    #[default]
    ByItself,
    /// Its adapter makes it.
    ByAdapter,
}

/// Patience may run out so often before there is less of it.
const TIMEOUTS: usize = 4;

/// Patience ran out so often that there is little left; so it is from the start where the first contact ended in silence.
pub(crate) const MANY_TIMEOUTS: usize = 16;

impl Setting {
    /// How long an answer is waited for that must come. A target that has been waited for in vain several times has failed, or will
    /// not be judged by what comes later; the rest of the run is not to take an hour for it.
    pub fn patience(&self) -> Duration {
        let whole = self.calibration.patience();
        let part = match self.timeouts.load(Ordering::Relaxed) {
            ..TIMEOUTS => return whole,
            TIMEOUTS..MANY_TIMEOUTS => whole / 4,
            MANY_TIMEOUTS.. => whole / 8,
        };
        part.max(self.calibration.window() * 2)
    }

    /// How long a client under test has until it connects for the first time: it may have to be started.
    pub fn first_connection(&self) -> Duration {
        FIRST_CONNECTION
    }

    /// How long a client under test has until it connects again. Clients in the field wait for up to a minute. One that nobody
    /// launched has all of that, each time: the run ends when it is gone.
    pub fn reconnect(&self, is_judged: bool) -> Duration {
        let is_attached =
            self.target.client.as_ref().is_some_and(|client| matches!(client.reach, ClientReach::Attached(_)));
        match self.absences.load(Ordering::Relaxed) {
            _ if is_judged || is_attached => RECONNECT,
            ..TIMEOUTS => RECONNECT,
            TIMEOUTS..MANY_TIMEOUTS => RECONNECT / 4,
            MANY_TIMEOUTS.. => RECONNECT / 8,
        }
    }

    /// Patience ran out once more.
    pub(crate) fn ran_out(&self) {
        self.timeouts.fetch_add(1, Ordering::Relaxed);
    }
}

/// An identity as a case speaks as it.
#[derive(Debug, Clone)]
pub struct Seat {
    /// Its name in the target file: `known`, `known/2` …
    pub name: String,
    /// What kind of identity it is.
    pub fixture: Fixture,
    /// How the target is reached as it, for this case.
    pub reached: Reached,
    /// The client_instance_id on the server's record, or the one to introduce it with; of a client under test, its own.
    pub client: InstanceId,
}

/// How a target is reached.
#[derive(Debug, Clone)]
pub enum Reached {
    /// A server, by connecting to it.
    Server(Reach),
    /// A client, by waiting for it.
    Client {
        /// Its connections.
        incoming: Incoming,
        /// What is known of it from earlier connections.
        history: History,
        /// The program that it runs in, if the harness launched one.
        process: Process,
        /// The seat's client_instance_id is what the client was told to have, or what the target file says that it has.
        is_told: bool,
    },
}

/// A rule that was found broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// Line of the step in the scenario file.
    pub line: usize,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub observed: String,
}

/// Why a case ended before its last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A rule was found broken: see the findings.
    Broken,
    /// It can't be told whether the target does right.
    CantTell {
        /// A stable code in kebab case.
        code: &'static str,
        /// In words.
        message: String,
        /// Line of the step.
        line: usize,
    },
    /// The target lacks what the step needs.
    Lacks {
        /// What it lacks, as a noun phrase.
        what: String,
        /// Line of the step.
        line: usize,
    },
    /// The harness itself failed.
    Fault(String),
}

/// What happened when a case was played.
#[derive(Debug, Clone)]
pub struct Played {
    /// Broken rules, in the order in which they were found.
    pub findings: Vec<Finding>,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// How each "nothing" was shown.
    pub shown_by: Vec<String>,
    /// All that was exchanged.
    pub transcript: Vec<TranscriptEntry>,
    /// The ids that the server accepted the main identity with, in order.
    pub accepted_as: Vec<InstanceId>,
    /// How long it took.
    pub took: Duration,
}

pub(crate) struct Player<'a> {
    scenario: &'a Scenario,
    setting: &'a Setting,
    main: Seat,
    other: Option<Seat>,
    values: Values,
    connections: BTreeMap<String, Link>,
    /// Events that the peer was asked to publish.
    wanted: Vec<Event<'static>>,
    answered: Answered,
    /// How many events the application had taken before the case.
    delivered_before: usize,
    transcript: Transcript,
    findings: Vec<Finding>,
    /// Rules that are broken unless the target sends PONGs of its own accord.
    suspicions: Vec<Finding>,
    /// It is looked at whether the target sends PONGs of its own accord, so nothing may be sent that asks for one.
    is_control: bool,
    shown_by: Vec<String>,
    accepted_as: Vec<InstanceId>,
    connected_before: bool,
    /// The last connection ended with the word that the client's version isn't supported.
    is_outdated: bool,
    /// Its adapter is still to be asked to make it publish.
    is_to_publish: bool,
    /// How many of its events the peer was seen to have in flight at the most, on any connection.
    most_in_flight: usize,
    /// How long a client under test let pass before each connection but the first.
    waits: Vec<Duration>,
    /// Line of the step that is played.
    line: usize,
    /// A wait took so long that the target may have lost patience with us.
    overslept: Option<String>,
    started: Instant,
}

/// A connection and what the player remembers of it.
struct Link {
    connection: Connection,
    /// PUBLISHes that must be answered and of which no step has taken the answer.
    waiting: VecDeque<Owed>,
    next_id: MessageId,
    /// Breaches that have been turned into findings.
    reported: usize,
    /// A request that was sent, to learn from its answer who is on record.
    introduced: Option<InstanceId>,
    /// What the case sent, put together into frames.
    sent: Deframer,
    /// When a client under test was rejected on it.
    rejected_at: Option<Instant>,
    /// It was told that its version isn't supported.
    is_outdated: bool,
    /// When the case ended it.
    ended_at: Option<Instant>,
}

impl Link {
    /// Whether a frame was begun and not ended: nothing else can be sent.
    fn is_within_frame(&self) -> bool {
        self.sent.pending() > 0
    }
}

/// A PUBLISH that must be answered.
struct Owed {
    id: MessageId,
    event: Event<'static>,
    claim: Claim,
}

/// What was answered to events, of which a later step asks what the application took.
#[derive(Default)]
struct Answered {
    acked: Vec<Event<'static>>,
    /// NACKed, and never ACKed.
    nacked: Vec<Event<'static>>,
}

impl Answered {
    fn ack(&mut self, event: Event<'static>) {
        self.nacked.retain(|nacked| *nacked != event);
        self.acked.push(event);
    }

    fn nack(&mut self, event: Event<'static>) {
        if !self.acked.contains(&event) {
            self.nacked.push(event);
        }
    }
}

/// What the target file says that the application does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    Accepts,
    Rejects,
    Unknown,
}

/// How a step ended that did not go as it should.
enum Halt {
    Broken {
        rule: Option<String>,
        expected: String,
        observed: String,
    },
    CantTell {
        code: &'static str,
        message: String,
    },
    Lacks(String),
    /// A name that no step has given a value.
    Unset(String),
    Fault(String),
}

/// Plays a scenario.
pub async fn play(scenario: &Scenario, setting: &Setting, main: Seat, other: Option<Seat>) -> Played {
    let transcript = match setting.keeps_transcript {
        true => Transcript::begin(setting.target.role),
        false => Transcript::none(setting.target.role),
    };
    let mut player = Player {
        values: Values::new(&setting.target, main.client, main.is_told(), setting.server),
        scenario,
        setting,
        main,
        other,
        connections: BTreeMap::new(),
        wanted: Vec::new(),
        answered: Answered::default(),
        delivered_before: 0,
        transcript,
        findings: Vec::new(),
        suspicions: Vec::new(),
        is_control: false,
        shown_by: Vec::new(),
        accepted_as: Vec::new(),
        connected_before: false,
        is_outdated: false,
        is_to_publish: false,
        most_in_flight: 0,
        waits: Vec::new(),
        line: 1,
        overslept: None,
        started: Instant::now(),
    };
    player.values.tell_events_apart(setting.serial, setting.salt);
    let stop = player.run().await;
    let stop = player.doubt().or(stop);
    player.remember_acceptances();
    let stop = player.judge_pongs(stop).await;
    let took = player.started.elapsed();
    Played {
        findings: player.findings,
        stop,
        shown_by: player.shown_by,
        transcript: player.transcript.entries(),
        accepted_as: player.accepted_as,
        took,
    }
}

impl Seat {
    /// Connects to a server under test.
    ///
    /// # Errors
    /// The server can't be reached, or it is a client that is under test.
    pub async fn open(
        &self,
        name: &str,
        patience: Duration,
        keepalive: Option<Duration>,
        transcript: Transcript,
    ) -> Result<Connection, DialError> {
        match &self.reached {
            Reached::Server(reach) => Connection::open(name, reach, patience, keepalive, transcript).await,
            Reached::Client { .. } => Err(DialError::ByItself),
        }
    }

    /// Whether the client_instance_id is known beforehand, and not what a client under test makes it.
    fn is_told(&self) -> bool {
        !matches!(self.reached, Reached::Client { is_told: false, .. })
    }

    /// Where the target is, for messages.
    pub fn place(&self) -> String {
        match &self.reached {
            Reached::Server(reach) => reach.to_string(),
            Reached::Client { .. } => "a client that connects by itself".to_owned(),
        }
    }
}

impl Player<'_> {
    async fn run(&mut self) -> Option<Stop> {
        let prepared = match self.look_at_application().await {
            Ok(()) => self.let_publish(true).await,
            failed => failed,
        };
        if let Err(halt) = prepared {
            let line = self.scenario.steps.first().map_or(1, |step| step.line);
            return Some(self.stop(halt, None, line));
        }
        let steps = &self.scenario.steps;
        if let Some(stop) = self.steps(steps).await {
            return Some(stop);
        }
        let line = steps.last().map_or(1, |step| step.line);
        self.settle(line).await
    }

    /// Turns what a step came to into a reason to stop; a broken SHOULD is noted, and the case goes on.
    fn stop(&mut self, halt: Halt, rule_of_step: Option<&str>, line: usize) -> Stop {
        match halt {
            Halt::Broken { rule, expected, observed } => {
                let rule = rule
                    .or_else(|| rule_of_step.map(str::to_owned))
                    .unwrap_or_else(|| self.scenario.requirements[0].clone());
                self.findings.push(Finding { rule, line, expected, observed });
                Stop::Broken
            }
            Halt::CantTell { code, message } => Stop::CantTell { code, message, line },
            Halt::Lacks(what) => Stop::Lacks { what, line },
            // The step that would have given it found a SHOULD broken, and without it the case can't go on.
            Halt::Unset(_) if !self.findings.is_empty() => Stop::Broken,
            Halt::Unset(name) => Stop::Fault(format!("${name} has no value")),
            Halt::Fault(what) => Stop::Fault(what),
        }
    }

    /// Moves what the oracle found on any connection into the findings. True if a MUST is among them.
    fn collect_breaches(&mut self, line: usize) -> bool {
        let mut must = false;
        for link in self.connections.values_mut() {
            let inbox = link.connection.inbox();
            for breach in &inbox.breaches[link.reported..] {
                let level = catalogue().rule(breach.rule).map_or(Level::Must, |rule| rule.level);
                let expected = catalogue().rule(breach.rule).map_or_else(String::new, |rule| rule.text.clone());
                let finding = Finding { rule: breach.rule.to_owned(), line, expected, observed: breach.what.clone() };
                if breach.is_of_pong() {
                    self.suspicions.push(finding);
                    continue;
                }
                must |= level == Level::Must;
                if !self.findings.iter().any(|known| known.rule == finding.rule) {
                    self.findings.push(finding);
                }
            }
            link.reported = inbox.breaches.len();
            if inbox.oracle.ponged_unasked() {
                self.setting.habits.ponged_unasked();
            }
        }
        must
    }

    /// Why nothing can be said, if the oracle lost its way on one of the connections. A contradiction of its own makes what it
    /// found worthless.
    fn doubt(&mut self) -> Option<Stop> {
        let inboxes = self.connections.values().map(|link| link.connection.inbox().oracle.doubt().cloned());
        let doubts: Vec<Doubt> = inboxes.flatten().collect();
        let contradiction = doubts.iter().find(|doubt| matches!(doubt, Doubt::Contradiction(_)));
        match contradiction.or(doubts.first())? {
            Doubt::Contradiction(what) => {
                self.findings.clear();
                Some(Stop::Fault(format!("the oracle contradicts itself: {what}")))
            }
            Doubt::GaveUp(what) => {
                Some(Stop::CantTell { code: "too-many-readings", message: what.clone(), line: self.line })
            }
        }
    }

    fn remember_acceptances(&mut self) {
        let links = std::mem::take(&mut self.connections);
        for (name, link) in &links {
            self.remember_acceptance(name, link);
        }
    }

    fn remember_acceptance(&mut self, name: &str, link: &Link) {
        let is_main = name == MAIN || self.scenario.connections.get(name) == Some(&Owner::Same);
        let accepted = link.connection.inbox().oracle.phase() == sinkcheck_spec::oracle::Phase::Accepted;
        if let (true, true, Some(client)) = (is_main, accepted, link.introduced) {
            self.accepted_as.push(client);
        }
    }

    /// The client_instance_id of the other client that the connection is of, if it is.
    fn owner_beside_main(&self, connection: &str) -> Option<InstanceId> {
        let is_of_another = self.scenario.connections.get(connection) == Some(&Owner::Another);
        self.other.as_ref().filter(|_| is_of_another).map(|seat| seat.client)
    }

    fn seat(&self, connection: &str) -> Option<&Seat> {
        match self.scenario.connections.get(connection) {
            Some(Owner::Another) => self.other.as_ref(),
            Some(Owner::Same) | None => Some(&self.main),
        }
    }
}
