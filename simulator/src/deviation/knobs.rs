//! Values that a peer looks at while it runs, each of which the reference leaves as it is.

use std::time::Duration;

use sinkcheck_spec::machine::{Input, Timers};
use sinkcheck_spec::wire::MessageId;

/// What changes set. By default a peer is the reference.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knobs {
    /// The id of the first PUBLISH on a connection.
    pub(crate) first_message_id: Option<MessageId>,
    /// How long a peer waits for what.
    pub(crate) timers: Option<Timers>,
    /// The most octets that go into a segment.
    pub(crate) segment: Option<usize>,
    /// What is sent later than it could be.
    pub(crate) delay: Option<Delay>,
    /// Frames that are sent as soon as the connection is open, before anything else.
    pub(crate) opening: &'static [u8],
    /// A content that is sent of the peer's own accord once the client is accepted, and again and again; the time
    /// between, in hundredths of the keepalive interval.
    pub(crate) beat: Option<(u32, &'static [u8])>,
    /// How a connection is closed.
    pub(crate) closing: Closing,
    /// A time after which a connection is dropped that is not accepted, in hundredths of the keepalive interval.
    pub(crate) waits_for_acceptance: Option<u32>,
    /// An id that is in flight is waited for when its turn comes.
    pub(crate) waits_for_ids: bool,
    /// So many events may be unanswered before the next is sent, if there is such a limit.
    pub(crate) window: Option<usize>,
    /// A time after which an accepted connection is dropped, in hundredths of the keepalive interval, and the contents
    /// that begin it anew.
    pub(crate) drops: Option<(u32, IsOfKind)>,
    /// What is made of the octets that the end of the stream cuts off, the length included.
    pub(crate) cut_off: Option<CutOff>,
    /// What becomes of events that are unanswered when the peer closes.
    pub(crate) redelivery: Redelivery,
    /// A server: when a newer connection of a client takes over.
    pub(crate) takeover: Takeover,
    /// What malformed content on one connection does to others.
    pub(crate) malformed: Harm,
    /// What an end within a frame does to others.
    pub(crate) sudden_end: Harm,
    /// Over TLS: whom it takes for whom it should be.
    pub(crate) trust: Trust,
    /// A client: it doesn't connect again after an accepted connection.
    pub(crate) stays_away: bool,
    /// A client: how long it waits before it connects again, whatever the server said, by how often it has waited.
    pub(crate) waits: Option<fn(u32) -> Duration>,
    /// A client: a rejection makes it forget the server.
    pub(crate) rejection_forgets: bool,
    /// A client: an end of the connection before the response makes it forget the server.
    pub(crate) end_forgets: bool,
    /// A client: being wiped leaves it the id that it had.
    pub(crate) wiped_keeps_id: bool,
}

/// Tells contents of one kind from others.
pub(crate) type IsOfKind = fn(&[u8]) -> bool;

/// What is made of octets; nothing if they stay as they are.
pub(crate) type CutOff = fn(&[u8]) -> Option<Vec<u8>>;

/// What is sent late.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delay {
    /// Which contents are.
    pub(crate) which: fn(&[u8]) -> bool,
    /// By how long.
    pub(crate) by: Duration,
    /// Among each other.
    pub(crate) order: Order,
}

/// In which order delayed frames are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Each after its time.
    Apart,
    /// Those of a while together.
    Together,
    /// Those of a while together, the last first.
    Reversed,
}

/// How a connection is closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Closing {
    /// At once, and in order.
    #[default]
    AtOnce,
    /// After a while.
    After(Duration),
    /// Not at all: the peer has to.
    Never,
    /// When the peer says something more.
    UponTheNextFrame,
    /// With a reset, where the stream has such a thing.
    Reset,
}

/// What becomes of events that are unanswered when the peer closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Redelivery {
    /// They are sent again, oldest first.
    #[default]
    All,
    /// They are sent again, the newest first.
    Reversed,
    /// They are lost.
    Nothing,
    /// All but the oldest are lost.
    Oldest,
    /// All but the newest are lost.
    Newest,
    /// The oldest is lost.
    NotOldest,
}

/// When a newer connection of a client takes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Takeover {
    /// When it is accepted.
    #[default]
    Accepted,
    /// When it connects.
    Connected,
    /// It does, and the older one stays.
    OlderStays,
    /// Never: the newer one is closed.
    NewerCloses,
}

/// What one connection's fault does to others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Harm {
    /// Nothing.
    #[default]
    Nothing,
    /// A server: all others are dropped.
    DropsOthers,
    /// A server: no more are accepted.
    AcceptsNoMore,
    /// The octets that were no whole frame yet are read on the next one.
    FrameGoesOn,
    /// A client: the next one is haunted, whatever that is.
    HauntsNext,
}

/// What a connection has left behind for the next one.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeftBehind {
    /// Octets that were no whole frame yet.
    pub(crate) octets: Vec<u8>,
    /// Whether the next one is haunted.
    pub(crate) haunts: bool,
}

impl Knobs {
    /// What the end of a connection, for this reason, does to others.
    pub(crate) fn harm(&self, because: Input) -> Harm {
        match because {
            Input::Malformed => self.malformed,
            Input::PeerClosedWithinFrame => self.sudden_end,
            _ => Harm::Nothing,
        }
    }
}

/// Whom a peer takes for whom it should be, over TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Those whose certificates prove it.
    #[default]
    Proven,
    /// A server: also those without a certificate.
    WithoutCertificate,
    /// Also those whose certificate anybody issued.
    AnyAuthority,
    /// A server: also clients that it doesn't know.
    UnknownClients,
    /// A server: it leaves unknown clients waiting.
    UnknownWait,
    /// A server: it turns unknown clients away with a rejection.
    UnknownRejected,
    /// A client: also servers of any name.
    AnyName,
    /// A client: also servers whose certificate has expired.
    Expired,
}
