//! The steps, one after the other.

use std::time::Duration;

use sinkcheck_cases::language::{Cut, Pattern, Send, Step, Value, Values as LoopValues, Verb};
use sinkcheck_spec::catalogue::{Level, Role, catalogue};
use sinkcheck_spec::oracle::Phase;
use sinkcheck_spec::wire::{ConnectionResponse, Event, Message, MessageId};
use tokio::time::Instant;

use super::build::Builder;
use super::clients::FALSE_STARTS;
use super::expect::no_connection;
use super::{Claim, Halt, Owed, Player, Stop};
use crate::connection::SendError;

/// After so many turns and so much time of a loop it is looked at how long the rest will take. A machine that was busy for a moment
/// says nothing about the target.
const SAMPLE: u32 = 16;
const SAMPLE_TIME: Duration = Duration::from_secs(5);

/// No loop takes longer.
const LONGEST_LOOP: Duration = Duration::from_secs(120);

/// How long the peer has at least to close its end when we have closed ours.
const LINGER: Duration = Duration::from_millis(250);

impl Player<'_> {
    /// Plays steps; the reason to stop, if there is one.
    pub(super) async fn steps(&mut self, steps: &[Step]) -> Option<Stop> {
        for step in steps {
            let stop = match &step.verb {
                Verb::ForEach { name, values, steps } => match self.loop_values(values) {
                    Ok(values) => self.for_each(name, values, steps).await,
                    Err(halt) => Some(self.stop(halt, step.rule.as_deref(), step.line)),
                },
                Verb::Repeat { times, steps } => self.repeat(*times, steps).await,
                _ => self.step(step).await,
            };
            if stop.is_some() {
                return stop;
            }
        }
        None
    }

    async fn for_each(&mut self, name: &str, values: Vec<Value>, steps: &[Step]) -> Option<Stop> {
        let before = self.values.names();
        for value in values {
            let shown = value.to_string();
            let found = self.findings.len();
            // What one turn captured is not what the next one must meet, and means nothing behind the loop.
            self.values.keep(&before);
            self.values.set(name, value);
            let stop = Box::pin(self.steps(steps)).await;
            for finding in &mut self.findings[found..] {
                finding.observed.push_str(&format!(" (with {name} = {shown})"));
            }
            if let Some(stop) = stop {
                return Some(stop);
            }
        }
        self.values.keep(&before);
        None
    }

    async fn repeat(&mut self, times: u32, steps: &[Step]) -> Option<Stop> {
        let before = self.values.names();
        let begun = Instant::now();
        for turn in 0..times {
            let took = begun.elapsed();
            if turn >= SAMPLE && took > SAMPLE_TIME && took / turn * times > LONGEST_LOOP {
                let pace = (took / turn).as_millis();
                let what = format!(
                    "a target and an adapter that are fast enough for {times} turns of a loop: each takes {pace} ms"
                );
                return Some(self.stop(Halt::Lacks(what), None, steps.first().map_or(1, |step| step.line)));
            }
            self.values.keep(&before);
            if let Some(stop) = Box::pin(self.steps(steps)).await {
                return Some(stop);
            }
        }
        self.values.keep(&before);
        None
    }

    fn loop_values(&mut self, values: &LoopValues) -> Result<Vec<Value>, Halt> {
        let mut id = MessageId::ZERO;
        let mut builder =
            Builder { target: &self.setting.target, values: &mut self.values, other: None, next_id: &mut id };
        Ok(match values {
            LoopValues::List(list) => list.clone(),
            LoopValues::Range(range) => (range.from..=range.to).map(Value::Number).collect(),
            LoopValues::Cuts(cuts) => {
                let length = builder.stream(&cuts.cuts_of)?.len();
                (1..length as u64).map(Value::Number).collect()
            }
            LoopValues::OtherThan(other) => {
                others(builder.number(&other.other_than)?, other.bits).map(Value::Number).collect()
            }
        })
    }

    async fn step(&mut self, step: &Step) -> Option<Stop> {
        self.line = step.line;
        // Before a connection makes way for the next.
        let done = match (self.perform(step).await, &self.overslept) {
            // A target that was left waiting longer than was meant may rightly have lost patience.
            (Err(Halt::Broken { observed, .. } | Halt::Missing { observed, .. }), Some(why)) => {
                Err(Halt::CantTell { code: "machine-overloaded", message: format!("{why}, and then: {observed}") })
            }
            (done, _) => done,
        };
        // What the oracle found explains better than the step why the step failed.
        if self.collect_breaches(step.line) {
            return Some(Stop::Broken);
        }
        // What a step makes of what comes where the oracle has lost its way is worth nothing.
        if let Some(stop) = self.doubt() {
            return Some(stop);
        }
        let halt = done.err()?;
        let level = self.broken_by(&halt, step.rule.as_deref()).map(|rule| catalogue().level_of(&rule));
        let stop = self.stop(halt, step.rule.as_deref(), step.line);
        // Without its connection nothing that follows can be played, nor where a PING was waited for in silence until the peer may
        // have dropped us for it; what came of it is all that this case tells.
        let is_needed =
            matches!(step.verb, Verb::Connect | Verb::Handshake | Verb::Expect { pattern: Pattern::Ping, .. });
        let goes_on = level == Some(Level::Should) && !is_needed;
        (!goes_on).then_some(stop)
    }

    /// The rule that is broken if the step fails.
    fn rule_of<'a>(&'a self, step: &'a Step) -> &'a str {
        step.rule.as_ref().unwrap_or(&self.scenario.requirements[0])
    }

    /// Whether this case has shown already that the step's rule is broken; it is a SHOULD then, or the case would have ended.
    pub(super) fn is_known_broken(&self, step: &Step) -> bool {
        let rule = self.rule_of(step);
        self.findings.iter().any(|finding| finding.rule == rule)
    }

    async fn perform(&mut self, step: &Step) -> Result<(), Halt> {
        let on = step.on.as_str();
        match &step.verb {
            Verb::Connect => self.connect(on, step.rule.is_some()).await,
            Verb::Handshake => self.handshake(on, step.rule.as_deref()).await,
            Verb::Send(send) => self.send(on, send).await,
            Verb::Expect { pattern, within } => {
                if self.setting.target.role == Role::Client {
                    self.ensure_connected(on).await?;
                }
                let mut turns = 1;
                loop {
                    let expected = self.expect(step, pattern, *within).await;
                    let may_be_next = matches!(pattern, Pattern::ConnectionRequest(_)) && turns < FALSE_STARTS;
                    if expected.is_ok() || !may_be_next || !self.ended_unused(on) {
                        break expected;
                    }
                    self.await_client(on, false).await?;
                    turns += 1;
                }
            }
            Verb::Ask(ask) => self.ask(ask).await,
            Verb::Close => {
                let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
                link.ended_at.get_or_insert_with(Instant::now);
                if link.is_within_frame() {
                    self.setting.ordeal.sudden_end();
                }
                // A peer that has seen our end closes at once; one that doesn't is not waited for.
                let linger = self.setting.calibration.window().max(LINGER);
                link.connection.close(linger, self.setting.patience()).await;
                Ok(())
            }
            Verb::Finish => {
                let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
                link.ended_at.get_or_insert_with(Instant::now);
                link.connection.finish(self.setting.patience()).await;
                Ok(())
            }
            Verb::Reset => {
                let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
                link.ended_at.get_or_insert_with(Instant::now);
                link.connection.reset();
                self.setting.ordeal.sudden_end();
                Ok(())
            }
            Verb::Wait(intervals) => self.wait(*intervals).await,
            Verb::ForEach { .. } | Verb::Repeat { .. } => Err(Halt::Fault("a loop is no single step".to_owned())),
        }
    }

    /// A connection in place of the one of that name, if there was one: to a server, or from a client.
    async fn connect(&mut self, on: &str, is_judged: bool) -> Result<(), Halt> {
        // What came since the last step is not to be lost with the connection; the case ends with it, if it breaks a MUST.
        let line = self.line;
        self.collect_breaches(line);
        match self.setting.target.role {
            Role::Server => self.connect_to_server(on, is_judged).await,
            Role::Client => self.await_client(on, is_judged).await,
        }
    }

    async fn handshake(&mut self, on: &str, judged: Option<&str>) -> Result<(), Halt> {
        match self.setting.target.role {
            Role::Server => self.introduce(on, judged).await,
            Role::Client => {
                let line = self.line;
                self.collect_breaches(line);
                self.accept_client(on, judged.is_some()).await
            }
        }
    }

    async fn ensure_connected(&mut self, on: &str) -> Result<(), Halt> {
        if self.connections.contains_key(on) { Ok(()) } else { self.connect(on, false).await }
    }

    async fn send(&mut self, on: &str, send: &Send) -> Result<(), Halt> {
        self.ensure_connected(on).await?;
        let (patience, role) = (self.setting.patience(), self.setting.target.role);
        let other = self.owner_beside_main(on);
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        let mut pieces = Vec::new();
        for template in &send.messages {
            let mut builder =
                Builder { target: &self.setting.target, values: &mut self.values, other, next_id: &mut link.next_id };
            pieces.push(builder.stream(template)?);
        }
        let mut builder =
            Builder { target: &self.setting.target, values: &mut self.values, other, next_id: &mut link.next_id };
        let mut segments = segments(&pieces, &send.cut, &mut builder)?;
        let octets: Vec<u8> = pieces.concat();
        let phase = link.connection.inbox().oracle.phase();
        let mut accepted = phase == Phase::Accepted;
        link.sent.push(&octets);
        let mut pongs = 0;
        while let Some(content) = link.sent.next_frame() {
            self.setting.ordeal.frame(&content);
            match Message::decode(&content) {
                Ok(Message::Publish(publish)) if accepted => {
                    let claim = claim(&self.setting.target, &publish.event);
                    link.waiting.push_back(Owed { id: publish.message_id, event: publish.event.into_owned(), claim });
                }
                // What goes right behind our acceptance is for an accepted client.
                Ok(Message::ConnectionResponse(response)) if role == Role::Client && phase == Phase::Asked => {
                    link.is_outdated = matches!(
                        response,
                        ConnectionResponse::UnsupportedProtocolVersion
                            | ConnectionResponse::UnsupportedApplicationVersion
                    );
                    accepted |= response.is_acceptance();
                }
                // Whether it is tried again on a later connection is open, so it is none that a case could miss or object to.
                Ok(Message::Nack(nack)) => {
                    if let Some(nacked) = link.answers(nack.message_id) {
                        self.wanted.withdraw(&nacked);
                    }
                }
                Ok(Message::Ack(ack)) => drop(link.answers(ack.message_id)),
                Ok(Message::Pong) => pongs += 1,
                Ok(Message::ConnectionRequest(request)) if link.introduced.is_none() => {
                    link.introduced = Some(request.client_instance_id());
                }
                _ => {}
            }
        }
        let asks = |piece: &Vec<u8>| piece.get(2).is_some_and(|first| first >> 4 == 0);
        if role == Role::Client && pieces.iter().any(asks) {
            link.connection.inbox().asked_back = true;
        }
        if pongs > 0 {
            let more = link.connection.inbox().release_pongs(pongs);
            segments.extend((more > 0).then(|| Message::Pong.to_frame().repeat(more)));
        }
        let sent = link.connection.send(segments, self.setting.calibration.gap(), patience).await;
        if role == Role::Client {
            link.note_rejection();
        }
        match sent {
            Ok(()) => Ok(()),
            // Sending to a peer that has closed shows nothing by itself; the next expectation sees the close.
            Err(SendError::Closed) => Ok(()),
            Err(SendError::Stuck) => {
                let message =
                    format!("the peer did not read {} octets within {} ms", octets.len(), patience.as_millis());
                Err(Halt::CantTell { code: "peer-does-not-read", message })
            }
        }
    }

    async fn wait(&mut self, intervals: f64) -> Result<(), Halt> {
        let interval = self.interval()?;
        let span = interval.mul_f64(intervals);
        let begun = Instant::now();
        self.mark_waiting(true);
        tokio::time::sleep(span).await;
        self.mark_waiting(false);
        let took = begun.elapsed();
        if took > interval.max(span).mul_f64(0.97) && span < interval {
            self.overslept = Some(format!("a wait of {} ms took {} ms", span.as_millis(), took.as_millis()));
        }
        Ok(())
    }

    fn mark_waiting(&self, is_waiting: bool) {
        for link in self.connections.values() {
            link.connection.inbox().is_waiting = is_waiting || self.scenario.silent;
        }
    }
}

/// Numbers of so many bits that a sloppy comparison takes for this one.
fn others(number: u64, bits: u32) -> impl Iterator<Item = u64> {
    let all = (1 << bits) - 1;
    let flipped = (0..bits).step_by(8).chain([bits - 1]).map(move |bit| number ^ (1 << bit));
    let near = [number.wrapping_add(1) & all, number.wrapping_sub(1) & all, 0, all];
    // With its octets the other way round, and as a text that it is the beginning of.
    let swapped = number.swap_bytes() >> (64 - bits.next_multiple_of(8)) & all;
    let longer = number.wrapping_mul(10) & all;
    let list: std::collections::BTreeSet<u64> =
        flipped.chain(near).chain([swapped, longer]).filter(|other| *other != number).collect();
    list.into_iter()
}

/// What the target file says that the application does with this event.
fn claim(target: &crate::target::Target, event: &Event<'_>) -> Claim {
    let matches = |section: &crate::target::file::EventFieldsSection| {
        let number = |wanted: Option<u64>, is: u64| wanted.is_none_or(|wanted| wanted == is);
        let octets = |wanted: &Option<sinkcheck_spec::wire::Octets>, is: &[u8]| {
            wanted.as_ref().is_none_or(|wanted| wanted.0 == is)
        };
        number(section.event_type_id, event.event_type_id())
            && number(section.schema_version, event.schema_version())
            && octets(&section.key, event.key())
            && number(section.offset, event.offset())
            && number(section.timestamp, event.timestamp())
            && octets(&section.event_data, event.event_data())
    };
    if target.rejected.as_ref().is_some_and(matches) {
        Claim::Rejects
    } else if target.claims_accepted && matches(&target.accepted) {
        Claim::Accepts
    } else {
        Claim::Unknown
    }
}

fn segments(pieces: &[Vec<u8>], cut: &Cut, builder: &mut Builder<'_>) -> Result<Vec<Vec<u8>>, Halt> {
    let octets = pieces.concat();
    Ok(match cut {
        Cut::Joined => vec![octets],
        Cut::EachMessage => pieces.to_vec(),
        Cut::EachOctet => octets.iter().map(|octet| vec![*octet]).collect(),
        Cut::At(places) => {
            let mut segments = Vec::new();
            let mut begin = 0;
            for place in places {
                let at = builder.length(place)?;
                if at <= begin || at >= octets.len() {
                    return Err(Halt::Fault(format!("a cut at {at} in {} octets, after one at {begin}", octets.len())));
                }
                segments.push(octets[begin..at].to_vec());
                begin = at;
            }
            segments.push(octets[begin..].to_vec());
            segments
        }
    })
}
