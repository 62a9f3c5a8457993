//! What is told of a TCP connection, once it is known to speak Sink.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Judged;

use super::flow::{End, Passed};
use super::suspect::{Looks, beginning, begins_a_frame, within};
use crate::record::{Happening, Opening, What};

/// More than the largest frame: a connection of which so much was seen is no riddle any more.
const MOST_HELD: usize = 70_000;

/// What a connection has become by what passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) enum Becomes {
    /// What it was.
    Same,
    /// One that speaks Sink, to this server.
    Sink(SocketAddr),
    /// TLS.
    Tls,
    /// Something else.
    Other,
    /// One of which the capture doesn't have the start, nor a frame's start.
    Unclear,
}

impl Becomes {
    /// The one that says more.
    pub(in crate::record) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Same, other) => other,
            (Self::Sink(_), Self::Tls | Self::Other | Self::Unclear) => other,
            (known, _) => known,
        }
    }
}

/// A connection that speaks Sink, or may.
pub(in crate::record) struct Watched {
    ends: [SocketAddr; 2],
    from_the_start: bool,
    /// Which end is the client, once that is known.
    client: Option<End>,
    state: State,
    latest: Duration,
    /// What each end began with, as long as that matters.
    looked_at: [bool; 2],
    /// How often it was lost.
    parts: u64,
}

enum State {
    /// Nothing was told yet.
    Held { passed: Vec<(Duration, Held)>, octets: usize },
    /// It is told of, under this number.
    Told(u64),
    /// It was told of up to a place behind which it can't be followed. It is told of anew once a frame is seen to begin.
    Lost,
    /// It isn't told of.
    Not(Becomes),
}

enum Held {
    Octets(End, Vec<u8>),
    Ended(End, bool),
}

impl Watched {
    /// A connection between these ends that begins to be followed, and the end that opened it, if that is known; `None` if it is
    /// not Sink's.
    pub(in crate::record) fn new(
        ends: [SocketAddr; 2],
        opener: Option<End>,
        ports: &[u16],
        servers: &HashSet<SocketAddr>,
    ) -> Option<Self> {
        let is_server = |end: End| match ports {
            [] => servers.contains(&ends[end]),
            ports => ports.contains(&ends[end].port()),
        };
        let client = match opener {
            Some(opener) => is_server(1 - opener).then_some(opener),
            None => [1, 0].into_iter().find(|end| is_server(*end)).map(|server| 1 - server),
        };
        if client.is_none() && !ports.is_empty() {
            return None;
        }
        let watched = Self {
            ends,
            from_the_start: opener.is_some(),
            client,
            state: State::Held { passed: Vec::new(), octets: 0 },
            latest: Duration::ZERO,
            looked_at: [false; 2],
            parts: 0,
        };
        Some(watched.opened_by(opener))
    }

    /// Where the capture shows who opened the connection, only that end can be the client.
    fn opened_by(mut self, opener: Option<End>) -> Self {
        if let Some(opener) = opener {
            // Of what the server begins with nothing depends.
            self.looked_at[1 - opener] = true;
        }
        self
    }

    /// Something passed. Connections that begin to be told of are counted.
    pub(in crate::record) fn passed(
        &mut self,
        at: Duration,
        passed: Passed<'_>,
        told: &mut u64,
        tell: &mut dyn FnMut(Happening<'_>),
    ) -> Becomes {
        self.latest = self.latest.max(at);
        let at = self.latest;
        match (&mut self.state, passed) {
            (State::Not(_), _) => Becomes::Same,
            (State::Lost, Passed::Octets(end, octets)) if begins_a_frame(octets) => {
                self.state = State::Held { passed: vec![(at, Held::Octets(end, octets.to_vec()))], octets: 0 };
                self.begin(told, tell)
            }
            (State::Lost, _) => Becomes::Same,
            (State::Told(number), Passed::Octets(end, octets)) => {
                let number = *number;
                if !self.from_the_start && !std::mem::replace(&mut self.looked_at[end], true) && !begins_a_frame(octets)
                {
                    return self.lost(self.no_frame(end), tell);
                }
                let from = self.role(end);
                tell(Happening { at, connection: number, what: What::Octets { from, octets } });
                Becomes::Same
            }
            (State::Told(number), Passed::Ended(end, by_reset)) => {
                let connection = *number;
                let from = self.role(end);
                tell(Happening { at, connection, what: What::Ended { from, by_reset } });
                Becomes::Same
            }
            (State::Told(_), Passed::Lost(why)) => self.lost(why, tell),
            (State::Held { .. }, Passed::Lost(why)) => match self.client {
                Some(_) => {
                    self.begin(told, tell);
                    self.lost(why, tell)
                }
                None => self.not(Becomes::Unclear),
            },
            (State::Held { passed, .. }, Passed::Ended(end, by_reset)) => {
                passed.push((at, Held::Ended(end, by_reset)));
                Becomes::Same
            }
            (State::Held { passed, octets: held }, Passed::Octets(end, octets)) => {
                *held += octets.len();
                passed.push((at, Held::Octets(end, octets.to_vec())));
                self.decide(end, told, tell)
            }
        }
    }

    /// Nothing more comes. What it was if it wasn't told of.
    pub(in crate::record) fn finish(&mut self, at: Duration, tell: &mut dyn FnMut(Happening<'_>)) -> Option<Becomes> {
        match self.state {
            State::Told(connection) => {
                tell(Happening { at: self.latest.max(at), connection, what: What::Over });
                None
            }
            State::Lost => None,
            State::Not(becomes) => Some(becomes),
            State::Held { .. } => Some(Becomes::Same),
        }
    }

    fn decide(&mut self, end: End, told: &mut u64, tell: &mut dyn FnMut(Happening<'_>)) -> Becomes {
        let State::Held { passed, octets } = &self.state else { return Becomes::Same };
        let first: Vec<u8> = passed
            .iter()
            .filter_map(|(_, held)| match held {
                Held::Octets(from, octets) if *from == end => Some(octets.as_slice()),
                _ => None,
            })
            .collect::<Vec<_>>()
            .concat();
        let is_full = *octets > MOST_HELD;
        if !self.from_the_start {
            return match (within(&first), self.client) {
                (Looks::Tls, _) => self.not(Becomes::Tls),
                (_, Some(_)) if begins_a_frame(&first) => self.begin(told, tell),
                (_, Some(_)) => {
                    self.begin_empty(told, tell);
                    self.lost(self.no_frame(end), tell)
                }
                (Looks::Sink(role), None) => {
                    self.client = Some(if role == Role::Client { end } else { 1 - end });
                    self.begin(told, tell)
                }
                // Servers mostly listen at low ports, and clients' are given from the high ones.
                (Looks::SinkOfEither, None) => {
                    self.client = Some(usize::from(self.ends[0].port() < self.ends[1].port()));
                    self.begin(told, tell)
                }
                (_, None) => self.not(Becomes::Unclear),
            };
        }
        // The server's end was looked at from the beginning: what it sends decides nothing.
        let is_opener = !self.looked_at[end];
        match (is_opener.then(|| beginning(&first)), self.client) {
            (Some(Looks::Tls), _) => self.not(Becomes::Tls),
            (_, Some(_)) => self.begin(told, tell),
            (Some(Looks::Sink(_)), None) => {
                self.client = Some(end);
                self.begin(told, tell)
            }
            (Some(Looks::Other | Looks::SinkOfEither), None) => self.not(Becomes::Other),
            (Some(Looks::Undecided) | None, None) if is_full => self.not(Becomes::Other),
            (Some(Looks::Undecided) | None, None) => Becomes::Same,
        }
    }

    fn not(&mut self, becomes: Becomes) -> Becomes {
        self.state = State::Not(becomes);
        becomes
    }

    /// Begins to tell of it, and catches up with what was held.
    fn begin(&mut self, told: &mut u64, tell: &mut dyn FnMut(Happening<'_>)) -> Becomes {
        let number = *told;
        let State::Held { passed, .. } = std::mem::replace(&mut self.state, State::Told(number)) else {
            return Becomes::Same;
        };
        *told += 1;
        let client = self.client.unwrap_or_default();
        let opening = Opening {
            name: match self.parts {
                0 => format!("{} > {}", self.ends[client], self.ends[1 - client]),
                // What was lost lies between.
                parts => format!("{} > {}, part {}", self.ends[client], self.ends[1 - client], parts + 1),
            },
            client: Some(self.ends[client].to_string()),
            server: Some(self.ends[1 - client].to_string()),
            identity: None,
            from_the_start: self.from_the_start,
            judged: Judged::Both,
        };
        let at = passed.first().map_or(self.latest, |(at, _)| *at);
        tell(Happening { at, connection: number, what: What::Opened(opening) });
        for (at, held) in passed {
            let what = match &held {
                Held::Octets(end, octets) => What::Octets { from: self.role(*end), octets },
                Held::Ended(end, by_reset) => What::Ended { from: self.role(*end), by_reset: *by_reset },
            };
            if let Held::Octets(end, _) = held {
                self.looked_at[end] = true;
            }
            tell(Happening { at, connection: number, what });
        }
        Becomes::Sink(self.ends[1 - client])
    }

    /// The same, without what was held.
    fn begin_empty(&mut self, told: &mut u64, tell: &mut dyn FnMut(Happening<'_>)) {
        if let State::Held { passed, .. } = &mut self.state {
            passed.clear();
        }
        self.begin(told, tell);
    }

    fn lost(&mut self, why: String, tell: &mut dyn FnMut(Happening<'_>)) -> Becomes {
        if let State::Told(connection) = self.state {
            tell(Happening { at: self.latest, connection, what: What::Lost(why) });
            tell(Happening { at: self.latest, connection, what: What::Over });
            self.state = State::Lost;
            self.from_the_start = false;
            self.looked_at = [false; 2];
            self.parts += 1;
        }
        Becomes::Same
    }

    fn no_frame(&self, end: End) -> String {
        format!(
            "it began before the capture, and the first octets from {} that were captured begin no frame",
            self.ends[end]
        )
    }

    fn role(&self, end: End) -> Role {
        if self.client == Some(end) { Role::Client } else { Role::Server }
    }
}
