//! Waiting for a peer that has rejected us to close, and whether it does so because of that.
//!
//! A peer that doesn't close would seem to when it drops us for our silence, so it is sent PINGs before that. Then it may close upon a
//! PING, as one does that leaves a rejected connection alone until something comes. A close that is merely late comes at a time of its
//! own, so the first PING is sent at another time in each wait of a case: one whose close is right behind it each time closes upon it.

use std::convert::Infallible;
use std::sync::OnceLock;
use std::time::Duration;

use sinkcheck_spec::oracle::Phase;
use sinkcheck_spec::wire::Message;
use tokio::time::Instant;

use super::{Halt, Player};
use crate::connection::Connection;

/// When the first PING is sent, in keepalive intervals, in one wait of a case after the other. A peer that closes as it should has
/// closed before.
const FIRST_PINGS: [f64; 3] = [1.3, 1.1, 0.9];

/// A close that follows within so many keepalive intervals is right behind a PING: less than between any two of the times above.
const RIGHT_BEHIND: f64 = 0.1;

/// How long a PING may take to be handed to the network.
const MAX_SENDING: Duration = Duration::from_secs(1);

/// The closes of rejected connections that a case has seen.
#[derive(Debug, Default)]
pub(super) struct Closes {
    /// How many there were.
    seen: usize,
    /// One of them came without a PING, or not right behind the first.
    of_its_own: bool,
}

/// When a peer is to be kept from dropping us.
#[derive(Debug, Clone, Copy)]
pub(super) struct Awake {
    interval: Duration,
    /// When the first PING is due, since the wait began.
    first: Duration,
}

impl Closes {
    fn first_ping(&self) -> f64 {
        FIRST_PINGS[self.seen % FIRST_PINGS.len()]
    }

    /// One more, and whether it was right behind the first PING. Whether all of them were, and no other time but the PINGs' explains
    /// when they came.
    fn another(&mut self, is_right_behind: bool) -> bool {
        self.seen += 1;
        self.of_its_own |= !is_right_behind;
        !self.of_its_own && self.seen >= FIRST_PINGS.len()
    }
}

impl Player<'_> {
    /// How a peer is kept awake that is to close because it has rejected us; `None` where its keepalive interval isn't known.
    pub(super) fn kept_awake(&self, on: &str) -> Option<Awake> {
        let interval = self.setting.target.keepalive_interval?;
        let link = self.connections.get(on)?;
        let is_rejected = link.connection.inbox().oracle.phase() == Phase::Rejected;
        let first = interval.mul_f64(self.closes.first_ping());
        (is_rejected && !self.scenario.silent && !link.is_within_frame()).then_some(Awake { interval, first })
    }

    /// The peer has closed; the first PING was sent then, if one was.
    ///
    /// # Errors
    ///
    /// It closes because of the PINGs, and not because of the rejection.
    pub(super) fn closed_after_rejection(
        &mut self,
        awake: Awake,
        first_ping: Option<Instant>,
        closed: Instant,
    ) -> Result<(), Halt> {
        let right_behind = awake.interval.mul_f64(RIGHT_BEHIND);
        let is_right_behind = first_ping.is_some_and(|sent| {
            let is_soon = closed >= sent && closed - sent <= right_behind;
            // Where this machine slept, when things came isn't known well enough.
            is_soon && self.setting.lag.worst_since(sent) <= right_behind / 2
        });
        if !self.closes.another(is_right_behind) {
            return Ok(());
        }
        let times = FIRST_PINGS.map(|share| format!("{share}")).join(", ");
        Err(Halt::Broken {
            rule: None,
            expected: "a close that follows the rejection".to_owned(),
            observed: format!(
                "on each connection it closed only upon a PING, though that came after {times} keepalive intervals in turn"
            ),
        })
    }
}

/// Sends PINGs for as long as it is polled, and says when the first was sent; none without a peer to keep awake.
pub(super) async fn keep_awake(connection: &Connection, awake: Option<Awake>, first: &OnceLock<Instant>) -> Infallible {
    let Some(awake) = awake else { return std::future::pending().await };
    tokio::time::sleep(awake.first).await;
    loop {
        first.get_or_init(Instant::now);
        // To one that has closed it doesn't go, and nobody waits for its answer.
        let _ = connection.send(vec![Message::Ping.to_frame()], Duration::ZERO, MAX_SENDING).await;
        tokio::time::sleep(awake.interval.mul_f64(0.4)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_has_its_own_time_and_three_closes_right_behind_a_ping_are_no_chance() {
        let mut closes = Closes::default();
        let mut times = Vec::new();
        let found = [true, true, true, true].map(|is_right_behind| {
            times.push(closes.first_ping());
            closes.another(is_right_behind)
        });
        assert_eq!(found, [false, false, true, true]);
        assert_eq!(times, [1.3, 1.1, 0.9, 1.3]);
        for (at, time) in FIRST_PINGS.iter().enumerate() {
            let others = FIRST_PINGS.iter().enumerate().filter(|(other, _)| *other != at);
            assert!(others.into_iter().all(|(_, other)| (time - other).abs() > RIGHT_BEHIND));
        }
    }

    #[test]
    fn one_close_of_its_own_accord_is_enough() {
        for own in 0..4 {
            let mut closes = Closes::default();
            let found = [0, 1, 2, 3].map(|wait| closes.another(wait != own));
            assert_eq!(found, [false, false, own == 3, false], "{own}");
        }
    }
}
