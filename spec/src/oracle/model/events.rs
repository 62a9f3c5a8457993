//! A peer's events and those of the other side's, as far as a hypothesis knows them.

use super::ids::{Ids, Uncounted, Waiting};
use crate::wire::MessageId;

/// So many answers to nothing are followed at a time.
const MOST_STRAYS: usize = 16;

/// So many PUBLISHes behind one of them are kept; that it was read shows in the answers to these.
const MOST_BEHIND: usize = 4096;

/// An answer of the other side's to a PUBLISH that was not in flight when it passed. The peer may have sent that PUBLISH already, or
/// send it before it reads the answer, and takes it for answered then.
#[derive(Debug, Clone, PartialEq)]
struct Stray {
    id: MessageId,
    /// The ids of the PUBLISHes that passed behind it: to answer one of them, the peer must have read it.
    behind: Vec<MessageId>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Events {
    ids: Ids,
    strays: Vec<Stray>,
    /// What passed before the observer looked is unknown.
    is_late: bool,
}

impl Events {
    pub(super) fn new(from_the_start: bool) -> Self {
        Self { ids: Ids::new(), strays: Vec::new(), is_late: !from_the_start }
    }

    /// A PUBLISH of the other side's passed.
    pub(super) fn passed(&mut self, id: MessageId, how: Waiting) -> Result<(), Uncounted> {
        if self.is_late {
            // Whoever uses an id again has seen the answer to what it sent before under it.
            self.ids.answers_unseen(id);
        }
        let is_only_one = self.ids.is_idle(id);
        for stray in &mut self.strays {
            // Where several have one id, which of them is answered can't be told.
            if is_only_one && stray.behind.len() < MOST_BEHIND {
                stray.behind.push(id);
            }
        }
        self.ids.read(id, how)
    }

    /// An answer of the other side's passed.
    pub(super) fn answer_passed(&mut self, id: MessageId) -> Result<(), Uncounted> {
        if self.ids.is_in_flight(id) {
            self.ids.set_in_flight(id, false);
            return Ok(());
        }
        // A second one of an id is read later than the first, and does what that does.
        self.strays.retain(|stray| stray.id != id);
        if self.strays.len() == MOST_STRAYS {
            if !self.is_late {
                return Err(Uncounted);
            }
            // Most of them answer what passed before the observer looked.
            self.strays.remove(0);
        }
        self.strays.push(Stray { id, behind: Vec::new() });
        Ok(())
    }

    /// Whether the peer may send a PUBLISH under this id; if so, it has.
    pub(super) fn may_publish(&mut self, id: MessageId) -> bool {
        if !self.ids.is_in_flight(id) {
            self.ids.set_in_flight(id, true);
            return true;
        }
        let before = self.strays.len();
        self.strays.retain(|stray| stray.id != id);
        self.strays.len() < before
    }

    /// Whether the peer may answer under this id, one that waits in one of these ways; if so, it has.
    pub(super) fn may_answer(&mut self, id: MessageId, ways: &[Waiting]) -> bool {
        if !self.ids.answered(id, ways) {
            return self.is_late && self.ids.answers_unseen(id);
        }
        let ids = &self.ids;
        self.strays.retain(|stray| ids.is_in_flight(stray.id) || !stray.behind.contains(&id));
        true
    }
}
