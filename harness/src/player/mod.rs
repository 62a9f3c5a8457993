//! Plays one scenario at a target and tells what happened. It finds; the [`crate::judge`] judges.

mod ask;
mod awake;
mod build;
mod calibration;
mod client_times;
mod clients;
mod excuses;
mod expect;
mod habits;
mod link;
mod look;
mod ordeal;
mod outcome;
mod overload;
mod patience;
mod pongs;
mod seat;
mod servers;
mod setting;
mod settle;
mod steps;
mod values;
mod wanted;

use std::collections::BTreeMap;
use std::time::Duration;

use sinkcheck_cases::language::{MAIN, Owner, Scenario};
use sinkcheck_spec::wire::InstanceId;
use tokio::time::Instant;

use crate::connection::Transcript;

pub(crate) use build::default_event;
pub use calibration::{Calibration, measure};
pub use habits::Habits;
pub use ordeal::Ordeal;
pub use outcome::{Finding, Played, Stop};
pub use overload::LagMonitor;
pub use patience::Patience;
pub use seat::{Reached, Seat};
pub(crate) use setting::FIRST_CONNECTION;
pub use setting::{Publishing, Setting};

use awake::Closes;
use link::{Answered, Claim, Link, Owed};
use outcome::Halt;
use values::Values;
use wanted::WantedEvents;

pub(crate) struct Player<'a> {
    scenario: &'a Scenario,
    setting: &'a Setting,
    main: Seat,
    other: Option<Seat>,
    values: Values,
    connections: BTreeMap<String, Link>,
    /// Events that the peer was asked to publish.
    wanted: WantedEvents,
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
    /// How rejected connections came to their ends.
    closes: Closes,
    accepted_as: Vec<InstanceId>,
    connected_before: bool,
    /// The last connection ended with the word that the client's version isn't supported.
    is_outdated: bool,
    /// Its adapter is still to be asked to make it publish.
    is_to_publish: bool,
    /// How long a client under test let pass before each connection but the first.
    waits: Vec<Duration>,
    /// Line of the step that is played.
    line: usize,
    /// A wait took so long that the target may have lost patience with us.
    overslept: Option<String>,
    started: Instant,
}

/// Plays a scenario.
pub async fn play(scenario: &Scenario, setting: &Setting, main: Seat, other: Option<Seat>) -> Played {
    let transcript = match setting.keeps_transcript {
        true => Transcript::begin(setting.target.role),
        false => Transcript::none(setting.target.role),
    };
    let mut values = Values::new(&setting.target, main.client, main.is_told(), setting.server);
    if let Some(other) = &other {
        values.set_number("another_client", other.client.0.into());
    }
    let mut player = Player {
        values,
        scenario,
        setting,
        main,
        other,
        connections: BTreeMap::new(),
        wanted: WantedEvents::default(),
        answered: Answered::default(),
        delivered_before: 0,
        transcript,
        findings: Vec::new(),
        suspicions: Vec::new(),
        is_control: false,
        shown_by: Vec::new(),
        closes: Closes::default(),
        accepted_as: Vec::new(),
        connected_before: false,
        is_outdated: false,
        is_to_publish: false,
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
