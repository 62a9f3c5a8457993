//! One connection of a record, frame by frame.

use std::collections::BTreeSet;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::Deframer;

use crate::record::{Happening, What};

/// A scenario of more frames would help nobody.
const MOST_FRAMES: usize = 2000;

/// So many names of connections are told where one has to be chosen.
const MOST_NAMES: usize = 20;

/// Something that one peer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It sent a frame with this content.
    Frame(Role, Vec<u8>),
    /// It ended its direction, by a reset or in order, with these octets of an unfinished frame before.
    Ended {
        /// Who.
        from: Role,
        /// With a reset, and not in order.
        by_reset: bool,
        /// The octets of the stream behind the last whole frame.
        unfinished: Vec<u8>,
    },
}

/// What passed on one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// What the record calls the connection.
    pub name: String,
    /// What passed, in order.
    pub entries: Vec<Entry>,
    /// Why the record doesn't have the rest of it, if that is so.
    pub lost: Option<String>,
}

/// Why no connection of a record can be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// It has several, and none was chosen.
    #[error("it holds {count} connections, choose one with --connection: {names}")]
    Several {
        /// How many.
        count: u64,
        /// The names of the first of them.
        names: String,
    },
    /// It has none of the name that was chosen.
    #[error("it holds no connection `{wanted}`; there are: {names}")]
    NoSuch {
        /// The name.
        wanted: String,
        /// The names of the first that it has.
        names: String,
    },
    /// It has none at all.
    #[error("it holds no connection")]
    None,
    /// The start of the connection is missing.
    #[error("connection {0} began before the record: a scenario needs its start")]
    WithoutStart(String),
    /// It is too long.
    #[error("connection {0} has more than {MOST_FRAMES} frames: a scenario of it would help nobody")]
    TooLong(String),
}

/// Takes one connection out of what a record tells.
#[derive(Debug)]
pub struct Collector {
    wanted: Option<String>,
    names: BTreeSet<String>,
    count: u64,
    /// Its number, and what is known of it.
    taken: Option<(u64, Recording)>,
    from_the_start: bool,
    deframers: [Deframer; 2],
    unfinished: [Vec<u8>; 2],
    is_too_long: bool,
}

impl Collector {
    /// Takes the connection of this name, or the only one.
    #[must_use]
    pub fn new(wanted: Option<String>) -> Self {
        Self {
            wanted,
            names: BTreeSet::new(),
            count: 0,
            taken: None,
            from_the_start: true,
            deframers: Default::default(),
            unfinished: Default::default(),
            is_too_long: false,
        }
    }

    /// Something that the record tells.
    pub fn happening(&mut self, happening: Happening<'_>) {
        if let What::Opened(opening) = &happening.what {
            self.count += 1;
            if self.names.len() < MOST_NAMES {
                self.names.insert(opening.name.clone());
            }
            let is_wanted = self.wanted.as_ref().is_none_or(|wanted| *wanted == opening.name);
            if is_wanted && self.taken.is_none() {
                let recording = Recording { name: opening.name.clone(), entries: Vec::new(), lost: None };
                self.taken = Some((happening.connection, recording));
                self.from_the_start = opening.from_the_start;
            }
            return;
        }
        let Some((number, recording)) = &mut self.taken else { return };
        if *number != happening.connection || self.is_too_long {
            return;
        }
        match happening.what {
            What::Octets { from, octets } => {
                let (deframer, unfinished) = match from {
                    Role::Server => (&mut self.deframers[0], &mut self.unfinished[0]),
                    Role::Client => (&mut self.deframers[1], &mut self.unfinished[1]),
                };
                deframer.push(octets);
                unfinished.extend_from_slice(octets);
                while let Some(content) = deframer.next() {
                    recording.entries.push(Entry::Frame(from, content.to_vec()));
                }
                // What the whole frames took is finished.
                unfinished.drain(..unfinished.len() - deframer.pending());
                self.is_too_long = recording.entries.len() > MOST_FRAMES;
            }
            What::Ended { from, by_reset } => {
                let unfinished = match from {
                    Role::Server => &mut self.unfinished[0],
                    Role::Client => &mut self.unfinished[1],
                };
                let unfinished = std::mem::take(unfinished);
                recording.entries.push(Entry::Ended { from, by_reset, unfinished });
            }
            What::Lost(why) => recording.lost = Some(why),
            What::Opened(_) | What::Over => {}
        }
    }

    /// What passed on the connection.
    ///
    /// # Errors
    /// [`Unusable`] says why there is none, and which there are.
    pub fn finish(self) -> Result<Recording, Unusable> {
        let mut names = self.names.into_iter().collect::<Vec<_>>().join(", ");
        if self.count > MOST_NAMES as u64 {
            names.push_str(", …");
        }
        match (self.taken, self.wanted) {
            (None, None) => Err(Unusable::None),
            (None, Some(_)) if self.count == 0 => Err(Unusable::None),
            (None, Some(wanted)) => Err(Unusable::NoSuch { wanted, names }),
            (Some(_), None) if self.count > 1 => Err(Unusable::Several { count: self.count, names }),
            (Some((_, recording)), _) if !self.from_the_start => Err(Unusable::WithoutStart(recording.name)),
            (Some((_, recording)), _) if self.is_too_long => Err(Unusable::TooLong(recording.name)),
            (Some((_, recording)), _) => Ok(recording),
        }
    }
}
