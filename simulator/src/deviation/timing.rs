//! What a connection says later than it could, or of its own accord, and when it ends.

use std::time::Duration;

use super::content;
use super::{Closing, Delay, Knobs, Order};

/// Frames that wait for their time, and times that nobody waits for in the reference.
#[derive(Clone, Debug, Default)]
pub(super) struct Timing {
    held: Vec<Held>,
    /// When the peer's next content of its own accord is due.
    beat: Option<Duration>,
    /// When the connection is dropped, unless something begins that time anew.
    drop: Option<Duration>,
    /// When the machine wanted the close.
    close_wanted: Option<Duration>,
    /// Whether something arrived since.
    came_after: bool,
    /// Whether the peer has ended its stream.
    pub(super) peer_closed: bool,
}

#[derive(Clone, Debug)]
struct Held {
    due: Duration,
    is_reversed: bool,
    octets: Vec<u8>,
}

impl Timing {
    /// Holds a frame until its time; `None` if that is now.
    pub(super) fn hold(
        &mut self,
        delay: Option<Delay>,
        now: Duration,
        content: &[u8],
        octets: Vec<u8>,
    ) -> Option<Vec<u8>> {
        let Some(delay) = delay.filter(|delay| (delay.which)(content)) else { return Some(octets) };
        let due = match delay.order {
            Order::Apart => now.saturating_add(delay.by),
            Order::Together | Order::Reversed => {
                // Those of a while are due at its end.
                let whiles = now.as_nanos() / delay.by.as_nanos().max(1) + 1;
                delay.by.saturating_mul(u32::try_from(whiles).unwrap_or(u32::MAX))
            }
        };
        self.held.push(Held { due, is_reversed: delay.order == Order::Reversed, octets });
        None
    }

    /// Frames whose time has come.
    pub(super) fn due(&mut self, now: Duration, all: bool) -> Vec<Vec<u8>> {
        let (due, held): (Vec<_>, Vec<_>) = self.held.drain(..).partition(|held| all || held.due <= now);
        self.held = held;
        let reversed = due.iter().any(|held| held.is_reversed);
        let octets = due.into_iter().map(|held| held.octets);
        if reversed { octets.rev().collect() } else { octets.collect() }
    }

    /// The connection begins.
    pub(super) fn begun(&mut self, now: Duration, knobs: &Knobs, interval: Duration) {
        self.drop = knobs.waits_for_acceptance.map(|share| now.saturating_add(part(interval, share)));
    }

    /// The client is accepted.
    pub(super) fn accepted(&mut self, now: Duration, knobs: &Knobs, interval: Duration) {
        self.beat = knobs.beat.map(|(share, _)| now.saturating_add(part(interval, share)));
        self.drop = knobs.drops.map(|(share, _)| now.saturating_add(part(interval, share)));
    }

    /// A content arrived.
    pub(super) fn arrived(&mut self, now: Duration, content: &[u8], knobs: &Knobs, interval: Duration) {
        self.came_after |= self.close_wanted.is_some();
        if let (Some(_), Some((share, renews))) = (self.drop, knobs.drops)
            && renews(content)
        {
            self.drop = Some(now.saturating_add(part(interval, share)));
        }
    }

    /// The frame that is to be sent of the peer's own accord now.
    pub(super) fn beat(&mut self, now: Duration, knobs: &Knobs, interval: Duration) -> Option<Vec<u8>> {
        let (share, content) = knobs.beat?;
        self.beat.filter(|&due| due <= now && self.close_wanted.is_none())?;
        self.beat = Some(now.saturating_add(part(interval, share)));
        Some(content::framed(content))
    }

    /// Whether the connection is to be closed now.
    pub(super) fn closes(&mut self, now: Duration, machine_closes: bool, closing: Closing) -> bool {
        if machine_closes && self.close_wanted.is_none() {
            self.close_wanted = Some(now);
        }
        if self.peer_closed || self.drop.is_some_and(|due| due <= now) {
            return true;
        }
        match (self.close_wanted, closing) {
            (None, _) | (Some(_), Closing::Never) => false,
            (Some(_), Closing::UponTheNextFrame) => self.came_after,
            (Some(wanted), Closing::After(time)) => wanted.saturating_add(time) <= now,
            (Some(_), Closing::AtOnce | Closing::Reset) => self.held.is_empty(),
        }
    }

    /// When something is due.
    pub(super) fn deadline(&self, closing: Closing) -> Option<Duration> {
        let close = match closing {
            Closing::After(time) => self.close_wanted.map(|wanted| wanted.saturating_add(time)),
            _ => None,
        };
        let beat = self.beat.filter(|_| self.close_wanted.is_none());
        let held = self.held.iter().map(|held| held.due).min();
        [held, beat, self.drop, close].into_iter().flatten().min()
    }
}

/// So many hundredths of the interval.
fn part(interval: Duration, hundredths: u32) -> Duration {
    interval.saturating_mul(hundredths) / 100
}
