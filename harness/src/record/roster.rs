//! The connections of a record that names them itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Judged;

use super::{Happening, Opening, What};

/// A record whose connections are never closed would fill the memory; those that are told of first are let go.
const MOST_OPEN: usize = 16_384;

/// Numbers connections, and tells which entries of a name belong to one connection: a name may be used again for the next.
pub(super) struct Roster<'s> {
    tell: &'s mut dyn FnMut(Happening<'_>),
    judged: Judged,
    prefix: String,
    open: BTreeMap<String, Known>,
    /// How often each name was used. They are forgotten when there are very many.
    used: BTreeMap<String, u64>,
    /// The number of the next connection.
    opened: u64,
    /// The latest time of the record.
    latest: Duration,
}

struct Known {
    number: u64,
    /// Something but its start was told.
    begun: bool,
    ended: BTreeSet<Role>,
    at: Duration,
    /// It can't be followed any further.
    lost: bool,
}

/// What an entry may say beside the event itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Sides {
    pub(super) client: Option<String>,
    pub(super) server: Option<String>,
    pub(super) identity: Option<String>,
}

impl<'s> Roster<'s> {
    /// Of connections of which these peers can be judged, with this text before each name.
    pub(super) fn new(
        first: u64,
        judged: Judged,
        prefix: impl Into<String>,
        tell: &'s mut dyn FnMut(Happening<'_>),
    ) -> Self {
        Self {
            tell,
            judged,
            prefix: prefix.into(),
            open: BTreeMap::new(),
            used: BTreeMap::new(),
            opened: first,
            latest: Duration::ZERO,
        }
    }

    /// The connection of this name was established. One of the same name that is still open is over.
    pub(super) fn connected(&mut self, name: &str, at: Duration, sides: Sides) {
        self.latest = self.latest.max(at);
        match self.open.get(name) {
            // Both peers tell of it.
            Some(known) if !known.begun && known.ended.is_empty() => {}
            Some(_) => {
                self.over(name, at);
                self.begin(name, at, sides, true);
            }
            None => self.begin(name, at, sides, true),
        }
    }

    /// Octets passed; true if the record begins within this connection, as far as one can see.
    pub(super) fn octets(&mut self, name: &str, at: Duration, from: Role, octets: &[u8]) -> bool {
        self.latest = self.latest.max(at);
        let mut starts_within = false;
        if !self.open.contains_key(name) {
            // A request begins a connection, whether or not the record says that it was established.
            let is_request = from == Role::Client && octets.get(2).is_none_or(|first| first >> 4 == 0);
            self.begin(name, at, Sides::default(), is_request);
            starts_within = !is_request;
        }
        if let Some(known) = self.open.get_mut(name) {
            known.begun = true;
            known.at = known.at.max(at);
            if !known.lost {
                let happening =
                    Happening { at: known.at, connection: known.number, what: What::Octets { from, octets } };
                (self.tell)(happening);
            }
        }
        starts_within
    }

    /// A peer ended its direction.
    pub(super) fn ended(&mut self, name: &str, at: Duration, from: Role, by_reset: bool) {
        self.latest = self.latest.max(at);
        let Some(known) = self.open.get_mut(name) else { return };
        known.at = known.at.max(at);
        if known.ended.insert(from) && !known.lost {
            let what = What::Ended { from, by_reset };
            (self.tell)(Happening { at: known.at, connection: known.number, what });
        }
        if known.ended.len() == Role::ALL.len() {
            self.over(name, at);
        }
    }

    /// What passes on these connections can't be told any more, for a reason; all that are open if there is no name.
    pub(super) fn lose(&mut self, name: Option<&str>, why: &str) {
        for (known_name, known) in &mut self.open {
            if name.is_none_or(|name| name == known_name) && !known.lost {
                known.lost = true;
                let what = What::Lost(why.to_owned());
                (self.tell)(Happening { at: known.at, connection: known.number, what });
            }
        }
    }

    /// The record is at its end.
    pub(super) fn finish(mut self) -> u64 {
        let latest = self.latest;
        for name in self.open.keys().cloned().collect::<Vec<_>>() {
            self.over(&name, latest);
        }
        self.opened
    }

    fn begin(&mut self, name: &str, at: Duration, sides: Sides, from_the_start: bool) {
        if self.open.len() >= MOST_OPEN
            && let Some(eldest) = self.open.iter().min_by_key(|(_, known)| known.at).map(|(name, _)| name.clone())
        {
            self.over(&eldest, at);
        }
        if self.used.len() >= 4 * MOST_OPEN {
            self.used.clear();
        }
        let turn = self.used.entry(name.to_owned()).or_default();
        *turn += 1;
        let again = if *turn == 1 { String::new() } else { format!(" ({turn})") };
        let number = self.opened;
        self.opened += 1;
        self.open.insert(name.to_owned(), Known { number, begun: false, ended: BTreeSet::new(), at, lost: false });
        let opening = Opening {
            name: format!("{}{name}{again}", self.prefix),
            client: sides.client,
            server: sides.server,
            identity: sides.identity,
            from_the_start,
            judged: self.judged,
        };
        (self.tell)(Happening { at, connection: number, what: What::Opened(opening) });
    }

    fn over(&mut self, name: &str, at: Duration) {
        if let Some(known) = self.open.remove(name) {
            (self.tell)(Happening { at: known.at.max(at), connection: known.number, what: What::Over });
        }
    }
}
