//! A fault, as it is written down.

use sinkcheck_spec::catalogue::Role;

use crate::deviation::{Change, When};

/// What a mutant's fault takes to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// TLS with certificates on both sides.
    Tls,
    /// Cases about keepalive intervals, or about the time that a client waits.
    Time,
    /// An adapter: to publish, to tell what was delivered, to restart or to wipe a client.
    Adapter,
    /// A second client beside the first.
    OtherClient,
    /// A real socket, which has segments and resets.
    Socket,
}

/// A fault, made always and, where that says something else, now and then.
pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) roles: &'static [Role],
    pub(super) sentence: &'static str,
    /// The rules that it breaks. The one that is to be blamed is the first.
    pub(super) rules: &'static [&'static str],
    pub(super) needs: &'static [Need],
    pub(super) how: How,
}

/// What is changed.
pub(super) enum How {
    /// This.
    Always(&'static [Change]),
    /// This at each of these times, each of which is a mutant.
    At(fn(When) -> Vec<Change>, &'static [When]),
}

/// Both roles.
pub(super) const BOTH: &[Role] = &Role::ALL;
/// Servers.
pub(super) const SERVER: &[Role] = &[Role::Server];
/// Clients.
pub(super) const CLIENT: &[Role] = &[Role::Client];

/// A fault that anybody can see.
pub(super) const fn fault(
    name: &'static str,
    roles: &'static [Role],
    rules: &'static [&'static str],
    how: How,
    sentence: &'static str,
) -> Fault {
    Fault { name, roles, sentence, rules, needs: &[], how }
}

impl Fault {
    /// The same fault, which takes this to be seen.
    pub(super) const fn needs(self, needs: &'static [Need]) -> Self {
        Self { needs, ..self }
    }
}

/// The times at which a fault of an answer may be made.
pub(super) const MOMENTS: &[When] = &[
    When::Always,
    When::Second,
    When::Later,
    When::Joined,
    When::Split,
    When::InFlight,
    When::Reconnected,
    When::OtherClient,
];

/// The times at which a fault may be made of what a peer sends of its own accord.
pub(super) const OWN_MOMENTS: &[When] =
    &[When::Always, When::Second, When::Later, When::Reconnected, When::OtherClient];
