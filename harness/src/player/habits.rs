//! What a target does of its own accord, whatever a case sends it: learnt on the way, and known to all cases of the run.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::OnceCell;

use crate::connection::Connection;

/// The rule that a client breaks that sends another request.
pub(super) const ASKS_AGAIN: &str = "introduction.one-request";

/// What is known of a target's habits, over the run.
#[derive(Debug, Default)]
pub struct Habits {
    /// A PONG came that nothing can have asked for.
    pongs_unasked: AtomicBool,
    /// Whether one came where that was looked at.
    pub(super) control: OnceCell<bool>,
    /// A client sent another request on a connection on which nobody asked for it.
    asks_again: AtomicBool,
}

impl Habits {
    /// A PONG came that nothing can have asked for.
    pub(super) fn ponged_unasked(&self) {
        self.pongs_unasked.store(true, Ordering::Relaxed);
    }

    /// A client sent another request on a connection on which nobody asked for it.
    pub(super) fn asked_again(&self) {
        self.asks_again.store(true, Ordering::Relaxed);
    }

    /// Whether another request is a client's habit, and no answer to what it was sent.
    pub(super) fn asks_again(&self) -> bool {
        self.asks_again.load(Ordering::Relaxed)
    }

    /// What a connection outside of any case has shown.
    pub(crate) fn seen_on(&self, connection: &Connection) {
        let inbox = connection.inbox();
        if inbox.oracle.ponged_unasked() {
            self.ponged_unasked();
        }
        if inbox.breaches.iter().any(|breach| breach.rule == ASKS_AGAIN) {
            self.asked_again();
        }
    }

    pub(super) fn is_known_to_pong(&self) -> bool {
        self.pongs_unasked.load(Ordering::Relaxed) || self.control.get() == Some(&true)
    }
}
