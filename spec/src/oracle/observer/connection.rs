//! What holds the judges of one connection together.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Finding, FindingKind, Judged, Settings, Tally};
use crate::catalogue::{Level, Role, catalogue};
use crate::oracle::model::{Meaning, Model, Outcome, Symbol};
use crate::oracle::{Breach, ClientOracle, ServerOracle};

/// How far one of the two peers can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It did nothing that can't be explained.
    Followed,
    /// It broke a rule, so that what the model takes it for is a guess from there on.
    Strayed,
    /// There are too many states that it may be in.
    GivenUp,
}

/// Judges both peers of one connection, or one of them. See the [module](super) for how to drive it.
#[derive(Debug, Clone)]
pub struct Observer {
    settings: Settings,
    server: ServerOracle,
    client: ClientOracle,
    model: Model,
    server_standing: Standing,
    client_standing: Standing,
    frames: u64,
    found: VecDeque<Finding>,
    server_tally: Tally,
    client_tally: Tally,
}

impl Observer {
    /// A connection of which nothing was seen yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        // At an end it is known what the server has on record.
        let judges_answers = settings.judged == Judged::Both;
        Self {
            settings,
            server: if judges_answers { ServerOracle::judging_answers() } else { ServerOracle::new() },
            client: ClientOracle::new(),
            model: Model::new(settings.from_the_start, judges_answers),
            server_standing: Standing::Followed,
            client_standing: Standing::Followed,
            frames: 0,
            found: VecDeque::new(),
            server_tally: Tally::default(),
            client_tally: Tally::default(),
        }
    }

    /// A frame with this content passes, without its two octets of length.
    pub fn frame(&mut self, from: Role, at: Duration, content: &[u8]) {
        let number = self.frames;
        self.frames += 1;
        if Role::ALL.iter().all(|role| *self.standing(*role) == Standing::GivenUp) {
            return;
        }
        let symbol = Symbol::of(content);
        let breaches = match from {
            Role::Client => {
                self.server.sent(content);
                self.client.received(content)
            }
            Role::Server => {
                self.client.sent(content);
                self.server.received(content)
            }
        };
        let (sender, receiver) = self.model.passes(from, &symbol);
        self.compare(from, at, number, sender, &symbol, &breaches);
        for breach in breaches {
            self.blame(from, at, breach, number);
        }
        if receiver == Outcome::TooMany {
            self.give_up(from.other(), at, number);
        }
    }

    /// Holds what the model says of a frame against what the checks of the rules say.
    fn compare(
        &mut self,
        from: Role,
        at: Duration,
        number: u64,
        outcome: Outcome,
        symbol: &Symbol,
        breaches: &[Breach],
    ) {
        if !self.settings.judged.includes(from) || *self.standing(from) != Standing::Followed {
            return;
        }
        // That a PONG is one too many shows in how it comes, and not in that it comes.
        let must = breaches.iter().find(|breach| symbol.meaning != Some(Meaning::Pong) && is_must(breach.rule));
        let what = match (outcome, must) {
            (Outcome::TooMany, _) => return self.give_up(from, at, number),
            (Outcome::Unexplained, None) => "no order of reading explains this frame, and no rule is broken".to_owned(),
            (Outcome::Explained, Some(breach)) => {
                format!("this frame breaks {} ({}), and some order of reading explains it", breach.rule, breach.what)
            }
            (Outcome::Explained, None) => return,
            (Outcome::Unexplained, Some(_)) => {
                *self.standing(from) = Standing::Strayed;
                return;
            }
        };
        *self.standing(from) = Standing::Strayed;
        self.found.push_back(Finding { kind: FindingKind::Disagreement, by: from, at, what, frames: vec![number] });
    }

    fn give_up(&mut self, role: Role, at: Duration, number: u64) {
        if *self.standing(role) == Standing::GivenUp {
            return;
        }
        *self.standing(role) = Standing::GivenUp;
        if self.settings.judged.includes(role) {
            let what = "too many readings of what passed are possible".to_owned();
            self.found.push_back(Finding { kind: FindingKind::GaveUp, by: role, at, what, frames: vec![number] });
        }
    }

    fn standing(&mut self, role: Role) -> &mut Standing {
        match role {
            Role::Server => &mut self.server_standing,
            Role::Client => &mut self.client_standing,
        }
    }

    /// A peer ended its direction, in whatever way, within a frame of which these octets had passed (its length included);
    /// none if it ended behind a whole frame.
    pub fn closed(&mut self, from: Role, _at: Duration, unfinished: &[u8]) {
        match from {
            Role::Client => self.server.sent_end(unfinished),
            Role::Server => self.client.sent_end(unfinished),
        }
    }

    /// When to call [`Observer::tick`], unless something passes before; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        None
    }

    /// Time has passed. Before the deadline nothing comes of it.
    pub fn tick(&mut self, _at: Duration) {}

    /// The next thing that was found.
    pub fn poll(&mut self) -> Option<Finding> {
        self.found.pop_front()
    }

    /// How many frames passed.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How often the peer in this role met each rule.
    #[must_use]
    pub fn tally(&self, role: Role) -> &Tally {
        match role {
            Role::Server => &self.server_tally,
            Role::Client => &self.client_tally,
        }
    }

    fn blame(&mut self, by: Role, at: Duration, breach: Breach, number: u64) {
        if !self.settings.judged.includes(by) || *self.standing(by) == Standing::GivenUp {
            return;
        }
        match by {
            Role::Server => self.server_tally.broken(breach.rule),
            Role::Client => self.client_tally.broken(breach.rule),
        }
        let Breach { rule, what } = breach;
        self.found.push_back(Finding { kind: FindingKind::Broken(rule), by, at, what, frames: vec![number] });
    }
}

/// A rule that the catalogue doesn't have counts as a MUST.
fn is_must(rule: &str) -> bool {
    catalogue().rule(rule).is_none_or(|rule| rule.level == Level::Must)
}
