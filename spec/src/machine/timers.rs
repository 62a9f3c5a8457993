//! How many keepalive intervals a peer waits.

use std::time::Duration;

/// How long a peer waits for what, in hundredths of the keepalive interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// A client that has neither sent nor received anything for so long sends a PING (`keepalive.client-pings`).
    pub idle: u32,
    /// A peer that has received nothing for so long drops the connection (`keepalive.silent-peer-dropped`).
    pub silence: u32,
}

impl Timers {
    /// Longer than any connection lasts.
    pub const NEVER: u32 = u32::MAX;

    /// So many hundredths of the interval.
    pub(super) fn of(hundredths: u32, interval: Duration) -> Duration {
        if hundredths == Self::NEVER {
            return Duration::MAX;
        }
        let (whole, rest) = (hundredths / 100, hundredths % 100);
        interval.saturating_mul(whole).saturating_add(interval / 100 * rest)
    }
}

impl Default for Timers {
    /// As deployed peers wait: a PING after one interval, the end after one and a half.
    fn default() -> Self {
        Self { idle: 100, silence: 150 }
    }
}
