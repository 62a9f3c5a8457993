//! What holds the judges of one connection together.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Finding, FindingKind, Settings, Tally};
use crate::catalogue::Role;
use crate::oracle::{Breach, ClientOracle, ServerOracle};

/// Judges both peers of one connection, or one of them. See the [module](super) for how to drive it.
#[derive(Debug, Clone)]
pub struct Observer {
    settings: Settings,
    server: ServerOracle,
    client: ClientOracle,
    frames: u64,
    found: VecDeque<Finding>,
    server_tally: Tally,
    client_tally: Tally,
}

impl Observer {
    /// A connection of which nothing was seen yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            server: ServerOracle::new(),
            client: ClientOracle::new(),
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
        for breach in breaches {
            self.blame(from, at, breach, number);
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
        if !self.settings.judged.includes(by) {
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
