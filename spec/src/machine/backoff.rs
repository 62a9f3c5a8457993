//! How long a client waits between its attempts to connect.

use std::time::Duration;

/// The waits between a client's attempts (`introduction.waits-after-rejection`, `introduction.wait-not-shortened`): by
/// default 50 ms, 1 s, 5 s, 30 s, and 60 s from then on, each varied by up to a tenth either way.
///
/// ```
/// use std::time::Duration;
/// use sinkcheck_spec::machine::Backoff;
///
/// let mut backoff = Backoff::default();
/// assert_eq!(backoff.next_wait(0), Duration::from_millis(45));
/// assert_eq!(backoff.next_wait(u32::MAX), Duration::from_millis(1100));
/// backoff.accepted();
/// assert_eq!(backoff.next_wait(u32::MAX), Duration::from_millis(55));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    waits: Vec<Duration>,
    /// How many waits there were since the last acceptance.
    count: usize,
    last: Duration,
}

impl Backoff {
    /// The waits of deployed clients, before they are varied. The last one is repeated.
    pub const DEPLOYED: [Duration; 5] = [
        Duration::from_millis(50),
        Duration::from_secs(1),
        Duration::from_secs(5),
        Duration::from_secs(30),
        Duration::from_secs(60),
    ];

    /// These waits, of which the last is repeated; none at all if there are none.
    #[must_use]
    pub fn new(waits: impl Into<Vec<Duration>>) -> Self {
        Self { waits: waits.into(), count: 0, last: Duration::ZERO }
    }

    /// How long to wait after an attempt that failed or was rejected, and after a loss. `jitter` is any number, drawn
    /// anew each time: 0 makes it a tenth shorter, [`u32::MAX`] a tenth longer. A wait is never shorter than the one
    /// before, which was varied as well, until [`Backoff::accepted`].
    pub fn next_wait(&mut self, jitter: u32) -> Duration {
        let last_index = self.waits.len().saturating_sub(1);
        let wait = self.waits.get(self.count.min(last_index)).copied().unwrap_or_default();
        self.count = self.count.saturating_add(1);
        let fifth = wait / 5;
        // As a share of 2^32-1, so that both ends are met exactly.
        let share = fifth.as_nanos().saturating_mul(jitter.into()) / u128::from(u32::MAX);
        let share = Duration::from_nanos(u64::try_from(share).unwrap_or(u64::MAX));
        self.last = (wait - wait / 10).saturating_add(share).max(self.last);
        self.last
    }

    /// The client was accepted: the waits begin anew.
    pub fn accepted(&mut self) {
        self.count = 0;
        self.last = Duration::ZERO;
    }
}

impl Default for Backoff {
    /// As deployed clients wait.
    fn default() -> Self {
        Self::new(Self::DEPLOYED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The waits with these jitters, in milliseconds.
    fn waits(jitters: impl IntoIterator<Item = u32>) -> Vec<u128> {
        let mut backoff = Backoff::default();
        jitters.into_iter().map(|jitter| backoff.next_wait(jitter).as_millis()).collect()
    }

    #[test]
    fn they_grow_to_a_minute_and_stay_there() {
        assert_eq!(waits([1 << 31; 7]), [50, 1000, 5000, 30_000, 60_000, 60_000, 60_000]);
    }

    #[test]
    fn each_is_varied_by_a_tenth_at_most() {
        assert_eq!(waits([0; 6]), [45, 900, 4500, 27_000, 54_000, 54_000]);
        assert_eq!(waits([u32::MAX; 6]), [55, 1100, 5500, 33_000, 66_000, 66_000]);
    }

    #[test]
    fn none_is_shorter_than_the_one_before() {
        let mut jitters = vec![1 << 31; 4];
        jitters.extend([1 << 31, u32::MAX, 0, 1 << 31, 0]);
        assert_eq!(waits(jitters)[4..], [60_000, 66_000, 66_000, 66_000, 66_000]);
    }

    #[test]
    fn an_acceptance_begins_anew() {
        let mut backoff = Backoff::default();
        for _ in 0..10 {
            backoff.next_wait(u32::MAX);
        }
        backoff.accepted();
        assert_eq!(backoff.next_wait(0).as_millis(), 45);
    }

    #[test]
    fn any_waits_will_do() {
        assert_eq!(Backoff::new([]).next_wait(9), Duration::ZERO);
        assert!(Backoff::new([Duration::MAX]).next_wait(u32::MAX) > Duration::from_secs(1 << 40));
    }
}
