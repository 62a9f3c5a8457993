//! Who has been silent for how long, where the keepalive interval is known.

use std::time::Duration;

use crate::catalogue::Role;

/// What a peer is blamed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooSilent {
    pub(super) rule: &'static str,
    pub(super) by: Role,
    pub(super) what: &'static str,
}

/// Times out the silences of an accepted connection (PROTOCOL.md, 8.2).
///
/// Peers in the field look every tenth of an interval whether to send a PING, and every half whether to drop a silent peer. A tenth
/// more, and no less than [`WAY`], is for the way of what passes.
#[derive(Debug, Clone)]
pub(super) struct Silence {
    interval: Duration,
    /// When something passed last, in any direction.
    quiet_since: Duration,
    /// When something passed towards the server and the client last.
    unheard_since: [Duration; 2],
    pinged_too_late: bool,
    not_dropped: [bool; 2],
}

/// What passes between busy machines may take so long, however short the interval is.
const WAY: Duration = Duration::from_millis(100);

fn index(role: Role) -> usize {
    match role {
        Role::Server => 0,
        Role::Client => 1,
    }
}

impl Silence {
    /// The server has accepted.
    pub(super) fn new(interval: Duration, now: Duration) -> Self {
        Self { interval, quiet_since: now, unheard_since: [now; 2], pinged_too_late: false, not_dropped: [false; 2] }
    }

    fn way(&self) -> Duration {
        WAY.max(self.interval / 10)
    }

    fn ping_due(&self) -> Duration {
        self.quiet_since.saturating_add(self.interval.saturating_mul(11) / 10).saturating_add(self.way())
    }

    fn drop_due(&self, role: Role) -> Duration {
        self.unheard_since[index(role)].saturating_add(self.interval.saturating_mul(2)).saturating_add(self.way())
    }

    /// Something passed, be it a part of a frame. True if a client has kept the line alive by that: nothing had passed for nearly an
    /// interval.
    pub(super) fn passed(&mut self, from: Role, now: Duration) -> bool {
        let was_quiet =
            from == Role::Client && now.saturating_sub(self.quiet_since) >= self.interval.saturating_mul(9) / 10;
        self.quiet_since = now;
        self.unheard_since[index(from.other())] = now;
        self.pinged_too_late = false;
        self.not_dropped[index(from.other())] = false;
        was_quiet
    }

    /// A peer closed. True if it has dropped one that was silent for 1.5 intervals.
    pub(super) fn closed(&self, by: Role, now: Duration) -> bool {
        now.saturating_sub(self.unheard_since[index(by)]) >= self.interval.saturating_mul(3) / 2
    }

    /// When somebody will have been silent for too long.
    pub(super) fn deadline(&self) -> Option<Duration> {
        let ping = (!self.pinged_too_late).then(|| self.ping_due());
        let drops =
            Role::ALL.into_iter().filter(|role| !self.not_dropped[index(*role)]).map(|role| self.drop_due(role));
        drops.chain(ping).min()
    }

    /// Somebody who has been silent for too long by now, once for each silence.
    pub(super) fn overdue(&mut self, now: Duration) -> Option<TooSilent> {
        if !self.pinged_too_late && self.ping_due() <= now {
            self.pinged_too_late = true;
            let what = "nothing has passed for longer than 1.1 keepalive intervals, and the client sends no PING";
            return Some(TooSilent { rule: "keepalive.client-pings", by: Role::Client, what });
        }
        let late = |role: &Role| !self.not_dropped[index(*role)] && self.drop_due(*role) <= now;
        let by = Role::ALL.into_iter().find(late)?;
        self.not_dropped[index(by)] = true;
        let what = "it has received nothing for longer than two keepalive intervals, and the connection is still open";
        Some(TooSilent { rule: "keepalive.silent-peer-dropped", by, what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenths(number: u64) -> Duration {
        Duration::from_millis(100 * number)
    }

    /// Who is blamed when, in tenths of a second, if nothing passes; whoever asks at each tenth is told once.
    fn blamed(silence: &mut Silence, tenths_of_a_second: std::ops::Range<u64>) -> Vec<(u64, Role)> {
        let mut list = Vec::new();
        for at in tenths_of_a_second {
            let deadline = silence.deadline();
            let mut found = false;
            while let Some(too_silent) = silence.overdue(tenths(at)) {
                found = true;
                list.push((at, too_silent.by));
            }
            assert_eq!(found, deadline.is_some_and(|deadline| deadline <= tenths(at)), "at {at}");
        }
        list
    }

    #[test]
    fn a_tenth_of_the_interval_is_for_the_way_and_a_tenth_of_a_second_at_least() {
        use Role::{Client, Server};
        let mut silence = Silence::new(tenths(100), Duration::ZERO);
        assert_eq!(blamed(&mut silence, 0..500), [(120, Client), (210, Server), (210, Client)]);
        let mut silence = Silence::new(tenths(10), Duration::ZERO);
        assert_eq!(blamed(&mut silence, 0..50), [(12, Client), (21, Server), (21, Client)]);
        let mut silence = Silence::new(tenths(5), Duration::ZERO);
        assert_eq!(blamed(&mut silence, 0..50), [(7, Client), (11, Server), (11, Client)]);
    }

    #[test]
    fn each_silence_is_told_once_and_the_next_one_anew() {
        use Role::{Client, Server};
        let mut silence = Silence::new(tenths(100), Duration::ZERO);
        assert_eq!(blamed(&mut silence, 0..230).len(), 3);
        silence.passed(Client, tenths(230));
        // The client has still received nothing, which was told.
        assert_eq!(blamed(&mut silence, 230..500), [(350, Client), (440, Server)]);
        silence.passed(Server, tenths(500));
        assert_eq!(blamed(&mut silence, 500..800), [(620, Client), (710, Client)]);
    }

    #[test]
    fn a_close_behind_one_and_a_half_intervals_of_silence_drops_the_silent_peer() {
        let mut silence = Silence::new(tenths(100), Duration::ZERO);
        silence.passed(Role::Client, tenths(50));
        for (by, at, drops) in [
            (Role::Server, 199, false),
            (Role::Server, 200, true),
            (Role::Client, 149, false),
            (Role::Client, 150, true),
        ] {
            assert_eq!(silence.closed(by, tenths(at)), drops, "{by} at {at}");
        }
    }
}
