//! Our responses on one connection, and what the client may make of them.

use super::phase::Phase;

/// What we sent in the place of the response.
///
/// The first response decides, and a client must not act on a second. Three things leave it open what the client makes of an
/// acceptance: that it was sent before the request came, since the client may read it before or after it asks; a response before
/// it that uses what the layout leaves open, since the client may take that for a rejection or for no response at all; and
/// something before it that is no response, since the client should have closed.
#[derive(Debug, Clone, Default)]
pub(super) struct Responses {
    accepts: Option<bool>,
    /// The client has only one way to read the response that decided.
    settled: bool,
    accepted_after_rejection: bool,
    /// The rule that forbids to act on what was last sent in the place of a response and is none.
    unfit: Option<&'static str>,
}

impl Responses {
    /// Of a connection that is not seen from its start: it was accepted, as far as one can tell.
    pub(super) fn joined_late() -> Self {
        Self { accepts: Some(true), settled: true, ..Self::default() }
    }

    /// A well-formed response was sent, before or after the request came.
    pub(super) fn sent(&mut self, accepts: bool, asked: bool) {
        match self.accepts {
            None => {
                self.accepts = Some(accepts);
                self.settled = asked && self.unfit.is_none();
            }
            // The client may take either for the first. If one of them accepts, it may be accepted.
            Some(before) if !self.settled => self.accepts = Some(before || accepts),
            Some(before) => self.accepted_after_rejection |= accepts && !before,
        }
    }

    /// A rejection was sent that some clients can't read and needn't.
    pub(super) fn sent_open_rejection(&mut self) {
        if self.accepts.is_none() {
            self.accepts = Some(false);
        }
    }

    /// Something was sent that is no response, and that a careless client may take for one.
    pub(super) fn sent_unfit(&mut self, rule: &'static str) {
        self.unfit = Some(rule);
    }

    /// [`Phase::Asked`] without a response; there may be no request either.
    pub(super) fn phase(&self) -> Phase {
        match self.accepts {
            None => Phase::Asked,
            Some(true) => Phase::Accepted,
            Some(false) => Phase::Rejected,
        }
    }

    pub(super) fn is_settled(&self) -> bool {
        self.settled
    }

    pub(super) fn accepted_after_rejection(&self) -> bool {
        self.accepted_after_rejection
    }

    pub(super) fn unfit(&self) -> Option<&'static str> {
        self.unfit
    }
}
