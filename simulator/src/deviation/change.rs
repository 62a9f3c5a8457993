//! What can be changed, and when.

use std::fmt;

use sinkcheck_spec::machine::{Effect, Input, State};

use super::{Framing, Knobs, Seen};

/// One change of a peer's behaviour.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    /// What a state does on an input.
    Row(State, Input, State, &'static [Effect]),
    /// What becomes of a content that arrived, before the machine has it.
    Received(When, Rewrite),
    /// What becomes of a content that the machine sends.
    Sent(When, Rewrite),
    /// What becomes of a frame's octets, once its content is settled.
    Octets(When, fn(&Seen, &[u8]) -> Option<Vec<u8>>),
    /// How frames are cut out of what arrives.
    Framing(Framing),
    /// The message ids of this side's PUBLISHes: from the last one on the connection, and the one that the machine gives.
    Ids(fn(&Seen, Option<u16>, u16) -> u16),
    /// A value.
    Knob(fn(&mut Knobs)),
}

/// What becomes of a content; `None`: the change doesn't concern it.
pub(crate) type Rewrite = fn(&Seen, &[u8]) -> Option<Vec<Act>>;

/// What is done with a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// This side's machine receives it.
    Machine(Vec<u8>),
    /// The peer is sent it.
    Peer(Vec<u8>),
}

/// When a change is made: which of the contents that it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Each.
    Always,
    /// The second on a connection only.
    Second,
    /// All but the first on a connection.
    Later,
    /// Those behind others that arrived in the same segment, and what is said to them.
    Joined,
    /// Those that arrived in several segments, and what is said to them.
    Split,
    /// While a PUBLISH of this side's is unanswered.
    InFlight,
    /// On all but the peer's first connection.
    Reconnected,
    /// For all clients but the first that came.
    OtherClient,
}

impl When {
    /// Whether it is so, for the content of this place among those that the change concerns, counted from 1.
    pub(crate) fn is_so(self, seen: &Seen, place: usize) -> bool {
        match self {
            Self::Always => true,
            Self::Second => place == 2,
            Self::Later => place > 1,
            Self::Joined => seen.place > 0,
            Self::Split => seen.segments > 1,
            Self::InFlight => !seen.in_flight.is_empty(),
            Self::Reconnected => seen.origin.connection > 0,
            Self::OtherClient => !seen.origin.is_first_client,
        }
    }

    /// How a fault's name ends that is made then only.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::Second => "-the-second-time",
            Self::Later => "-after-the-first",
            Self::Joined => "-when-joined",
            Self::Split => "-when-split",
            Self::InFlight => "-while-in-flight",
            Self::Reconnected => "-after-a-reconnect",
            Self::OtherClient => "-for-another-client",
        }
    }

    /// How a fault's sentence ends that is made then only.
    pub(crate) const fn clause(self) -> &'static str {
        match self {
            Self::Always => "",
            Self::Second => ", only the second time on a connection",
            Self::Later => ", always but the first time on a connection",
            Self::Joined => ", only for what came behind another frame in one segment",
            Self::Split => ", only for what came in several segments",
            Self::InFlight => ", only while an event of its own is unanswered",
            Self::Reconnected => ", only on a connection that is not the peer's first",
            Self::OtherClient => ", only for clients other than the first that came",
        }
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Row(state, input, next, effects) => {
                f.debug_tuple("Row").field(state).field(input).field(next).field(effects).finish()
            }
            Self::Received(when, _) => f.debug_tuple("Received").field(when).finish_non_exhaustive(),
            Self::Sent(when, _) => f.debug_tuple("Sent").field(when).finish_non_exhaustive(),
            Self::Octets(when, _) => f.debug_tuple("Octets").field(when).finish_non_exhaustive(),
            Self::Framing(framing) => f.debug_tuple("Framing").field(framing).finish(),
            Self::Ids(_) => f.debug_tuple("Ids").finish_non_exhaustive(),
            Self::Knob(_) => f.debug_tuple("Knob").finish_non_exhaustive(),
        }
    }
}
