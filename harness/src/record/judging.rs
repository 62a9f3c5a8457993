//! A record's connections, judged.

use std::collections::HashMap;
use std::time::Duration;

use sinkcheck_reports::document::Reason;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Judged, Settings};

use super::{Happening, Opening, What};
use crate::observe::{Ending, Found, Known, Ledger, Observed};

/// The record doesn't have all of the connection.
const INCOMPLETE: &str = "record-incomplete";

/// The file is no record.
const UNREADABLE: &str = "record-unreadable";

/// Of so many servers it is remembered what they and their clients know of each other.
const MOST_SERVERS: usize = 1000;

/// Judges the connections of one record after another.
///
/// Time is what the record says: a connection's deadlines are looked at before each thing that happened later, and at its end.
/// Of what is still owed when the record ends nobody can say that it is late.
#[derive(Debug)]
pub struct Judging {
    settings: Settings,
    ledger: Ledger,
    /// Stands before the names of the record's connections.
    prefix: String,
    open: HashMap<u64, Observed>,
    /// The record's servers, each with its clients, by their addresses.
    known: HashMap<Option<String>, Known>,
    found: Vec<Found>,
}

impl Judging {
    /// Nothing was read yet. What a record can't judge isn't judged, whatever the settings are.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let (ledger, known) = (Ledger::default(), HashMap::new());
        Self { settings, ledger, prefix: String::new(), open: HashMap::new(), known, found: Vec::new() }
    }

    /// Another record begins. Its connections have nothing to do with those of the last one.
    pub fn record(&mut self, prefix: impl Into<String>) {
        self.open.clear();
        self.known.clear();
        self.prefix = prefix.into();
    }

    /// A record can't be read at all.
    pub fn unreadable(&mut self, name: &str, why: &str) {
        let mut observed = Observed::new(name, self.settings, Duration::ZERO);
        observed.lost(Reason::new(UNREADABLE, why));
        self.ledger.add(observed.finish(Duration::ZERO));
    }

    /// A remark about a record.
    pub fn note(&mut self, note: impl Into<String>) {
        self.ledger.note(note);
    }

    /// Something that the record tells. What was found by it is handed to `each`.
    pub fn happening(&mut self, happening: Happening<'_>, mut each: impl FnMut(&Found)) {
        let Happening { at, connection, what } = happening;
        if let What::Opened(opening) = what {
            self.open(at, connection, opening);
            return;
        }
        let Some(observed) = self.open.get_mut(&connection) else { return };
        let found = &mut self.found;
        while let Some(deadline) = observed.deadline().filter(|deadline| *deadline < at) {
            observed.tick(deadline, found);
            if observed.deadline() == Some(deadline) {
                break;
            }
        }
        match what {
            What::Opened(_) => {}
            What::Octets { from, octets } => observed.octets(from, at, octets, found),
            What::Ended { from, by_reset } => {
                observed.closed(from, at, if by_reset { Ending::Reset } else { Ending::Closed }, found);
            }
            What::Lost(why) => observed.lost(Reason::new(INCOMPLETE, why)),
            What::Over => {
                if let Some(observed) = self.open.remove(&connection) {
                    self.ledger.add(observed.finish(at));
                }
            }
        }
        self.found.drain(..).for_each(|found| each(&found));
    }

    /// All that was found.
    #[must_use]
    pub fn finish(self) -> Ledger {
        self.ledger
    }

    fn open(&mut self, at: Duration, connection: u64, opening: Opening) {
        let includes = |role| self.settings.judged.includes(role) && opening.judged.includes(role);
        let judged = match (includes(Role::Server), includes(Role::Client)) {
            (true, true) => Judged::Both,
            (true, false) => Judged::Server,
            (false, true) => Judged::Client,
            (false, false) => return,
        };
        // In a case the harness may have put the server's record into any state.
        let judges_answers = opening.judged == Judged::Both;
        let settings = Settings { judged, from_the_start: opening.from_the_start, judges_answers, ..self.settings };
        let name = format!("{}{}", self.prefix, opening.name);
        let mut observed = Observed::new(&name, settings, at);
        let about = [("client", &opening.client), ("server", &opening.server), ("identity", &opening.identity)];
        let about: Vec<String> =
            about.iter().filter_map(|(what, who)| who.as_ref().map(|who| format!("{what} {who}"))).collect();
        if !about.is_empty() && (opening.identity.is_some() || !opening.name.contains(" > ")) {
            observed = observed.about(about.join(", "));
        }
        // The cases of a suite put servers and clients back as they like, so that one says nothing about the next.
        if opening.judged == Judged::Both
            && (self.known.len() < MOST_SERVERS || self.known.contains_key(&opening.server))
        {
            let known = self.known.entry(opening.server).or_default();
            observed = observed.among(Known::clone(known), opening.identity.map(Into::into));
        }
        self.open.insert(connection, observed);
    }
}
