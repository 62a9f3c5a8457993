//! Which of the peer's events the case waits for.

use std::collections::HashSet;

use sinkcheck_spec::wire::Event;

use crate::connection::Connection;

/// Events that the case knows by name or asked for. Each inbox has a copy of its own, for it sorts what comes; there may be thousands
/// of them, so they aren't copied anew for each.
#[derive(Debug, Default)]
pub(super) struct WantedEvents {
    events: HashSet<Event<'static>>,
    /// The copies differ by more than the event that is added next.
    is_ahead: bool,
}

impl WantedEvents {
    /// For the inbox of a new connection.
    pub(super) fn copy_to(&self, copy: &mut HashSet<Event<'static>>) {
        copy.clone_from(&self.events);
    }

    /// The case saw this one on one connection, and knows it from now on.
    pub(super) fn seen(&mut self, event: &Event<'static>, copy: &mut HashSet<Event<'static>>) {
        copy.insert(event.clone());
        self.is_ahead |= self.events.insert(event.clone());
    }

    /// The case asks for this one: all open connections are to look out for it.
    pub(super) fn asked<'a>(&mut self, event: &Event<'static>, inboxes: impl Iterator<Item = &'a Connection>) {
        self.events.insert(event.clone());
        for connection in inboxes {
            let copy = &mut connection.inbox().wanted;
            if self.is_ahead {
                self.copy_to(copy);
            } else {
                copy.insert(event.clone());
            }
        }
        self.is_ahead = false;
    }

    /// The case NACKed this one. The connection's own copy keeps it until the next one is asked for: that it comes at once again may
    /// be what the case is about.
    pub(super) fn withdraw(&mut self, event: &Event<'static>) {
        self.is_ahead |= self.events.remove(event);
    }
}
