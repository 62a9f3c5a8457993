//! Sessions, written down frame by frame as they pass the observer.

use sinkcheck_spec::catalogue::Role;

use crate::contents::{CONNECTED, KNOWN, octets};
use crate::world::Passing;

pub(crate) const C: Role = Role::Client;
pub(crate) const S: Role = Role::Server;

pub(crate) type Session = Vec<(Role, Passing)>;

pub(crate) fn frame(from: Role, content: impl Into<Content>) -> (Role, Passing) {
    (from, Passing::Frame(content.into().0))
}

pub(crate) struct Content(Vec<u8>);

impl From<&str> for Content {
    fn from(hex: &str) -> Self {
        Self(octets(hex))
    }
}

impl From<Vec<u8>> for Content {
    fn from(content: Vec<u8>) -> Self {
        Self(content)
    }
}

pub(crate) fn end(from: Role) -> (Role, Passing) {
    (from, Passing::End)
}

/// A known client is accepted; this follows.
pub(crate) fn accepted(rest: impl IntoIterator<Item = (Role, Passing)>) -> Session {
    let mut session = vec![frame(C, KNOWN), frame(S, CONNECTED)];
    session.extend(rest);
    session
}

/// The client sends its requests; this follows.
pub(crate) fn asked(request: &str, rest: impl IntoIterator<Item = (Role, Passing)>) -> Session {
    let mut session = vec![frame(C, request)];
    session.extend(rest);
    session
}
