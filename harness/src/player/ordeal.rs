//! What a server has been through in a run. One that takes no connections any more after that has broken a rule, and which one
//! depends on what it went through.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use sinkcheck_spec::wire::Message;

/// What the cases of a run did to one server.
#[derive(Debug, Default)]
pub struct Ordeal {
    bad_input: AtomicBool,
    sudden_end: AtomicBool,
    /// Where it took a connection.
    reached: Mutex<BTreeSet<String>>,
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

    /// It took a connection at this place.
    pub(super) fn reached(&self, place: String) {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).insert(place);
    }

    /// The rule that it breaks by taking no connections any more at this place; none if nothing happened that could have led to it, or if
    /// it never took one there, which tells of a wrong address.
    pub(super) fn rule(&self, place: &str) -> Option<&'static str> {
        if !self.reached.lock().unwrap_or_else(PoisonError::into_inner).contains(place) {
            None
        } else if self.bad_input.load(Ordering::Relaxed) {
            Some("isolation.accepts-after-bad-input")
        } else if self.sudden_end.load(Ordering::Relaxed) {
            Some("isolation.accepts-after-sudden-end")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_took_no_connection_breaks_nothing_by_refusing_one() {
        let ordeal = Ordeal::default();
        ordeal.reached("tcp://127.0.0.1:1".to_owned());
        assert_eq!(ordeal.rule("tcp://127.0.0.1:1"), None);
        ordeal.sudden_end();
        assert_eq!(ordeal.rule("tcp://127.0.0.1:1"), Some("isolation.accepts-after-sudden-end"));
        ordeal.frame(&[0x20]);
        assert_eq!(ordeal.rule("tcp://127.0.0.1:1"), Some("isolation.accepts-after-bad-input"));
        assert_eq!(ordeal.rule("tcp://127.0.0.1:2"), None);
    }
}
