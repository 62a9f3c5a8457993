//! What passed between the reference's connections and its machines, to tell where a change would make a difference.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sinkcheck_spec::machine::{Input, State};

use super::{Change, Knobs, Origin, Tap};

/// Notes what passes through the taps of a reference that has taps without changes; see
/// [`Deviation::witnessed`](super::Deviation::witnessed).
#[derive(Clone, Debug, Default)]
pub struct Witness(Arc<Mutex<Vec<Shared>>>);

/// One connection, while its tap may still note something.
type Shared = Arc<Mutex<Heard>>;

/// What a [`Witness`] noted: of each connection, in the order in which they began.
#[derive(Clone, Debug, Default)]
pub struct Testimony(Vec<Heard>);

/// One connection.
#[derive(Clone, Debug)]
struct Heard {
    origin: Origin,
    passed: Vec<Passed>,
}

/// What a tap was given, and what came out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// Octets arrived.
    Arrived(Vec<u8>),
    /// The peer ended its stream, and the machine was given this.
    Ended(Duration, Vec<Vec<u8>>),
    /// The machine was given this next.
    Next(Duration, Option<Vec<u8>>),
    /// The machine sent a frame.
    Sent(Vec<u8>),
    /// These frames went out.
    Said(Vec<Vec<u8>>),
}

/// Where one connection's tap notes what passes.
#[derive(Clone, Debug)]
pub(super) struct Ear(Shared);

impl Witness {
    /// What was noted since the last time.
    pub fn take(&self) -> Testimony {
        let heard = std::mem::take(&mut *lock(&self.0));
        Testimony(heard.iter().map(|heard| lock(heard).clone()).collect())
    }

    pub(super) fn begun(&self, origin: Origin) -> Ear {
        let heard = Arc::new(Mutex::new(Heard { origin, passed: Vec::new() }));
        lock(&self.0).push(Arc::clone(&heard));
        Ear(heard)
    }
}

impl Ear {
    pub(super) fn note(&self, passed: Passed) {
        lock(&self.0).passed.push(passed);
    }
}

fn lock<T>(noted: &Mutex<T>) -> MutexGuard<'_, T> {
    // Each note is whole, whoever panicked beside it.
    noted.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Testimony {
    /// Whether a peer with these changes may do anything else than the reference did, which came to these places of its
    /// table, if everybody else does the same.
    ///
    /// Rows of the table that it didn't come to make no difference, and what stands between a connection and its machine
    /// makes none where it passes on what was passed on. Knobs are looked at in many places: they always may.
    pub(crate) fn may_differ(&self, changes: &[Change], places: &BTreeSet<(State, Input)>) -> bool {
        let at_once = |change: &Change| match change {
            Change::Knob(_) => true,
            Change::Row(state, input, ..) => places.contains(&(*state, *input)),
            Change::Received(..) | Change::Sent(..) | Change::Octets(..) | Change::Framing(_) | Change::Ids(_) => false,
        };
        let knobs = Arc::new(Knobs::default());
        changes.iter().any(at_once) || self.0.iter().any(|heard| heard.differs(changes, &knobs))
    }
}

impl Heard {
    fn differs(&self, changes: &[Change], knobs: &Arc<Knobs>) -> bool {
        let mut tap = Tap::new(changes, Arc::clone(knobs), self.origin.clone(), None);
        self.passed.iter().any(|passed| match passed {
            Passed::Arrived(octets) => {
                tap.arrived(octets);
                false
            }
            Passed::Ended(now, frames) => tap.end(*now) != *frames,
            Passed::Next(now, frame) => tap.next(*now) != *frame,
            Passed::Sent(frame) => {
                tap.sends(frame);
                false
            }
            Passed::Said(frames) => !tap.says().iter().map(|(_, octets)| octets).eq(frames),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::change::Rewrite;
    use super::super::{Act, Deviation, Framing, LeftBehind, When};
    use super::*;
    use crate::connection::{Next, Outgoing};

    /// A PING that arrives in two reads, and is answered.
    fn ping_in_two_reads() -> Testimony {
        let witness = Witness::default();
        let origin = Origin {
            now: Duration::ZERO,
            interval: Duration::from_secs(60),
            connection: 0,
            is_first_client: true,
            recorded: None,
            recorded_for_others: Vec::new(),
            is_quarantined: false,
            server: None,
            left_behind: LeftBehind::default(),
        };
        let deviation = Deviation::witnessed(&witness);
        let mut tap = deviation.tap(&Arc::default(), || origin).expect("a witness needs a tap");
        let mut outgoing = Outgoing::new();
        for octets in [[0].as_slice(), &[1, 0x50]] {
            tap.arrived(octets);
            while tap.next(Duration::ZERO).is_some() {
                tap.sends(&[0, 1, 0x60]);
            }
            tap.settle(Duration::ZERO, Next::GoOn, &mut outgoing);
        }
        assert_eq!(tap.end(Duration::ZERO), Vec::<Vec<u8>>::new());
        witness.take()
    }

    #[track_caller]
    fn check(change: Change, places: &[(State, Input)], expected: bool) {
        let places = places.iter().copied().collect();
        assert_eq!(ping_in_two_reads().may_differ(&[change], &places), expected, "{change:?}");
    }

    #[test]
    fn a_change_makes_a_difference_where_something_else_would_be_passed_on() {
        let drops_pings: Rewrite = |_, given| (given.first()? >> 4 == 5).then(Vec::new);
        let drops_pongs: Rewrite = |_, given| (given.first()? >> 4 == 6).then(Vec::new);
        let renews: Rewrite = |_, given| Some(vec![Act::Peer(given.to_vec())]);
        check(Change::Received(When::Always, drops_pings), &[], true);
        check(Change::Received(When::Split, drops_pings), &[], true);
        check(Change::Received(When::Joined, drops_pings), &[], false);
        check(Change::Received(When::Second, drops_pings), &[], false);
        check(Change::Received(When::Always, drops_pongs), &[], false);
        check(Change::Sent(When::Always, drops_pongs), &[], true);
        check(Change::Sent(When::Reconnected, drops_pongs), &[], false);
        check(Change::Sent(When::Always, renews), &[], false);
        check(Change::Octets(When::Always, |_, frame| Some([frame, &[0]].concat())), &[], true);
        check(Change::Octets(When::InFlight, |_, frame| Some([frame, &[0]].concat())), &[], false);
        check(Change::Framing(Framing::LosesCutLength), &[], true);
        check(Change::Framing(Framing::LosesCutContent), &[], false);
        check(Change::Ids(|_, _, id| id + 1), &[], false);
    }

    #[test]
    fn a_place_makes_a_difference_where_it_is_come_to_and_a_knob_may_anywhere() {
        let row = Change::Row(State::Accepted, Input::Ping, State::Accepted, &[]);
        check(row, &[(State::Accepted, Input::Ping)], true);
        check(row, &[(State::Accepted, Input::Pong)], false);
        check(Change::Knob(|_| {}), &[], true);
    }
}
