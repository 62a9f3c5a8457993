//! Expectations: whether what came is what a pattern wants, whether it still can be, and how "nothing" is shown.

use std::pin::pin;
use std::sync::OnceLock;
use std::time::Duration;

use sinkcheck_cases::language::{Pattern, Step, Within};
use sinkcheck_spec::wire::{Message, MessageId};
use tokio::select;
use tokio::time::Instant;

use super::awake::keep_awake;
use super::client_times::NOT_SILENT;
use super::look::{Come, Looking, alternatives, describe, look, must_come, wants_close, wants_pong, wants_publish};
use super::{Halt, Player};
use crate::connection::Answer;

/// For so many times its patience an expectation waits for a target that is slow and yet sends something.
pub(super) const MOST_PATIENCES: u32 = 4;

/// What a busy machine may be late by, however long the interval.
const MOST_LATENESS: Duration = Duration::from_secs(3);

/// How long a peer that has answered a PING may still take to close: nothing says that it has to be at once.
const CLOSE_GRACE: Duration = Duration::from_millis(500);

impl Player<'_> {
    pub(super) async fn expect(&mut self, step: &Step, pattern: &Pattern, within: Option<Within>) -> Result<(), Halt> {
        let (on, line) = (step.on.as_str(), step.line);
        match (pattern, within) {
            (Pattern::Nothing, _) => self.expect_nothing(on, line).await,
            (Pattern::NoAck, _) => self.expect_no_ack(on, line).await,
            (Pattern::Open, _) => self.expect_open(on, line).await,
            (Pattern::Closed, Some(within)) => self.expect_closed_within(on, within).await,
            (Pattern::Ping, within) => self.expect_ping_within(on, within.map_or(1.1, |within| within.to)).await,
            (Pattern::Waited | Pattern::WaitedNoLess, _) => self.expect_waited(on, pattern).await,
            _ => self.expect_something(on, pattern, self.is_known_broken(step)).await,
        }
    }

    /// `is_known_broken`: what comes of it changes nothing any more, so it isn't waited for long.
    async fn expect_something(&mut self, on: &str, pattern: &Pattern, is_known_broken: bool) -> Result<(), Halt> {
        let window = self.setting.calibration.window();
        let patience = if is_known_broken { window } else { self.setting.patience() };
        let begun = Instant::now();
        self.let_go_of_events(on, pattern).await;
        // A close can be waited for in vain: a PING that is answered shows that the peer went on.
        let fenced = wants_close(pattern) && self.send_fence(on).await;
        let awake = if wants_close(pattern) { self.kept_awake(on) } else { None };
        let first_ping = OnceLock::new();
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        let mut done = vec![false; alternatives(pattern)];
        let mut looking = Looking {
            values: &mut self.values,
            waiting: &mut link.waiting,
            answered: &mut self.answered,
            wanted: &mut self.wanted,
            taken: &mut link.taken,
        };
        let mut deadline = begun + patience;
        let mut ponged = false;
        let mut seen = link.connection.inbox().awaited;
        let is_single = looking.waiting.len() <= 1;
        // Something may come for ever, and never what is waited for; answers that are owed come to an end.
        let owes = matches!(pattern, Pattern::Answers | Pattern::AnyAnswers | Pattern::Acks | Pattern::Nacks);
        let latest = begun
            + patience
                * if owes {
                    MOST_PATIENCES.max(u32::try_from(looking.waiting.len()).unwrap_or(u32::MAX))
                } else {
                    MOST_PATIENCES
                };
        let decided = {
            let mut kept_awake = pin!(keep_awake(&link.connection, awake, &first_ping));
            loop {
                let came = link.connection.wait(deadline, |inbox| {
                    match look(pattern, inbox, &mut looking, &mut done) {
                        Come::NotYet => {}
                        other => return Some(other),
                    }
                    if inbox.is_flooded() {
                        return Some(Come::CantTell("flood", inbox.flood()));
                    }
                    // Seen once: the deadline moves, and the wait begins again.
                    (fenced && !ponged && inbox.pongs > 0).then_some(Come::NotYet)
                });
                let decided = select! {
                    decided = came => decided,
                    never = &mut kept_awake => match never {},
                };
                match decided {
                    // As long as something comes, a slow target is not a silent one. Where it is wrong, the case is decided.
                    None if link.connection.inbox().awaited > seen
                        && !ponged
                        && link.connection.inbox().breaches.len() == link.reported
                        && Instant::now() < latest =>
                    {
                        seen = link.connection.inbox().awaited;
                        deadline = (Instant::now() + patience).min(latest);
                    }
                    Some(Come::NotYet) => {
                        ponged = true;
                        link.connection.inbox().pongs -= 1;
                        deadline = deadline.min(Instant::now() + window.max(CLOSE_GRACE));
                    }
                    None => {
                        let waited = if ponged { window } else { patience };
                        let slept = self.setting.lag.worst_since(deadline - waited) > waited / 4;
                        if is_known_broken || !slept || Instant::now() >= latest {
                            break None;
                        }
                        // This machine slept for a part of the wait, so it waits once more.
                        deadline = Instant::now() + waited;
                    }
                    other => break other,
                }
            }
        };
        match decided {
            Some(Come::Met) => {
                if is_single && must_come(pattern).is_some() {
                    self.setting.patience.came_after(begun.elapsed());
                }
                if fenced && !ponged {
                    // Its PONG may still come, and is no step's.
                    link.connection.inbox().pongs = 0;
                }
                let closed = link.connection.inbox().closed.as_ref().map(|closed| closed.at);
                if wants_pong(pattern) {
                    self.let_unasked_pongs_pass().await;
                }
                match (awake, closed) {
                    (Some(awake), Some(closed)) => {
                        self.closed_after_rejection(awake, first_ping.get().copied(), closed)
                    }
                    _ => Ok(()),
                }
            }
            // A target that is slower than its keepalive interval rightly drops a client that waits for it in silence.
            Some(Come::Never(observed)) if self.scenario.silent && self.is_dropped_for_silence(on) => {
                Err(Halt::CantTell { code: "dropped-for-silence", message: observed })
            }
            Some(Come::Never(observed)) => {
                self.not_for_our_silence(on)?;
                Err(Halt::Broken { rule: None, expected: describe(pattern), observed })
            }
            Some(Come::CantTell("flood", message)) => {
                Err(self.flooded(on).unwrap_or(Halt::CantTell { code: "flood", message }))
            }
            Some(Come::CantTell(code, message)) => Err(Halt::CantTell { code, message }),
            Some(Come::Breaks(rule, observed)) => {
                Err(Halt::Broken { rule: Some(rule.to_owned()), expected: describe(pattern), observed })
            }
            Some(Come::NotYet) | None => {
                if let Some(halt) = self.no_frame(on) {
                    return Err(halt);
                }
                if wants_publish(pattern)
                    && let Some(halt) = self.waits_for_answers(on).await
                {
                    return Err(halt);
                }
                // What a client publishes by itself is its own affair.
                if matches!(pattern, Pattern::Event(_)) {
                    // It was seen to publish, and may rightly wait for an answer before it goes on.
                    let in_flight =
                        self.connections.get(on).map_or(0, |link| link.connection.inbox().oracle.in_flight());
                    if in_flight > 0 {
                        let what = "a client that publishes its next event before the last one is answered";
                        return Err(Halt::Lacks(what.to_owned()));
                    }
                    let message = format!("the client published nothing within {} ms", begun.elapsed().as_millis());
                    return Err(Halt::CantTell { code: "nothing-published", message });
                }
                let observed = if ponged {
                    format!("it stayed open: it answered a PING, and {} ms later nothing had come", window.as_millis())
                } else if wants_close(pattern) {
                    format!("it stayed open for {} ms", begun.elapsed().as_millis())
                } else {
                    format!("nothing of the kind within {} ms", begun.elapsed().as_millis())
                };
                if !is_known_broken {
                    self.in_time(
                        if ponged { deadline - window } else { begun },
                        if ponged { window } else { patience },
                    )?;
                    if !ponged {
                        self.setting.patience.ran_out();
                        if let Some(halt) = self.unended_frame(on, patience) {
                            return Err(halt);
                        }
                    }
                }
                Err(match must_come(pattern) {
                    Some(must) => Halt::Missing { must, expected: describe(pattern), observed },
                    None => Halt::Broken { rule: None, expected: describe(pattern), observed },
                })
            }
        }
    }

    /// Remembers how something was shown, once for a step that is repeated.
    fn show(&mut self, how: String) {
        if !self.shown_by.contains(&how) {
            self.shown_by.push(how);
        }
    }

    async fn expect_nothing(&mut self, on: &str, line: usize) -> Result<(), Halt> {
        let window = self.setting.calibration.window();
        let fence = self.setting.calibration.in_order && self.send_fence(on).await;
        let patience = self.setting.patience();
        let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
        let begun = Instant::now();
        let (limit, most) = if fence { (patience, MOST_PATIENCES) } else { (window, 1) };
        let seen = link
            .connection
            .wait_while_it_speaks(limit, most, |inbox| {
                let mut ponged = false;
                if fence && inbox.pongs > 0 {
                    inbox.pongs -= 1;
                    ponged = true;
                }
                if let Some(unasked) = inbox.unasked() {
                    return Some(Err(unasked));
                }
                if let Some(closed) = &inbox.closed {
                    return Some(Ok(format!("by the close ({})", closed.how)));
                }
                ponged.then(|| Ok("by a fence: a PING was answered with nothing before it".to_owned()))
            })
            .await;
        match seen {
            Some(Ok(how)) => self.show(format!("line {line}: nothing came, shown {how}")),
            Some(Err(observed)) => return Err(Halt::Broken { rule: None, expected: "nothing".to_owned(), observed }),
            None if fence => return Err(self.fence_unanswered(on, begun)),
            None => {
                let how = format!("by a window of {} ms", window.as_millis());
                self.show(format!("line {line}: nothing came, shown {how}"));
            }
        }
        Ok(())
    }

    /// The peer sends without end, so that nobody reads on.
    fn flooded(&self, on: &str) -> Option<Halt> {
        let inbox = self.connections.get(on)?.connection.inbox();
        if let Some(observed) = inbox.pings_upon_pongs() {
            let rule = Some("keepalive.pong-not-answered".to_owned());
            return Some(Halt::Broken { rule, expected: "no answer to a PONG".to_owned(), observed });
        }
        inbox.is_flooded().then(|| Halt::CantTell { code: "flood", message: inbox.flood() })
    }

    /// A PING of our own, on an accepted connection that is open, had no PONG for as long as patience lasts.
    pub(super) fn fence_unanswered(&self, on: &str, begun: Instant) -> Halt {
        if let Err(halt) = self.in_time(begun, begun.elapsed()) {
            return halt;
        }
        if let Some(halt) = self.flooded(on) {
            return halt;
        }
        self.setting.patience.ran_out();
        if let Some(halt) = self.unended_frame(on, begun.elapsed()) {
            return halt;
        }
        Halt::Broken {
            rule: Some("keepalive.ping-answered".to_owned()),
            expected: "a PONG for the PING that shows whether the connection is open".to_owned(),
            observed: format!("none within {} ms", begun.elapsed().as_millis()),
        }
    }

    async fn expect_no_ack(&mut self, on: &str, line: usize) -> Result<(), Halt> {
        let window = self.setting.calibration.window();
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        let owed: Vec<MessageId> = link.waiting.iter().map(|owed| owed.id).collect();
        let seen = link
            .connection
            .wait(Instant::now() + window, |inbox| {
                inbox.answers.retain(|(id, answer)| owed.contains(id) || *answer == Answer::Ack);
                if let Some((id, _)) = inbox.answers.iter().find(|(id, _)| !owed.contains(id)) {
                    return Some(Err(format!("ACK {id}")));
                }
                inbox.closed.as_ref().map(|closed| Ok(format!("by the close ({})", closed.how)))
            })
            .await;
        match seen {
            Some(Err(observed)) => Err(Halt::Broken { rule: None, expected: "no ACK".to_owned(), observed }),
            Some(Ok(how)) => {
                self.show(format!("line {line}: no ACK came, shown {how}"));
                Ok(())
            }
            None => {
                self.show(format!("line {line}: no ACK came, shown by a window of {} ms", window.as_millis()));
                Ok(())
            }
        }
    }

    async fn expect_open(&mut self, on: &str, line: usize) -> Result<(), Halt> {
        let window = self.setting.calibration.window();
        let fenced = self.send_fence(on).await;
        let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
        let begun = Instant::now();
        let (limit, most) = if fenced { (self.setting.patience(), MOST_PATIENCES) } else { (window, 1) };
        let seen = link
            .connection
            .wait_while_it_speaks(limit, most, |inbox| {
                if let Some(closed) = &inbox.closed {
                    return Some(Err(closed.how.clone()));
                }
                (fenced && inbox.pongs > 0).then(|| {
                    inbox.pongs -= 1;
                    Ok("by a fence: a PING was answered")
                })
            })
            .await;
        match seen {
            Some(Err(_)) if self.scenario.is_slow() && self.was_not_idle(on) => Err(Halt::Lacks(NOT_SILENT.to_owned())),
            Some(Err(how)) => {
                self.not_for_our_silence(on)?;
                Err(Halt::Broken {
                    rule: None,
                    expected: "the connection stays open".to_owned(),
                    observed: format!("the peer ended it: {how}"),
                })
            }
            Some(Ok(how)) => {
                self.show(format!("line {line}: the connection stayed open, shown {how}"));
                Ok(())
            }
            None if fenced => Err(self.fence_unanswered(on, begun)),
            None => {
                self.show(format!(
                    "line {line}: the connection stayed open, shown by {} ms without a close",
                    window.as_millis()
                ));
                Ok(())
            }
        }
    }

    /// How much later than in time is still in time: what the octets' way and the peer's timers may add. A longer interval is no
    /// reason for a machine to be later.
    pub(super) fn lateness(&self, interval: Duration) -> Duration {
        interval.mul_f64(0.15).min(MOST_LATENESS) + self.setting.calibration.window()
    }

    async fn expect_closed_within(&mut self, on: &str, within: Within) -> Result<(), Halt> {
        let interval = self.interval()?;
        let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
        link.connection.mute();
        let since = link.connection.inbox().last_sent;
        let from = interval.mul_f64(within.from);
        let to = interval.mul_f64(within.to);
        // What the octets' way and two timers may add or take away.
        let early = interval.mul_f64(0.05) + Duration::from_millis(10);
        let late = self.lateness(interval);
        let closed = link
            .connection
            .wait(since + to + late, |inbox| {
                inbox.closed.as_ref().map(|closed| closed.at.saturating_duration_since(since))
            })
            .await;
        let expected = format!(
            "a close {} to {} intervals ({} to {} ms) after the last octets",
            within.from,
            within.to,
            from.as_millis(),
            to.as_millis()
        );
        match closed {
            Some(after) if after + early >= from => Ok(()),
            Some(after) => {
                Err(Halt::Broken { rule: None, expected, observed: format!("a close after {} ms", after.as_millis()) })
            }
            None => {
                self.in_time(since, to)?;
                Err(Halt::Broken {
                    rule: None,
                    expected,
                    observed: format!("no close within {} ms", (to + late).as_millis()),
                })
            }
        }
    }

    /// Sends a PING whose PONG shows that the peer has seen all that came before. False where that shows nothing: before
    /// acceptance, on a closed connection, within a frame.
    pub(super) async fn send_fence(&mut self, on: &str) -> bool {
        let Some(link) = self.connections.get(on) else { return false };
        {
            let inbox = link.connection.inbox();
            if self.is_control
                || !inbox.is_accepted()
                || inbox.abandoned
                || inbox.pongs > 0
                || inbox.oracle.pings_waiting() > 0
                || link.is_within_frame()
            {
                return false;
            }
        }
        let ping = Message::Ping.to_frame();
        link.connection.send(vec![ping], Duration::ZERO, self.setting.patience()).await.is_ok()
    }

    pub(super) fn interval(&self) -> Result<Duration, Halt> {
        self.setting
            .target
            .keepalive_interval
            .ok_or_else(|| Halt::Lacks("its keepalive interval (`keepalive_interval` in the target file)".to_owned()))
    }
}

pub(super) fn no_connection(on: &str) -> Halt {
    Halt::Fault(format!("the connection `{on}` was not opened"))
}
