//! What a server has been through in a run. One that takes no connections any more after that has broken a rule, and which one
//! depends on what it went through.

use std::sync::atomic::{AtomicBool, Ordering};

use sinkcheck_spec::wire::Message;

/// What the cases of a run did to one server.
#[derive(Debug, Default)]
pub struct Ordeal {
    bad_input: AtomicBool,
    sudden_end: AtomicBool,
}

impl Ordeal {
    /// A frame with this content is sent to it.
    pub(super) fn frame(&self, content: &[u8]) {
        let is_bad = match Message::decode(content) {
            Ok(message) => matches!(message, Message::ConnectionResponse(_)),
            Err(error) => !error.kind.is_open(),
        };
        if is_bad {
            self.bad_input.store(true, Ordering::Relaxed);
        }
    }

    /// A connection to it was reset, or ended within a frame.
    pub(super) fn sudden_end(&self) {
        self.sudden_end.store(true, Ordering::Relaxed);
    }

    /// The rule that it breaks by taking no connections any more; none if nothing happened that could have led to it.
    pub(super) fn rule(&self) -> Option<&'static str> {
        if self.bad_input.load(Ordering::Relaxed) {
            Some("isolation.accepts-after-bad-input")
        } else if self.sudden_end.load(Ordering::Relaxed) {
            Some("isolation.accepts-after-sudden-end")
        } else {
            None
        }
    }
}
