//! Steps that only a client under test meets: waiting for its connections, and accepting it.

use std::collections::VecDeque;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sinkcheck_cases::language::{Certificate, Number, Pattern, RequestPattern, ServerIdPattern, Value};
use sinkcheck_spec::oracle::Phase;
use sinkcheck_spec::wire::{Ack, ConnectionRequest, ConnectionResponse, Deframer, InstanceId, Message, MessageId};
use tokio::time::Instant;

use super::client_times::NO_WAIT;
use super::expect::{MOST_PATIENCES, no_connection};
use super::values::Values;
use super::{Halt, Link, Player, Reached};
use crate::connection::{Arrived, Connection, Inbox, Request};

/// How often it is looked whether a launched client still runs while its connection is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// A connection that waited so long for us may be over.
const STALE: Duration = Duration::from_millis(100);

/// How long the program may live on of an accepted client that has ended its connection, for its end to be seen.
const LAST_BREATH: Duration = Duration::from_millis(250);

/// So many connections in a row may end before their request: a flaky link's, not the client's.
pub(super) const FALSE_STARTS: usize = 3;

impl Player<'_> {
    /// Waits for the client's next connection.
    pub(super) async fn await_client(&mut self, on: &str, is_judged: bool) -> Result<(), Halt> {
        let last = self.connections.remove(on);
        self.is_outdated = last.as_ref().is_some_and(|link| link.is_outdated);
        let last_ended = match last {
            // To look whether anybody listens is no try: the wait goes on.
            Some(link) if link.ended_unused() && link.ended_at.is_none() && link.rejected_at.is_none() => {
                if link.waited_since.is_some() {
                    self.waits.pop();
                }
                link.waited_since
            }
            last => last.and_then(|link| link.ended()),
        };
        let mut turns = 0;
        let connection = loop {
            let arrived = self.next_arrival(is_judged).await?;
            let at = arrived.at;
            let Reached::Client { history, .. } = &self.main.reached else {
                return Err(Halt::Fault("a server is not waited for".to_owned()));
            };
            let interval = self.setting.target.keepalive_interval;
            let connection = Connection::take(on, arrived, interval, self.transcript.clone(), history);
            turns += 1;
            // One that we left waiting may have been given up, and rightly.
            let is_stale = at.elapsed() > STALE && turns < FALSE_STARTS && {
                let looked = Instant::now() + NO_WAIT;
                connection.wait(looked, |inbox| inbox.closed.is_some().then_some(())).await.is_some()
            };
            if !is_stale {
                if let Some(ended) = last_ended {
                    self.waits.push(at.saturating_duration_since(ended));
                }
                break connection;
            }
        };
        {
            let mut inbox = connection.inbox();
            self.wanted.copy_to(&mut inbox.wanted);
            inbox.is_waiting = self.scenario.silent;
            inbox.holds_pongs = self.scenario.holds_pongs;
            inbox.mute = self.is_control;
            inbox.holds_events = self.scenario.publishes > 0;
            inbox.asks_anyway = self.setting.habits.asks_again();
        }
        self.connections.insert(on.to_owned(), Link { waited_since: last_ended, ..Link::new(connection) });
        self.connected_before = true;
        Ok(())
    }

    async fn next_arrival(&mut self, is_judged: bool) -> Result<Arrived, Halt> {
        let Reached::Client { incoming, process, .. } = &self.main.reached else {
            return Err(Halt::Fault("a server is not waited for".to_owned()));
        };
        let begun = Instant::now();
        let patience =
            if self.connected_before { self.setting.reconnect(is_judged) } else { self.setting.first_connection() };
        let deadline = begun + patience;
        loop {
            if let Some(arrived) = incoming.next(deadline.min(Instant::now() + LOOK)).await {
                return Ok(arrived);
            }
            let ended = process.ended();
            if ended.is_none() && Instant::now() < deadline {
                continue;
            }
            let waited = match &ended {
                Some(status) => format!("the launched program ended: {status}"),
                None => format!("no connection within {:.1} s", begun.elapsed().as_secs_f64()),
            };
            if ended.is_none() {
                self.setting.absences.fetch_add(1, Ordering::Relaxed);
            }
            return Err(if self.scenario.certificate != Certificate::Trusted && self.connected_before {
                Halt::Lacks("a client that tries again after a certificate that it doesn't trust".to_owned())
            } else if self.is_outdated && !is_judged {
                Halt::Lacks("a client that tries again after it was told that its version isn't supported".to_owned())
            } else if is_judged {
                let expected = "the client connects again".to_owned();
                Halt::Broken { rule: None, expected, observed: waited }
            } else {
                let code = if self.connected_before { "client-not-back" } else { "client-not-there" };
                Halt::CantTell { code, message: waited }
            });
        }
    }

    /// Lets the client connect and accepts it: "connected" where its request carries a server's id, else "hello new client". A PING
    /// that is answered shows that it has read that.
    pub(super) async fn accept_client(&mut self, on: &str, is_judged: bool) -> Result<(), Halt> {
        let mut turns = 0;
        let request = loop {
            self.await_client(on, is_judged).await?;
            turns += 1;
            match self.request(on).await {
                Ok(request) => break request,
                Err(Some(_)) if turns < FALSE_STARTS => {}
                Err(why) => return Err(self.no_request(on, why, is_judged)),
            }
        };
        let Request::Known(request) = request else {
            // The oracle has found what is wrong with it.
            return Err(Halt::CantTell { code: "no-handshake", message: "a request of another version".to_owned() });
        };
        let may_have_updated =
            self.connections.get(on).is_some_and(|link| link.connection.inbox().oracle.may_have_updated());
        if let Some(observed) = other_version(&request, &self.values).filter(|_| !may_have_updated) {
            let rule = Some(CARRIES_VERSION.to_owned());
            let expected = "the application version that the target file names".to_owned();
            return Err(Halt::Broken { rule, expected, observed });
        }
        if self.values.get("client").is_none() {
            self.values.set_number("client", request.client_instance_id().0.into());
        }
        let server = request.server_instance_id();
        let response = match server {
            Some(id) => {
                self.values.set_server(id.0.into());
                ConnectionResponse::Connected
            }
            None => ConnectionResponse::HelloNewClient { server_instance_id: self.server_id()? },
        };
        let octets = Message::from(response).to_frame();
        let patience = self.setting.patience();
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        // A client that has gone already is seen to be gone by what follows.
        let _ = link.connection.send(vec![octets], Duration::ZERO, patience).await;
        if self.is_to_publish {
            self.let_publish(false).await?;
        }
        if self.scenario.silent {
            return Ok(());
        }
        // In a segment of its own: what a client does with several in one is for other cases.
        tokio::time::sleep(self.setting.calibration.gap()).await;
        self.has_read(on).await
    }

    /// Whether the client has read what was sent so far: it answers a PING.
    async fn has_read(&mut self, on: &str) -> Result<(), Halt> {
        if !self.send_fence(on).await {
            return Ok(());
        }
        let begun = Instant::now();
        let patience = self.setting.patience();
        let link = self.connections.get(on).ok_or_else(|| no_connection(on))?;
        let seen = link
            .connection
            .wait_while_it_speaks(patience, MOST_PATIENCES, |inbox| {
                if inbox.pongs > 0 {
                    inbox.pongs -= 1;
                    return Some(Ok(()));
                }
                if inbox.is_flooded() {
                    return Some(Err(inbox.flood()));
                }
                inbox.closed.as_ref().map(|closed| Err(closed.how.clone()))
            })
            .await;
        match seen {
            Some(Ok(())) => {
                self.let_unasked_pongs_pass().await;
                Ok(())
            }
            Some(Err(how)) => {
                let message = format!("the client ended the connection once it was accepted: {how}");
                Err(Halt::CantTell { code: "no-handshake", message })
            }
            None => Err(self.fence_unanswered(on, begun)),
        }
    }

    /// The connection's request. `Err(Some(how))` if the connection ended first, `Err(None)` if nothing came.
    async fn request(&mut self, on: &str) -> Result<Request, Option<String>> {
        let patience = self.setting.patience();
        let Some(link) = self.connections.get(on) else { return Err(None) };
        let came = link
            .connection
            .wait(Instant::now() + patience, |inbox: &mut Inbox| match inbox.request.take() {
                Some(request) => Some(Ok(request)),
                None if !inbox.breaches.is_empty() => Some(Err(None)),
                None => inbox.closed.as_ref().map(|closed| Err(Some(closed.how.clone()))),
            })
            .await;
        came.unwrap_or(Err(None))
    }

    fn no_request(&self, on: &str, why: Option<String>, is_judged: bool) -> Halt {
        if let (None, Some(halt)) = (&why, self.no_frame(on)) {
            return halt;
        }
        let observed = match why {
            Some(how) => format!("it ended the connection without a request: {how}"),
            None => format!("no connection request within {} ms", self.setting.patience().as_millis()),
        };
        if is_judged {
            return Halt::Broken { rule: None, expected: "a connection request".to_owned(), observed };
        }
        Halt::CantTell { code: "no-request", message: observed }
    }

    /// The client ended its connection without a word, as one does that tries two ways at a time or looks whether a port is open.
    pub(super) fn ended_unused(&self, on: &str) -> bool {
        self.connections.get(on).is_some_and(Link::ended_unused)
    }

    /// Octets came in the place of a peer's first message, and no frame became of them.
    pub(super) fn no_frame(&self, on: &str) -> Option<Halt> {
        let inbox = self.connections.get(on)?.connection.inbox();
        (inbox.frames == 0 && inbox.pending > 0).then(|| no_whole_frame(&inbox))
    }

    /// The peer has begun a frame and sends no more of it, on a connection that it keeps open: the length says more than there is, and
    /// whatever else is sent is lost in that frame.
    pub(super) fn unended_frame(&self, on: &str, waited: Duration) -> Option<Halt> {
        let inbox = self.connections.get(on)?.connection.inbox();
        let stands_still = inbox.closed.is_none() && inbox.last_received.elapsed() >= waited / 2;
        (inbox.pending > 0 && stands_still).then(|| no_whole_frame(&inbox))
    }

    /// How the launched client crashed, if it did: by a signal, or with a failure while it was accepted. One that was rejected may
    /// rightly give up, and so may one whose connection the case ended.
    pub(super) async fn crashed(&self) -> Option<ExitStatus> {
        let Reached::Client { process, .. } = &self.main.reached else { return None };
        let accepted = || {
            let links = self.connections.values();
            links
                .map(|link| (link.ended_at, link.connection.inbox()))
                .filter(|(ended, inbox)| ended.is_none() && inbox.oracle.phase() == Phase::Accepted)
        };
        let was_accepted = accepted().next().is_some();
        let has_left = accepted().any(|(_, inbox)| inbox.closed.is_some());
        let status = process.ended_within(if has_left { LAST_BREATH } else { Duration::ZERO }).await?;
        let crashed = status.signal().is_some() || (!status.success() && was_accepted);
        crashed.then_some(status)
    }

    /// The id that the harness has as the server.
    fn server_id(&self) -> Result<InstanceId, Halt> {
        match self.values.get("server") {
            // Ids have 32 bits.
            Some(Value::Number(id)) => Ok(InstanceId(*id as u32)),
            _ => Err(Halt::Fault("the harness has no id as the server".to_owned())),
        }
    }

    /// While an event that is known is waited for, the client's others are ACKed: it may have one in flight at a time, and send the
    /// newest first.
    pub(super) async fn let_go_of_events(&mut self, on: &str, pattern: &Pattern) {
        let waits_for_known = match pattern {
            Pattern::Publish(_) => true,
            Pattern::OneOf(list) | Pattern::AnyOrder(list) => {
                list.iter().any(|pattern| matches!(pattern, Pattern::Publish(_)))
            }
            _ => false,
        };
        let Some(link) = self.connections.get(on) else { return };
        let mut octets = Vec::new();
        {
            let mut inbox = link.connection.inbox();
            inbox.holds_events = self.scenario.publishes > 0 && !waits_for_known;
            if waits_for_known {
                while let Some(publish) = inbox.next_event() {
                    octets.extend(Message::from(Ack { message_id: publish.message_id }).to_frame());
                }
            }
        }
        if !octets.is_empty() && !link.is_within_frame() {
            // A client that has gone needs no answers.
            let _ = link.connection.send(vec![octets], Duration::ZERO, self.setting.patience()).await;
        }
    }
}

impl Link {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            waiting: VecDeque::new(),
            taken: Vec::new(),
            next_id: MessageId::ZERO,
            reported: 0,
            introduced: None,
            sent: Deframer::new(),
            rejected_at: None,
            is_outdated: false,
            ended_at: None,
            waited_since: None,
        }
    }

    /// The client ended it without a word.
    pub(super) fn ended_unused(&self) -> bool {
        let inbox = self.connection.inbox();
        inbox.closed.is_some() && inbox.octets == 0 && inbox.pending == 0
    }

    /// When the client could know that it was turned away, or that the connection was over.
    fn ended(&self) -> Option<Instant> {
        let closed_at = self.connection.inbox().closed.as_ref().map(|closed| closed.at);
        [self.rejected_at, self.ended_at, closed_at].into_iter().flatten().min()
    }

    /// Remembers when a client was turned away.
    pub(super) fn note_rejection(&mut self) {
        if self.connection.inbox().oracle.phase() == Phase::Rejected {
            self.rejected_at.get_or_insert(Instant::now());
        }
    }
}

fn no_whole_frame(inbox: &Inbox) -> Halt {
    Halt::Broken {
        rule: Some("framing.length-prefix".to_owned()),
        expected: "a frame whose first two octets give its length".to_owned(),
        observed: format!(
            "{} octets that are no whole frame: {}{}",
            inbox.pending,
            hex::encode(&inbox.unfinished),
            if inbox.pending > inbox.unfinished.len() { "…" } else { "" }
        ),
    }
}

pub(super) const CARRIES_VERSION: &str = "introduction.carries-application-version";

/// In words, if a request carries another application version than the target file says that the client has.
pub(super) fn other_version(request: &ConnectionRequest<'_>, values: &Values) -> Option<String> {
    match values.get("supported_version") {
        Some(Value::Text(version)) if version != request.application_version() => {
            Some(format!("{request}: another application version than \"{version}\""))
        }
        _ => None,
    }
}

/// Whether a request is what a pattern wants; in words if not.
pub(super) fn matches_request(wanted: &RequestPattern, request: &Request, values: &mut Values) -> Result<(), String> {
    let Request::Known(came) = request else {
        return Err("a request of another protocol version".to_owned());
    };
    let differs = |what: &str| Err(format!("{came}: {what}"));
    if let Some(number) = &wanted.client_instance_id
        && !values.matches(number, came.client_instance_id().0.into())
    {
        return differs("another client_instance_id");
    }
    match (&wanted.server_instance_id, came.server_instance_id()) {
        (None, _) | (Some(ServerIdPattern::Absent(_)), None) => {}
        (Some(ServerIdPattern::Absent(_)), Some(_)) => return differs("it carries a server_instance_id"),
        (Some(ServerIdPattern::Is(_)), None) => return differs("it carries no server_instance_id"),
        (Some(ServerIdPattern::Is(number)), Some(id)) => {
            if !values.matches(number, id.0.into()) {
                return differs(&match number {
                    Number::Name(name) => format!("its server_instance_id is not ${name}"),
                    _ => "another server_instance_id".to_owned(),
                });
            }
        }
    }
    if let Some(version) = &wanted.application_version
        && !values.is_text(version, came.application_version())
    {
        return differs("another application_version");
    }
    Ok(())
}
