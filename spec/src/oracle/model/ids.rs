//! What a peer knows of each of the 4096 message ids of both directions.

use crate::wire::MessageId;

/// Ids in a page, so that a connection that uses few of them takes little room.
const PAGE: usize = 64;

const PAGES: usize = 4096 / PAGE;

/// A kind of PUBLISH that was read and has no answer. Each is counted to 3 for each id: a right sender has one under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    /// It may be answered with an ACK or a NACK.
    Either = 0,
    /// It came behind the request and ahead of the response: with an ACK only if the response accepts.
    OnResponse = 2,
    /// It may not be ACKed.
    NackOnly = 4,
}

/// This side's PUBLISH under the id is in flight.
const IN_FLIGHT: u8 = 1 << 6;

/// An answer under the id came that answers what passed before the observer looked.
const ANSWERED_UNSEEN: u8 = 1 << 7;

/// A set of counters for each message id: at most 4 KiB and 512 octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ids {
    pages: Box<[Option<Box<[u8; PAGE]>>; PAGES]>,
}

/// More PUBLISHes with one id wait than are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Uncounted;

impl Ids {
    pub(super) fn new() -> Self {
        Self { pages: Box::new([const { None }; PAGES]) }
    }

    fn get(&self, id: MessageId) -> u8 {
        let at = usize::from(id.get());
        self.pages[at / PAGE].as_ref().map_or(0, |page| page[at % PAGE])
    }

    fn entry(&mut self, id: MessageId) -> &mut u8 {
        let at = usize::from(id.get());
        &mut self.pages[at / PAGE].get_or_insert_with(|| Box::new([0; PAGE]))[at % PAGE]
    }

    /// How many PUBLISHes of the other side's wait in this way.
    fn waiting(&self, id: MessageId, how: Waiting) -> u8 {
        self.get(id) >> how as u8 & 3
    }

    /// Whether no PUBLISH of the other side's waits.
    pub(super) fn is_idle(&self, id: MessageId) -> bool {
        self.get(id) & !(IN_FLIGHT | ANSWERED_UNSEEN) == 0
    }

    /// A PUBLISH of the other side's was read.
    pub(super) fn read(&mut self, id: MessageId, how: Waiting) -> Result<(), Uncounted> {
        if self.waiting(id, how) == 3 {
            return Err(Uncounted);
        }
        *self.entry(id) += 1 << how as u8;
        Ok(())
    }

    /// One that waits in the first of these ways was answered, if there is any.
    pub(super) fn answered(&mut self, id: MessageId, ways: &[Waiting]) -> bool {
        let Some(how) = ways.iter().find(|how| self.waiting(id, **how) > 0) else { return false };
        *self.entry(id) -= 1 << *how as u8;
        true
    }

    pub(super) fn is_in_flight(&self, id: MessageId) -> bool {
        self.get(id) & IN_FLIGHT != 0
    }

    pub(super) fn set_in_flight(&mut self, id: MessageId, is: bool) {
        if is {
            *self.entry(id) |= IN_FLIGHT;
        } else if self.is_in_flight(id) {
            *self.entry(id) &= !IN_FLIGHT;
        }
    }

    /// Whether the answer may be one to what passed before the observer looked; no second one may.
    pub(super) fn answers_unseen(&mut self, id: MessageId) -> bool {
        let first = self.get(id) & ANSWERED_UNSEEN == 0;
        *self.entry(id) |= ANSWERED_UNSEEN;
        first
    }
}
