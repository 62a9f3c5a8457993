//! How much patience there still is with a target, in a run.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::Calibration;

/// Patience may run out so often before there is less of it.
pub(super) const FEW: usize = 4;

/// Patience ran out so often that there is little left.
pub(super) const MANY: usize = 16;

/// An answer may take so much longer than the slowest that came.
const SLOWER: u32 = 4;

/// A target that has been waited for in vain several times has failed, or will not be judged by what comes later: the rest of the run
/// is not to take an hour for it. It may have stalled, too, with many cases at a time, on a machine that is busy with other things;
/// so what it has taken for answers that came is waited for all the same, and more.
#[derive(Debug, Default)]
pub struct Patience {
    ran_out: AtomicUsize,
    slowest_us: AtomicU64,
}

impl Patience {
    /// Little of it from the start: the first contact ended in silence.
    #[must_use]
    pub fn little() -> Self {
        Self { ran_out: AtomicUsize::new(MANY), ..Self::default() }
    }

    /// How long an answer is waited for that must come.
    #[must_use]
    pub fn left(&self, calibration: &Calibration) -> Duration {
        let whole = calibration.patience();
        let part = match self.ran_out.load(Ordering::Relaxed) {
            ..FEW => return whole,
            FEW..MANY => whole / 4,
            MANY.. => whole / 8,
        };
        let slowest = Duration::from_micros(self.slowest_us.load(Ordering::Relaxed));
        part.max((slowest * SLOWER).min(whole)).max(calibration.window() * 2)
    }

    /// An answer came after so much time.
    pub fn came_after(&self, waited: Duration) {
        let waited_us = u64::try_from(waited.as_micros()).unwrap_or(u64::MAX);
        self.slowest_us.fetch_max(waited_us, Ordering::Relaxed);
    }

    /// Patience ran out once more.
    pub fn ran_out(&self) {
        self.ran_out.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_less_the_more_often_it_ran_out_but_enough_for_what_came() {
        let calibration = Calibration { slowest: Duration::from_millis(1), in_order: true };
        let patience = Patience::default();
        let whole = calibration.patience();
        for _ in 0..FEW {
            assert_eq!(patience.left(&calibration), whole);
            patience.ran_out();
        }
        assert_eq!(patience.left(&calibration), whole / 4);
        patience.came_after(Duration::from_millis(300));
        patience.came_after(Duration::from_millis(2));
        assert_eq!(patience.left(&calibration), Duration::from_millis(1200));
        let little = Patience::little();
        assert_eq!(little.left(&calibration), whole / 8);
        little.came_after(Duration::from_secs(60));
        assert_eq!(little.left(&calibration), whole);
    }
}
