//! The steps, one after the other.

use std::time::Duration;

use sinkcheck_cases::language::{Ask, Cut, Number, Send, Step, Value, Values as LoopValues, Verb};
use sinkcheck_spec::catalogue::{Level, catalogue};
use sinkcheck_spec::oracle::Phase;
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, Deframer, Event, InstanceId, Message, MessageId};
use tokio::time::Instant;

use super::build::Builder;
use super::expect::no_connection;
use super::{Claim, Halt, Link, Owed, Player, Stop};
use crate::connection::{Connection, SendError};
use crate::target::{Adapter, AdapterError};

/// After so many turns of a loop it is looked at how long the rest will take.
const SAMPLE: u32 = 16;

/// No loop takes longer.
const LONGEST_LOOP: Duration = Duration::from_secs(60);

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
            if turn == SAMPLE && begun.elapsed() * (times / SAMPLE) > LONGEST_LOOP {
                let pace = (begun.elapsed() / SAMPLE).as_millis();
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
        let mut builder = Builder { target: &self.setting.target, values: &mut self.values, next_id: &mut id };
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
        let done = match (self.perform(step).await, &self.overslept) {
            // A target that was left waiting longer than was meant may rightly have lost patience.
            (Err(Halt::Broken { observed, .. }), Some(why)) => {
                Err(Halt::CantTell { code: "machine-overloaded", message: format!("{why}, and then: {observed}") })
            }
            (done, _) => done,
        };
        // What the oracle found explains better than the step why the step failed.
        if self.collect_breaches(step.line) {
            return Some(Stop::Broken);
        }
        let halt = done.err()?;
        let level = match &halt {
            Halt::Broken { rule, .. } => {
                let rule = rule.as_deref().unwrap_or_else(|| self.rule_of(step));
                catalogue().rule(rule).map(|rule| rule.level)
            }
            _ => None,
        };
        let stop = self.stop(halt, step.rule.as_deref(), step.line);
        (level != Some(Level::Should)).then_some(stop)
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
            Verb::Expect { pattern, within } => self.expect(step, pattern, *within).await,
            Verb::Ask(ask) => self.ask(ask).await,
            Verb::Close => {
                let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
                if link.is_within_frame() {
                    self.setting.ordeal.sudden_end();
                }
                // A peer that has seen our end closes at once; one that doesn't is not waited for.
                let linger = self.setting.calibration.window().max(LINGER);
                link.connection.close(linger, self.setting.patience()).await;
                Ok(())
            }
            Verb::Finish => {
                let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
                link.connection.finish(self.setting.patience()).await;
                Ok(())
            }
            Verb::Reset => {
                let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
                link.connection.reset();
                self.setting.ordeal.sudden_end();
                Ok(())
            }
            Verb::Wait(intervals) => self.wait(*intervals).await,
            Verb::ForEach { .. } | Verb::Repeat { .. } => Err(Halt::Fault("a loop is no single step".to_owned())),
        }
    }

    /// Opens a connection in place of the one of that name, if there was one.
    async fn connect(&mut self, on: &str, is_judged: bool) -> Result<(), Halt> {
        // What came since the last step is not to be lost with the connection; the case ends with it, if it breaks a MUST.
        let line = self.line;
        self.collect_breaches(line);
        if let Some(link) = self.connections.remove(on) {
            self.remember_acceptance(on, &link);
        }
        let seat =
            self.seat(on).ok_or_else(|| Halt::Lacks("another identity (`known/2` in the target file)".to_owned()))?;
        let (dial, patience) = (seat.dial.clone(), self.setting.patience());
        match Connection::open(on, &dial, patience, self.setting.target.keepalive_interval, self.transcript.clone())
            .await
        {
            Ok(connection) => {
                connection.inbox().wanted.clone_from(&self.wanted);
                connection.inbox().is_waiting = self.scenario.silent;
                let link = Link {
                    connection,
                    waiting: Vec::new(),
                    next_id: MessageId::ZERO,
                    reported: 0,
                    introduced: None,
                    sent: Deframer::new(),
                };
                self.connections.insert(on.to_owned(), link);
                self.connected_before = true;
                Ok(())
            }
            Err(error) if is_judged && self.connected_before => {
                Err(Halt::Broken { rule: None, expected: "a connection".to_owned(), observed: error.to_string() })
            }
            // The run has reached it before, so that something happened to it since.
            Err(error) if error.is_refusal() && self.setting.ordeal.rule().is_some() => Err(Halt::Broken {
                rule: self.setting.ordeal.rule().map(str::to_owned),
                expected: "the server goes on accepting connections".to_owned(),
                observed: format!("it accepted connections before, and now: {error}"),
            }),
            Err(error) => {
                Err(Halt::CantTell { code: "could-not-connect", message: format!("{}: {error}", dial.address) })
            }
        }
    }

    async fn ensure_connected(&mut self, on: &str) -> Result<(), Halt> {
        if self.connections.contains_key(on) { Ok(()) } else { self.connect(on, false).await }
    }

    /// Connects and is accepted. Where the step names no rule, being turned away breaks the rule of the row that applies, and
    /// silence shows nothing about what the case is about.
    async fn handshake(&mut self, on: &str, judged: Option<&str>) -> Result<(), Halt> {
        let is_judged = judged.is_some();
        self.connect(on, is_judged).await?;
        let client = self.seat(on).map_or(self.main.client, |seat| seat.client);
        let server = match self.values.get("server") {
            // Ids have 32 bits.
            Some(Value::Number(id)) => Some(InstanceId(*id as u32)),
            _ => None,
        };
        let version = self.setting.target.supported_version.clone();
        let request =
            ConnectionRequest::new(version, client, server).map_err(|error| Halt::Fault(error.to_string()))?;
        let (patience, begun) = (self.setting.patience(), Instant::now());
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        link.introduced = Some(client);
        let octets = Message::from(request).to_frame();
        let sent = link.connection.send(vec![octets], Duration::ZERO, patience).await;
        let response = link
            .connection
            .wait(begun + patience, |inbox| match inbox.responses.pop_front() {
                Some(response) => Some(Some(response)),
                None if inbox.closed.is_some() => Some(None),
                None => None,
            })
            .await;
        let (row, expected) = match server {
            Some(_) => ("handshake.connected", "\"connected\""),
            None => ("handshake.hello-repeated", "\"hello new client\""),
        };
        // A server that responds accepts connections, so that a wrong response breaks the row and not a rule about accepting.
        let about_accepting = judged.is_some_and(|rule| rule.starts_with("isolation.accepts"));
        let rule = (!is_judged || about_accepting).then(|| row.to_owned());
        let expected = expected.to_owned();
        match response.flatten() {
            Some(ConnectionResponse::Connected) => Ok(()),
            Some(ConnectionResponse::HelloNewClient { server_instance_id }) => {
                self.values.matches(&Number::Name("server".to_owned()), server_instance_id.0.into());
                Ok(())
            }
            Some(other) => Err(Halt::Broken { rule, expected, observed: other.to_string() }),
            None => {
                let observed = match (sent, &link.connection.inbox().closed) {
                    (_, Some(closed)) => format!("the peer ended the connection without a response: {}", closed.how),
                    (Err(SendError::Stuck), _) => "the peer doesn't read".to_owned(),
                    _ => format!("no response within {} ms", patience.as_millis()),
                };
                if is_judged {
                    self.in_time(begun, patience)?;
                    return Err(Halt::Broken { rule: None, expected, observed });
                }
                self.setting.ran_out();
                Err(Halt::CantTell { code: "no-handshake", message: observed })
            }
        }
    }

    async fn send(&mut self, on: &str, send: &Send) -> Result<(), Halt> {
        self.ensure_connected(on).await?;
        let patience = self.setting.patience();
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        let mut pieces = Vec::new();
        for template in &send.messages {
            let mut builder =
                Builder { target: &self.setting.target, values: &mut self.values, next_id: &mut link.next_id };
            pieces.push(builder.stream(template)?);
        }
        let mut builder =
            Builder { target: &self.setting.target, values: &mut self.values, next_id: &mut link.next_id };
        let segments = segments(&pieces, &send.cut, &mut builder)?;
        let octets: Vec<u8> = pieces.concat();
        let accepted = link.connection.inbox().oracle.phase() == Phase::Accepted;
        link.sent.push(&octets);
        while let Some(content) = link.sent.next_frame() {
            self.setting.ordeal.frame(&content);
            match Message::decode(&content) {
                Ok(Message::Publish(publish)) if accepted => {
                    let claim = claim(&self.setting.target, &publish.event);
                    link.waiting.push(Owed { id: publish.message_id, event: publish.event.into_owned(), claim });
                }
                Ok(Message::ConnectionRequest(request)) if link.introduced.is_none() => {
                    link.introduced = Some(request.client_instance_id());
                }
                _ => {}
            }
        }
        match link.connection.send(segments, self.setting.calibration.gap(), patience).await {
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

    /// What the application had taken before the case, where the case asks about it.
    pub(super) async fn look_at_application(&mut self) -> Result<(), Halt> {
        let asks = self.scenario.any_step(&|step| matches!(step.verb, Verb::Ask(Ask::Delivered(_))));
        if asks {
            let adapter = self.adapter()?;
            self.delivered_before = adapter.delivered(&self.main.identity.name).await.map_err(adapter_halt)?.len();
        }
        Ok(())
    }

    fn adapter(&self) -> Result<std::sync::Arc<Adapter>, Halt> {
        self.setting.adapter.clone().ok_or_else(|| Halt::Lacks("an adapter (`adapter` in the target file)".to_owned()))
    }

    async fn ask(&mut self, ask: &Ask) -> Result<(), Halt> {
        let adapter = self.adapter()?;
        let client = self.main.identity.name.clone();
        match ask {
            Ask::Prepare => adapter.prepare(&client).await.map_err(adapter_halt),
            Ask::Publish(template) => {
                let mut id = MessageId::ZERO;
                let mut builder = Builder { target: &self.setting.target, values: &mut self.values, next_id: &mut id };
                let event = builder.event(template)?;
                if let Some(name) = &template.name {
                    self.values.name_event(name, event.clone());
                }
                if !self.wanted.contains(&event) {
                    self.wanted.push(event.clone());
                }
                for link in self.connections.values() {
                    link.connection.inbox().wanted.clone_from(&self.wanted);
                }
                adapter.publish(&client, &event).await.map_err(adapter_halt)
            }
            Ask::Delivered(names) => {
                // What its application declined, as it may, it did not take.
                let expected: Vec<Event<'static>> = names
                    .iter()
                    .filter_map(|name| self.values.event(name))
                    .filter(|event| !self.answered.nacked.contains(event))
                    .cloned()
                    .collect();
                self.delivered(&adapter, &client, &expected).await
            }
        }
    }

    async fn delivered(&mut self, adapter: &Adapter, client: &str, expected: &[Event<'static>]) -> Result<(), Halt> {
        let deadline = Instant::now() + self.setting.patience();
        let window = self.setting.calibration.window();
        loop {
            let mut all = adapter.delivered(client).await.map_err(adapter_halt)?;
            // A fixture that was put back on the way forgot what came before.
            let before = if all.len() < self.delivered_before { 0 } else { self.delivered_before };
            let taken = all.split_off(before);
            let early = taken.len() < expected.len() && expected.starts_with(&taken);
            if early && Instant::now() < deadline {
                tokio::time::sleep(window / 4).await;
                continue;
            }
            if taken == expected {
                // One that is delivered too much comes after those that are right.
                tokio::time::sleep(window).await;
                let again = adapter.delivered(client).await.map_err(adapter_halt)?.len();
                if again <= before + expected.len() {
                    return Ok(());
                }
                let observed = format!("its application took {} events", again - before);
                return Err(Halt::Broken { rule: None, expected: told(expected, 0), observed });
            }
            let at = taken.iter().zip(expected).take_while(|(came, wanted)| came == wanted).count();
            return Err(Halt::Broken { rule: None, expected: told(expected, at), observed: told(&taken, at) });
        }
    }
}

/// Numbers of so many bits that a sloppy comparison takes for this one.
fn others(number: u64, bits: u32) -> impl Iterator<Item = u64> {
    let all = (1 << bits) - 1;
    let flipped = (0..bits).step_by(8).chain([bits - 1]).map(move |bit| number ^ (1 << bit));
    let near = [number.wrapping_add(1) & all, number.wrapping_sub(1) & all, 0, all];
    let list: std::collections::BTreeSet<u64> = flipped.chain(near).filter(|other| *other != number).collect();
    list.into_iter()
}

/// What was taken, told by the event at this place.
fn told(events: &[Event<'static>], at: usize) -> String {
    match (events, events.get(at)) {
        ([], _) => "its application took nothing".to_owned(),
        ([one], Some(_)) => format!("its application took {one}"),
        (_, Some(event)) => format!("its application took {} events, number {} being {event}", events.len(), at + 1),
        (_, None) => format!("its application took {} events", events.len()),
    }
}

fn adapter_halt(error: AdapterError) -> Halt {
    match error {
        AdapterError::Unsupported(what) => Halt::Lacks(format!("an adapter that supports `{what}`")),
        other => Halt::CantTell { code: "adapter-failed", message: other.to_string() },
    }
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
