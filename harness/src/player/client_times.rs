//! What a client under test lets pass: the time before it connects again, and the silence before it sends a PING.

use std::time::Duration;

use sinkcheck_cases::language::Pattern;
use sinkcheck_spec::catalogue::Role;
use tokio::time::Instant;

use super::clients::FALSE_STARTS;
use super::excuses::OUR_SILENCE;
use super::expect::no_connection;
use super::{Halt, Player};
use crate::connection::Inbox;

/// For so many keepalive intervals a client is waited for that doesn't fall silent.
const MOST_SILENCES: f64 = 6.0;

/// What a case about PINGs needs.
pub(super) const NOT_SILENT: &str =
    "a client that falls silent: this one goes on sending by itself, so that no PING is due";

/// A client that lets less time pass before it connects again doesn't wait. Clients in the field begin with 50 ms.
pub(super) const NO_WAIT: Duration = Duration::from_millis(10);

/// What two waits may differ by that are meant to be the same: both vary by a tenth.
const SAME_WAIT: f64 = 0.8;

impl Player<'_> {
    /// Whether the client waited before its last connection, or waited no less than before.
    pub(super) async fn expect_waited(&mut self, on: &str, pattern: &Pattern) -> Result<(), Halt> {
        // To look whether anybody listens is no try: what it does next is.
        for _ in 0..FALSE_STARTS {
            let deadline = Instant::now() + self.setting.patience();
            let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
            let shows =
                |inbox: &mut Inbox| (inbox.octets > 0 || inbox.pending > 0 || inbox.closed.is_some()).then_some(());
            link.connection.wait(deadline, shows).await;
            if !self.ended_unused(on) {
                break;
            }
            self.await_client(on, false).await?;
        }
        let Some(last) = self.waits.last().copied() else {
            let message = "no connection came that the client did more with than to open it".to_owned();
            return Err(Halt::CantTell { code: "no-request", message });
        };
        let observed = format!("{} ms", last.as_millis());
        let fails = |expected: String| Err(Halt::Broken { rule: None, expected, observed });
        if *pattern == Pattern::Waited {
            return if last >= NO_WAIT {
                Ok(())
            } else {
                fails(format!("a wait before it connects again, of {} ms at least", NO_WAIT.as_millis()))
            };
        }
        let Some(before) = self.waits.len().checked_sub(2).and_then(|at| self.waits.get(at)).copied() else {
            let message = "of two connections the client did no more with one than to open it".to_owned();
            return Err(Halt::CantTell { code: "no-request", message });
        };
        if last + NO_WAIT >= before.mul_f64(SAME_WAIT) {
            return Ok(());
        }
        // A wait is measured too long by a machine that slept.
        self.in_time(self.started, before)?;
        fails(format!("a wait of no less than the last one, {} ms, give or take a tenth", before.as_millis()))
    }

    /// A client dropped us for our silence, and had itself gone on sending, so that no PING was due.
    pub(super) fn was_not_idle(&self, on: &str) -> bool {
        let (Some(link), Ok(interval)) = (self.connections.get(on), self.interval()) else { return false };
        let inbox = link.connection.inbox();
        let (said, heard) = (inbox.last_sent, inbox.last_received);
        let is_so = |at: Instant| at >= said + interval.mul_f64(OUR_SILENCE) && at < heard + interval;
        let is_client = self.setting.target.role == Role::Client;
        is_client && inbox.longest_idle < interval && inbox.closed.as_ref().is_some_and(|closed| is_so(closed.at))
    }

    /// A PING is due a time after the last octets that went either way.
    pub(super) async fn expect_ping_within(&mut self, on: &str, to: f64) -> Result<(), Halt> {
        let interval = self.interval()?;
        let late = self.lateness(interval);
        let due = interval.mul_f64(to);
        let begun = Instant::now();
        let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
        let was_waiting = std::mem::replace(&mut link.connection.inbox().is_waiting, true);
        let seen = {
            let mut inbox = link.connection.inbox();
            inbox.longest_idle = Duration::ZERO;
            inbox.pings
        };
        let came = loop {
            let idle_since = {
                let inbox = link.connection.inbox();
                inbox.last_sent.max(inbox.last_received)
            };
            let deadline = idle_since + due + late;
            let came = link
                .connection
                .wait(deadline, |inbox| {
                    if inbox.pings > seen {
                        return Some(Ok(()));
                    }
                    inbox.closed.as_ref().map(|closed| Err(format!("the peer ended the connection: {}", closed.how)))
                })
                .await;
            let moved = {
                let inbox = link.connection.inbox();
                inbox.last_sent.max(inbox.last_received) > idle_since
            };
            if came.is_some() || !moved {
                break came;
            }
            let idled = link.connection.inbox().longest_idle;
            if idled > due + late {
                break Some(Err(format!("{} ms of silence, and then something else", idled.as_millis())));
            }
            if begun.elapsed() > interval.mul_f64(MOST_SILENCES) {
                // It let no time pass in which a PING was due, or hardly: nothing says that it should have been idle.
                break (idled >= interval).then(|| Err(format!("none after {} ms of silence", idled.as_millis())));
            }
        };
        link.connection.inbox().is_waiting = was_waiting;
        let goes_on = came.is_none() && begun.elapsed() > interval.mul_f64(MOST_SILENCES);
        if goes_on || self.was_not_idle(on) {
            return Err(Halt::Lacks(NOT_SILENT.to_owned()));
        }
        let expected = format!("a PING by {to} intervals ({} ms) of silence", due.as_millis());
        match came {
            Some(Ok(())) => Ok(()),
            Some(Err(observed)) => Err(Halt::Broken { rule: None, expected, observed }),
            None => {
                self.in_time(begun, due)?;
                let observed = format!("no PING within {} ms of silence", (due + late).as_millis());
                Err(Halt::Broken { rule: None, expected, observed })
            }
        }
    }
}
