//! What a connection adds to what is known of its server and its client over all their connections.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Acquaintances, Introduction, Observer};
use sinkcheck_spec::wire::Message;

/// What is known of one server and its clients; all their connections share it.
pub type Known = Arc<Mutex<Acquaintances>>;

/// One connection of theirs.
#[derive(Debug)]
pub(super) struct Acquainted {
    known: Known,
    identity: Option<Arc<str>>,
    request: Option<Introduction>,
    /// The first response passed, or something else stood in the place of one of the two.
    is_decided: bool,
    accepted: bool,
    confirmed: bool,
}

impl Acquainted {
    pub(super) fn new(known: Known, identity: Option<Arc<str>>) -> Self {
        let acquainted = Self { known, identity, request: None, is_decided: false, accepted: false, confirmed: false };
        acquainted.lock().opened(acquainted.identity.as_deref());
        acquainted
    }

    /// From here on nothing of the connection is heard.
    pub(super) fn lost(&mut self) {
        if !self.is_decided {
            self.is_decided = true;
            self.lock().unsure(self.identity.as_deref());
        }
    }

    /// A frame passed, and the observer has heard it.
    pub(super) fn heard(&mut self, from: Role, at: Duration, content: &[u8], observer: &mut Observer, is_blamed: bool) {
        if self.accepted && !self.confirmed && observer.client().took_acceptance() {
            self.confirmed = true;
            self.lock().confirmed(self.identity.as_deref());
        }
        if self.is_decided {
            return;
        }
        let breaches = match (from, Message::decode(content)) {
            (Role::Client, Ok(Message::ConnectionRequest(request))) if self.request.is_none() => {
                self.request = Some(Introduction::of(&request));
                self.lock().request(self.identity.as_deref(), &request)
            }
            (Role::Server, Ok(Message::ConnectionResponse(response))) => {
                self.is_decided = true;
                let Some(request) = self.request else {
                    self.lock().unsure(self.identity.as_deref());
                    return;
                };
                self.accepted = response.is_acceptance();
                let breach = self.lock().response(self.identity.as_deref(), request, &response);
                // What no record makes right has been blamed already.
                breach.into_iter().filter(|_| !is_blamed).collect()
            }
            // Where something is malformed or in the wrong place, who is whom is not to be learned.
            (_, Ok(Message::Ping | Message::Pong)) => return,
            (_, Ok(Message::Publish(_))) if self.request.is_some() => return,
            _ => return self.lost(),
        };
        for breach in breaches {
            observer.add(from, at, breach);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Acquaintances> {
        // Each change is one step, so what a panic elsewhere left is whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Acquainted {
    fn drop(&mut self) {
        self.lock().closed(self.identity.as_deref());
    }
}
