//! Expectations: whether what came is what a pattern wants, whether it still can be, and how "nothing" is shown.

use std::time::Duration;

use sinkcheck_cases::language::{NackPattern, Number, OctetSource, Pattern, Step, Within};
use sinkcheck_spec::wire::{ConnectionResponse, MessageId};
use tokio::time::Instant;

use super::values::Values;
use super::{Answered, Claim, Halt, Owed, Player};
use crate::connection::{Answer, Inbox};

/// For so many times its patience an expectation waits for a target that is slow and yet sends something.
const MOST_PATIENCES: u32 = 4;

/// What came against what is wanted.
enum Come {
    /// It came.
    Met,
    /// It may yet come.
    NotYet,
    /// It can't come any more, or something else came in its place.
    Never(String),
    /// It came in a way that shows nothing.
    CantTell(&'static str, String),
}

/// What an expectation looks at, apart from the inbox.
struct Looking<'a> {
    values: &'a mut Values,
    waiting: &'a mut Vec<Owed>,
    answered: &'a mut Answered,
}

impl Player<'_> {
    pub(super) async fn expect(&mut self, step: &Step, pattern: &Pattern, within: Option<Within>) -> Result<(), Halt> {
        let (on, line) = (step.on.as_str(), step.line);
        match (pattern, within) {
            (Pattern::Nothing, _) => self.expect_nothing(on, line).await,
            (Pattern::NoAck, _) => self.expect_no_ack(on, line).await,
            (Pattern::Open, _) => self.expect_open(on, line).await,
            (Pattern::Closed, Some(within)) => self.expect_closed_within(on, within).await,
            _ => self.expect_something(on, pattern, self.is_known_broken(step)).await,
        }
    }

    /// `is_known_broken`: what comes of it changes nothing any more, so it isn't waited for long.
    async fn expect_something(&mut self, on: &str, pattern: &Pattern, is_known_broken: bool) -> Result<(), Halt> {
        let window = self.setting.calibration.window();
        let patience = if is_known_broken { window } else { self.setting.patience() };
        let begun = Instant::now();
        // A close can be waited for in vain: a PING that is answered shows that the peer went on.
        let fenced = wants_close(pattern) && self.send_fence(on).await;
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        let mut done = vec![false; alternatives(pattern)];
        let mut looking =
            Looking { values: &mut self.values, waiting: &mut link.waiting, answered: &mut self.answered };
        let mut deadline = begun + patience;
        let mut ponged = false;
        let mut seen = link.connection.inbox().awaited;
        // Something may come for ever, and never what is waited for; answers that are owed come to an end.
        let owes = matches!(pattern, Pattern::Answers | Pattern::AnyAnswers | Pattern::Acks | Pattern::Nacks);
        let latest = begun
            + patience
                * if owes {
                    MOST_PATIENCES.max(u32::try_from(looking.waiting.len()).unwrap_or(u32::MAX))
                } else {
                    MOST_PATIENCES
                };
        let decided = loop {
            let decided = link
                .connection
                .wait(deadline, |inbox| {
                    match look(pattern, inbox, &mut looking, &mut done) {
                        Come::NotYet => {}
                        other => return Some(other),
                    }
                    if inbox.is_flooded() {
                        return Some(Come::CantTell("flood", inbox.flood()));
                    }
                    // Seen once: the deadline moves, and the wait begins again.
                    (fenced && !ponged && inbox.pongs > 0).then_some(Come::NotYet)
                })
                .await;
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
                    deadline = deadline.min(Instant::now() + window);
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
        };
        match decided {
            Some(Come::Met) => {
                if fenced && !ponged {
                    // Its PONG may still come, and is no step's.
                    link.connection.inbox().pongs = 0;
                }
                Ok(())
            }
            // A target that is slower than its keepalive interval rightly drops a client that waits for it in silence.
            Some(Come::Never(observed)) if self.scenario.silent && self.is_dropped_for_silence(on) => {
                Err(Halt::CantTell { code: "dropped-for-silence", message: observed })
            }
            Some(Come::Never(observed)) => {
                self.not_for_our_silence(on)?;
                Err(Halt::Broken { rule: None, expected: describe(pattern), observed })
            }
            Some(Come::CantTell(code, message)) => Err(Halt::CantTell { code, message }),
            Some(Come::NotYet) | None => {
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
                        self.setting.ran_out();
                    }
                }
                Err(Halt::Broken { rule: None, expected: describe(pattern), observed })
            }
        }
    }

    /// A close by a target that may have lost patience with us says nothing: this machine, if it was overloaded, kept a connection
    /// silent for longer than was meant.
    fn not_for_our_silence(&self, on: &str) -> Result<(), Halt> {
        let (Some(link), Some(interval)) = (self.connections.get(on), self.setting.target.keepalive_interval) else {
            return Ok(());
        };
        if link.connection.inbox().closed.is_none() {
            return Ok(());
        }
        self.in_time(self.started, interval)
    }

    /// Remembers how something was shown, once for a step that is repeated.
    fn show(&mut self, how: String) {
        if !self.shown_by.contains(&how) {
            self.shown_by.push(how);
        }
    }

    fn is_dropped_for_silence(&self, on: &str) -> bool {
        let (Some(link), Some(interval)) = (self.connections.get(on), self.setting.target.keepalive_interval) else {
            return false;
        };
        let is_slow = self.setting.calibration.slowest * 4 > interval;
        let inbox = link.connection.inbox();
        is_slow
            && inbox
                .closed
                .as_ref()
                .is_some_and(|closed| closed.at.saturating_duration_since(inbox.last_sent) >= interval.mul_f64(1.4))
    }

    /// A deadline that passed says something only if this machine was awake: an overloaded one can't tell who was late.
    pub(super) fn in_time(&self, since: Instant, waited: Duration) -> Result<(), Halt> {
        let late = self.setting.lag.worst_since(since);
        if late > waited / 4 {
            return Err(Halt::CantTell {
                code: "machine-overloaded",
                message: format!(
                    "this machine woke up {} ms late while it waited {} ms",
                    late.as_millis(),
                    waited.as_millis()
                ),
            });
        }
        Ok(())
    }

    async fn expect_nothing(&mut self, on: &str, line: usize) -> Result<(), Halt> {
        let window = self.setting.calibration.window();
        let fence = self.setting.calibration.in_order && self.send_fence(on).await;
        let patience = self.setting.patience();
        let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
        let begun = Instant::now();
        let deadline = begun + if fence { patience } else { window };
        let seen = link
            .connection
            .wait(deadline, |inbox| {
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
            None if fence => return Err(self.fence_unanswered(begun)),
            None => {
                let how = format!("by a window of {} ms", (deadline - begun).as_millis());
                self.show(format!("line {line}: nothing came, shown {how}"));
            }
        }
        Ok(())
    }

    /// A PING of our own, on an accepted connection that is open, had no PONG for as long as patience lasts.
    fn fence_unanswered(&self, begun: Instant) -> Halt {
        if let Err(halt) = self.in_time(begun, begun.elapsed()) {
            return halt;
        }
        self.setting.ran_out();
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
        let deadline = begun + if fenced { self.setting.patience() } else { window };
        let seen = link
            .connection
            .wait(deadline, |inbox| {
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
            Some(Err(how)) => Err(Halt::Broken {
                rule: None,
                expected: "the connection stays open".to_owned(),
                observed: format!("the peer ended it: {how}"),
            }),
            Some(Ok(how)) => {
                self.show(format!("line {line}: the connection stayed open, shown {how}"));
                Ok(())
            }
            None if fenced => Err(self.fence_unanswered(begun)),
            None => {
                self.show(format!(
                    "line {line}: the connection stayed open, shown by {} ms without a close",
                    window.as_millis()
                ));
                Ok(())
            }
        }
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
        let late = interval.mul_f64(0.15) + self.setting.calibration.window();
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
    async fn send_fence(&mut self, on: &str) -> bool {
        let Some(link) = self.connections.get(on) else { return false };
        {
            let inbox = link.connection.inbox();
            if !inbox.is_accepted()
                || inbox.abandoned
                || inbox.pongs > 0
                || inbox.oracle.pings_waiting() > 0
                || link.is_within_frame()
            {
                return false;
            }
        }
        let ping = sinkcheck_spec::wire::Message::Ping.to_frame();
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

fn wants_close(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Closed => true,
        Pattern::OneOf(list) => list.iter().any(wants_close),
        _ => false,
    }
}

fn alternatives(pattern: &Pattern) -> usize {
    match pattern {
        Pattern::AnyOrder(list) => list.len(),
        _ => 0,
    }
}

fn look(pattern: &Pattern, inbox: &mut Inbox, looking: &mut Looking<'_>, done: &mut [bool]) -> Come {
    match pattern {
        Pattern::Connected => response(inbox, looking, |response, _| matches!(response, ConnectionResponse::Connected)),
        Pattern::HelloNewClient(hello) => response(inbox, looking, |response, values| match response {
            ConnectionResponse::HelloNewClient { server_instance_id } => {
                values.matches(&hello.server_instance_id, server_instance_id.0.into())
            }
            _ => false,
        }),
        Pattern::InstanceIdMismatch => {
            response(inbox, looking, |response, _| matches!(response, ConnectionResponse::InstanceIdMismatch))
        }
        Pattern::Quarantined => {
            response(inbox, looking, |response, _| matches!(response, ConnectionResponse::Quarantined(_)))
        }
        Pattern::UnsupportedProtocolVersion => {
            response(inbox, looking, |response, _| matches!(response, ConnectionResponse::UnsupportedProtocolVersion))
        }
        Pattern::UnsupportedApplicationVersion => response(inbox, looking, |response, _| {
            matches!(response, ConnectionResponse::UnsupportedApplicationVersion)
        }),
        Pattern::Acceptance => response(inbox, looking, |response, _| response.is_acceptance()),
        Pattern::Rejection => response(inbox, looking, |response, _| !response.is_acceptance()),
        Pattern::AnyAnswers => answers(inbox, looking, Wanted::Whatever),
        Pattern::Answers => answers(inbox, looking, Wanted::Any),
        Pattern::Acks => answers(inbox, looking, Wanted::Ack),
        Pattern::Nacks => answers(inbox, looking, Wanted::Nack),
        Pattern::Nack(nack) => one_nack(inbox, looking, nack),
        Pattern::Pong => {
            if inbox.pongs > 0 {
                inbox.pongs -= 1;
                return Come::Met;
            }
            or_closed(inbox)
        }
        Pattern::Publish(publish) => {
            let Some(event) = looking.values.event(&publish.event).cloned() else { return Come::NotYet };
            let Some(at) = inbox.publishes.iter().position(|came| came.event == event) else { return or_closed(inbox) };
            let Some(came) = inbox.publishes.remove(at) else { return Come::NotYet };
            match &publish.message_id {
                Some(id) if !looking.values.matches(id, came.message_id.get().into()) => {
                    Come::Never(format!("the event came with the message id {}", came.message_id))
                }
                _ => Come::Met,
            }
        }
        Pattern::Closed => match &inbox.closed {
            Some(_) => Come::Met,
            None => Come::NotYet,
        },
        Pattern::OneOf(list) => {
            let mut reasons = Vec::new();
            let mut later = false;
            for pattern in list {
                match look(pattern, inbox, looking, &mut []) {
                    Come::Met => return Come::Met,
                    Come::CantTell(code, message) => return Come::CantTell(code, message),
                    Come::NotYet => later = true,
                    Come::Never(reason) => reasons.push(reason),
                }
            }
            if later { Come::NotYet } else { Come::Never(reasons.into_iter().next().unwrap_or_default()) }
        }
        Pattern::AnyOrder(list) => {
            for (pattern, done) in list.iter().zip(done.iter_mut()) {
                if !*done {
                    match look(pattern, inbox, looking, &mut []) {
                        Come::Met => *done = true,
                        Come::NotYet => {}
                        other => return other,
                    }
                }
            }
            if done.iter().all(|done| *done) { Come::Met } else { Come::NotYet }
        }
        // These are looked at in time and not in the inbox; inside a choice they say nothing.
        Pattern::Nothing | Pattern::NoAck | Pattern::Open => Come::NotYet,
    }
}

fn or_closed(inbox: &Inbox) -> Come {
    match &inbox.closed {
        Some(closed) => Come::Never(format!("the peer ended the connection: {}", closed.how)),
        None => Come::NotYet,
    }
}

fn response(
    inbox: &mut Inbox,
    looking: &mut Looking<'_>,
    is_right: impl FnOnce(&ConnectionResponse<'static>, &mut Values) -> bool,
) -> Come {
    let Some(first) = inbox.responses.front() else { return or_closed(inbox) };
    if is_right(first, looking.values) {
        inbox.responses.pop_front();
        return Come::Met;
    }
    Come::Never(first.to_string())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Whatever,
    Any,
    Ack,
    Nack,
}

fn answers(inbox: &mut Inbox, looking: &mut Looking<'_>, wanted: Wanted) -> Come {
    let Looking { waiting, answered, .. } = looking;
    while !waiting.is_empty() {
        let next = inbox
            .answers
            .iter()
            .enumerate()
            .find_map(|(at, (id, _))| waiting.iter().position(|owed| owed.id == *id).map(|sent| (at, sent)));
        let Some((at, sent)) = next else { return or_closed(inbox) };
        let (id, answer) = inbox.answers.remove(at);
        let Owed { event, claim, .. } = waiting.remove(sent);
        match answer {
            Answer::Ack => answered.ack(event),
            Answer::Nack(_) => answered.nack(event),
        }
        match (answer, wanted, claim) {
            _ if wanted == Wanted::Whatever => {}
            // It is an answer, and yet not what the target file says.
            (Answer::Nack(reason), Wanted::Any, Claim::Accepts) => {
                return Come::CantTell(
                    "event-declined",
                    format!("NACK {id} {reason}, for an event that the application accepts as the target file says"),
                );
            }
            (Answer::Nack(reason), Wanted::Ack, Claim::Accepts) => {
                return Come::Never(format!(
                    "NACK {id} {reason}, for an event that the application accepts as the target file says"
                ));
            }
            (Answer::Nack(reason), Wanted::Ack, _) => {
                return Come::CantTell(
                    "event-declined",
                    format!(
                        "the application NACKed the event ({reason}), so nothing is shown; say in the target file what `events.accepted` are"
                    ),
                );
            }
            (Answer::Ack, Wanted::Any | Wanted::Nack, Claim::Rejects) => {
                return Come::Never(format!(
                    "ACK {id}, for an event that the application NACKs as the target file says"
                ));
            }
            (Answer::Ack, Wanted::Nack, _) => return Come::Never(format!("ACK {id}")),
            _ => {}
        }
    }
    Come::Met
}

fn one_nack(inbox: &mut Inbox, looking: &mut Looking<'_>, wanted: &NackPattern) -> Come {
    let is_id = |values: &mut Values, id: MessageId| match &wanted.message_id {
        Number::Name(name) if values.get(name).is_none() => false,
        number => values.matches(number, id.get().into()),
    };
    for at in 0..inbox.answers.len() {
        let (id, answer) = &inbox.answers[at];
        if !is_id(looking.values, *id) {
            continue;
        }
        let right = match (answer, &wanted.machine_message) {
            (Answer::Ack, _) => return Come::Never(format!("ACK {id}")),
            (Answer::Nack(reason), Some(octets)) => match &octets.source {
                OctetSource::Octets(octets) => reason.machine_message() == octets,
                _ => true,
            },
            (Answer::Nack(_), None) => true,
        };
        if !right {
            return Come::Never(format!("NACK {id} with another machine message"));
        }
        let (id, _) = inbox.answers.remove(at);
        looking.waiting.retain(|owed| owed.id != id);
        return Come::Met;
    }
    or_closed(inbox)
}

/// A pattern in words.
pub(super) fn describe(pattern: &Pattern) -> String {
    let list = |list: &[Pattern], word: &str| list.iter().map(describe).collect::<Vec<_>>().join(word);
    match pattern {
        Pattern::Connected => "\"connected\"".to_owned(),
        Pattern::HelloNewClient(_) => "\"hello new client\" with the server's own id".to_owned(),
        Pattern::InstanceIdMismatch => "\"instance id mismatch\"".to_owned(),
        Pattern::Quarantined => "\"quarantined\"".to_owned(),
        Pattern::UnsupportedProtocolVersion => "\"unsupported protocol version\"".to_owned(),
        Pattern::UnsupportedApplicationVersion => "\"unsupported application version\"".to_owned(),
        Pattern::Acceptance => "an acceptance".to_owned(),
        Pattern::Rejection => "a rejection".to_owned(),
        Pattern::Answers | Pattern::AnyAnswers => "an answer to each PUBLISH".to_owned(),
        Pattern::Acks => "an ACK for each PUBLISH".to_owned(),
        Pattern::Nacks => "a NACK for each PUBLISH".to_owned(),
        Pattern::Nack(_) => "a NACK".to_owned(),
        Pattern::Pong => "a PONG".to_owned(),
        Pattern::Publish(publish) => format!("a PUBLISH of the event `{}`", publish.event),
        Pattern::NoAck => "no ACK".to_owned(),
        Pattern::Nothing => "nothing".to_owned(),
        Pattern::Closed => "a close".to_owned(),
        Pattern::Open => "the connection stays open".to_owned(),
        Pattern::OneOf(patterns) => list(patterns, ", or "),
        Pattern::AnyOrder(patterns) => list(patterns, " and "),
    }
}
