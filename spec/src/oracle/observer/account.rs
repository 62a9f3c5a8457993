//! What is kept of a connection: which rules its frames meet, what is due, and which frames prove what.

use std::time::Duration;

use super::duties::{Close, Duties};
use super::met::Met;
use super::proof::Remembered;
use super::silence::Silence;
use super::{Settings, Tally};
use crate::catalogue::Role;
use crate::oracle::Breach;
use crate::oracle::breach::{rule_of_malformed, rule_of_malformed_to_client};
use crate::oracle::model::{Answer, Meaning, Symbol};
use crate::oracle::reading::Reading;
use crate::wire::{ConnectionResponse, Message, MessageId, Note, ResponseCode};

/// A frame that passes.
pub(super) struct Passing<'a> {
    pub(super) from: Role,
    pub(super) at: Duration,
    pub(super) number: u64,
    pub(super) reading: &'a Reading<'a>,
    pub(super) symbol: &'a Symbol,
}

impl Passing<'_> {
    /// Whether its receiver may take it for malformed, or has to.
    fn is_doubtful(&self) -> bool {
        self.symbol.meaning.is_none() || self.symbol.is_open
    }
}

/// What one peer is kept an account of.
#[derive(Debug, Clone, Default)]
struct Peer {
    tally: Tally,
    duties: Duties,
    last_publish: Option<MessageId>,
    has_nacked: bool,
}

/// Something that a peer failed to do in time.
pub(super) struct Overdue {
    pub(super) rule: &'static str,
    pub(super) what: String,
    pub(super) frame: Option<u64>,
}

#[derive(Debug, Clone)]
pub(super) struct Account {
    server: Peer,
    client: Peer,
    pub(super) remembered: Remembered,
    keepalive_interval: Option<Duration>,
    /// From the acceptance on.
    silence: Option<Silence>,
    /// A request passed; whether it carries a server_instance_id, where that can be told.
    asked: Option<Option<bool>>,
    asked_other_version: bool,
    response: Option<Answer>,
    /// Nobody can take the server's acceptance for something else.
    is_surely_accepted: bool,
    /// Something passed that its receiver should have closed the connection for.
    has_strayed: bool,
    has_ended: bool,
    shown_open: bool,
    /// A PONG too many is blamed, so that one is counted that was not too many.
    judges_pongs: bool,
}

impl Account {
    pub(super) fn new(settings: &Settings) -> Self {
        let Settings { keepalive_interval, from_the_start, judges_pongs, .. } = *settings;
        Self {
            judges_pongs,
            server: Peer::default(),
            client: Peer::default(),
            remembered: Remembered::default(),
            keepalive_interval,
            silence: None,
            asked: (!from_the_start).then_some(None),
            asked_other_version: false,
            response: None,
            is_surely_accepted: !from_the_start,
            has_strayed: false,
            has_ended: false,
            shown_open: false,
        }
    }

    fn peer(&mut self, role: Role) -> &mut Peer {
        match role {
            Role::Server => &mut self.server,
            Role::Client => &mut self.client,
        }
    }

    pub(super) fn tally(&self, role: Role) -> &Tally {
        match role {
            Role::Server => &self.server.tally,
            Role::Client => &self.client.tally,
        }
    }

    pub(super) fn exchanges(&self, by: Role) -> &super::exchanges::Exchanges {
        match by {
            Role::Server => &self.server.duties.exchanges,
            Role::Client => &self.client.duties.exchanges,
        }
    }

    pub(super) fn broken(&mut self, by: Role, rule: &'static str) {
        self.peer(by).tally.broken(rule);
    }

    /// Octets pass.
    pub(super) fn heard(&mut self, from: Role, at: Duration) {
        self.passes(from, at, false);
    }

    fn passes(&mut self, from: Role, at: Duration, is_ping: bool) {
        let Some(silence) = &mut self.silence else { return };
        if silence.passed(from, at) && is_ping {
            self.client.tally.kept(Met::ClientPings);
        }
    }

    /// A frame passes that breaks these rules. If it shows that its sender read on where it should have closed, returns that.
    pub(super) fn frame(&mut self, passing: &Passing<'_>, breaches: &[Breach]) -> Option<Close> {
        self.passes(passing.from, passing.at, passing.symbol.meaning == Some(Meaning::Ping));
        let kept = |rule: Met| breaches.iter().all(|breach| breach.rule != Met::IDS[rule as usize]);
        let mut read_on = None;
        if let Ok((message, notes)) = &passing.reading.lenient {
            self.layout(passing.from, message, notes, kept);
        }
        if self.is_surely_accepted && passing.from == Role::Server && !self.shown_open && self.response.is_some() {
            self.shown_open = true;
            let rule = if self.response == Some(Answer::Hello) { Met::HelloStaysOpen } else { Met::ConnectedStaysOpen };
            self.server.tally.kept(rule);
        }
        let sender = self.peer(passing.from);
        if sender.has_nacked {
            sender.has_nacked = false;
            sender.tally.kept(Met::NackSentKeepsConnection);
        }
        match passing.symbol.meaning {
            Some(Meaning::Request { carries }) => self.request(passing, carries),
            Some(Meaning::OtherVersion) => self.request(passing, None),
            Some(Meaning::Response(answer)) => self.response(passing, answer, kept),
            Some(Meaning::Publish(id)) => self.publish(passing, id, kept),
            Some(Meaning::Ack(id)) => read_on = self.answer(passing, id, true, kept),
            Some(Meaning::Nack(id)) => read_on = self.answer(passing, id, false, kept),
            Some(Meaning::Ping) => {
                let owed = self.is_surely_accepted && !self.has_ended;
                self.remembered.ping[index(passing.from)] = Some(passing.number);
                if owed {
                    self.peer(passing.from.other()).duties.pinged(passing.at, passing.number);
                }
            }
            Some(Meaning::Pong) => self.pong(passing, kept),
            None => self.malformed(passing),
        }
        if passing.is_doubtful() {
            self.has_strayed = true;
        }
        read_on
    }

    fn layout(&mut self, from: Role, message: &Message<'_>, notes: &[Note], kept: impl Fn(Met) -> bool + Copy) {
        let tally = &mut self.peer(from).tally;
        for rule in [Met::LengthPrefix, Met::OneMessage, Met::MessageType] {
            tally.kept(rule);
        }
        let of_type: &[Met] = match message {
            Message::ConnectionRequest(request) if request.server_instance_id().is_none() => {
                &[Met::ConnectionRequest, Met::RequestWithoutServerId, Met::U32, Met::Chunk, Met::TextUtf8]
            }
            Message::ConnectionRequest(_) => &[Met::ConnectionRequest, Met::U32, Met::Chunk, Met::TextUtf8],
            Message::OtherVersion(_) => &[],
            Message::ConnectionResponse(response) => match response.code() {
                ResponseCode::HelloNewClient => &[Met::ConnectionResponse, Met::ResponseHello, Met::U32],
                ResponseCode::Quarantined => {
                    &[Met::ConnectionResponse, Met::QuarantinedCarriesReason, Met::Chunk, Met::TextUtf8]
                }
                _ => &[Met::ConnectionResponse, Met::ResponseBare],
            },
            Message::Ack(_) => &[Met::Ack, Met::MessageId],
            Message::Nack(_) => &[Met::Nack, Met::MessageId, Met::Chunk, Met::TextUtf8],
            Message::Publish(_) => &[Met::Publish, Met::MessageId, Met::Varint, Met::Chunk],
            Message::Ping => &[Met::Ping],
            Message::Pong => &[Met::Pong],
        };
        for rule in of_type {
            if kept(*rule) {
                tally.kept(*rule);
            }
        }
        let is_long = notes.iter().any(|note| matches!(note, Note::LongVarint { .. }));
        let has_varint = matches!(message, Message::Publish(_) | Message::Nack(_) | Message::ConnectionRequest(_));
        if has_varint && !is_long {
            tally.kept(Met::VarintShortest);
        }
    }

    fn request(&mut self, passing: &Passing<'_>, carries: Option<bool>) {
        if passing.from == Role::Server {
            self.stray(passing, Role::Client, "malformed.other-role-closes", Some("malformed.request-to-client"));
            return;
        }
        if self.asked.is_some() {
            if self.is_surely_accepted {
                let close = Close::new("handshake.second-request-closes", passing.at, passing.number);
                self.must_close(Role::Server, close.broken_by_reading_on());
            }
            return;
        }
        self.asked = Some(carries);
        self.remembered.request = Some(passing.number);
        if passing.symbol.meaning == Some(Meaning::OtherVersion) {
            self.asked_other_version = true;
        } else {
            for rule in [
                Met::RequestFirst,
                Met::CarriesProtocolVersion,
                Met::CarriesApplicationVersion,
                Met::CarriesClientInstanceId,
            ] {
                self.client.tally.kept(rule);
            }
        }
        if self.response.is_none() {
            self.server.tally.kept(Met::NothingBeforeRequest);
            if !self.has_ended && !passing.is_doubtful() {
                self.server.duties.asked(passing.at, passing.number);
            }
        }
    }

    fn response(&mut self, passing: &Passing<'_>, answer: Answer, kept: impl Fn(Met) -> bool + Copy) {
        if passing.from == Role::Client {
            self.stray(passing, Role::Server, "malformed.other-role-closes", Some("malformed.response-to-server"));
            return;
        }
        self.server.duties.responded();
        if self.response.is_some() {
            self.stray(passing, Role::Client, "malformed.other-role-closes", Some("malformed.second-response"));
            return;
        }
        self.response = Some(answer);
        self.is_surely_accepted &= answer.accepts();
        self.remembered.response = Some(passing.number);
        let Some(carries) = self.asked else { return };
        let mut server = vec![Met::FirstRequestAnswered, Met::FirstRequestAnsweredOnce];
        let mut client = vec![Met::OnlyRequestBeforeResponse, Met::OneRequest];
        match answer {
            Answer::UnsupportedProtocol if self.asked_other_version => server.push(Met::UnsupportedProtocol),
            Answer::UnsupportedProtocol => {}
            Answer::OtherRejection => server.push(Met::RejectionThatApplies),
            Answer::Connected | Answer::Hello => {}
        }
        if !answer.accepts() {
            client.push(Met::NoPublishAfterRejection);
        }
        for rule in server.into_iter().filter(|rule| kept(*rule)) {
            self.server.tally.kept(rule);
        }
        for rule in client {
            self.client.tally.kept(rule);
        }
        if self.has_ended || self.has_strayed || passing.is_doubtful() {
            return;
        }
        let fits = match answer {
            Answer::Connected => carries == Some(true),
            Answer::Hello => carries == Some(false),
            Answer::UnsupportedProtocol | Answer::OtherRejection => false,
        };
        if fits {
            self.is_surely_accepted = true;
            self.silence = self.keepalive_interval.map(|interval| Silence::new(interval, passing.at));
        }
        if let Some(rule) = passing.reading.lenient.as_ref().ok().and_then(|(message, _)| closes(message)) {
            self.server.duties.must_close(Close::new(rule, passing.at, passing.number));
        }
    }

    fn publish(&mut self, passing: &Passing<'_>, id: MessageId, kept: impl Fn(Met) -> bool + Copy) {
        let (from, to) = (passing.from, passing.from.other());
        let is_long = passing.reading.lenient.as_ref().is_ok_and(|(_, notes)| !notes.is_empty());
        let owed = self.is_surely_accepted && !self.has_ended && !passing.is_doubtful();
        let both_in_flight = self.peer(from).duties.exchanges.waiting(id).is_some();
        let accepted = self.response.is_some_and(Answer::accepts);
        let receiver = self.peer(to);
        receiver.duties.exchanges.published(id, passing.number, passing.at, owed, is_long);
        if both_in_flight {
            receiver.tally.kept(Met::DirectionsIndependent);
        }
        let early = match (to, self.response) {
            (Role::Server, None) if !self.is_surely_accepted => Some(Met::EarlyEventNotAcked),
            (Role::Server, Some(_)) if !accepted => Some(Met::EventAfterRejectionNotAcked),
            (Role::Client, None) if !self.is_surely_accepted => Some(Met::EarlyPublishNotAcked),
            _ => None,
        };
        if let Some(rule) = early {
            self.peer(to).tally.kept(rule);
        }
        let sender = self.peer(from);
        if kept(Met::IdNotReused) {
            sender.tally.kept(Met::IdNotReused);
        }
        if let Some(last) = sender.last_publish.replace(id) {
            let rule = if last == MessageId::MAX { Met::IdsWrap } else { Met::IdsGoUp };
            if kept(rule) {
                sender.tally.kept(rule);
            }
        }
    }

    fn answer(
        &mut self,
        passing: &Passing<'_>,
        id: MessageId,
        is_ack: bool,
        kept: impl Fn(Met) -> bool + Copy,
    ) -> Option<Close> {
        let sender = self.peer(passing.from);
        let answered = sender.duties.exchanges.answered(id, passing.number)?;
        if kept(Met::AnswerCarriesId) && kept(Met::AnsweredOnce) {
            sender.tally.kept(Met::AnswerCarriesId);
            sender.tally.kept(Met::AnsweredOnce);
        }
        if answered.owed {
            sender.tally.kept(Met::Answered);
            if answered.is_long && is_ack {
                sender.tally.kept(Met::VarintLongerForms);
            }
            sender.has_nacked = !is_ack;
        }
        let close = sender.duties.close()?;
        if !is_ack && close.frame == answered.frame {
            // A NACK for a malformed PUBLISH is as good as a close.
            sender.duties.take_close();
            sender.tally.kept_rarely(close.rule);
            return None;
        }
        // To turn an event away with a NACK is no more than to close (handshake.early-event-treatment).
        if is_ack && close.is_broken_by_reading_on && close.frame < answered.first {
            return sender.duties.take_close();
        }
        None
    }

    fn pong(&mut self, passing: &Passing<'_>, kept: impl Fn(Met) -> bool + Copy) {
        self.remembered.pong[index(passing.from)] = Some(passing.number);
        let judges_pongs = self.judges_pongs;
        let sender = self.peer(passing.from);
        if sender.duties.ponged().is_some() {
            sender.tally.kept(Met::PingAnswered);
            if judges_pongs && kept(Met::PingAnsweredOnce) {
                sender.tally.kept(Met::PingAnsweredOnce);
            }
        }
        if judges_pongs {
            self.peer(passing.from.other()).tally.kept(Met::PongNotAnswered);
        }
    }

    /// Malformed content passes.
    fn malformed(&mut self, passing: &Passing<'_>) {
        let to = passing.from.other();
        let Err(error) = passing.reading.strict() else { return };
        let rule = match to {
            Role::Server => rule_of_malformed(passing.reading.content, error),
            Role::Client => rule_of_malformed_to_client(passing.reading.content, error),
        };
        if let Some(id) = passing.symbol.malformed_publish {
            self.remembered.malformed[index(passing.from)] = Some(passing.number);
            self.peer(to).duties.exchanges.published(id, passing.number, passing.at, false, false);
            let close = Close::new("malformed.publish-closes-or-nacks", passing.at, passing.number);
            self.must_close(to, close);
            self.peer(to).tally.kept_rarely(rule);
            return;
        }
        self.stray(passing, to, "malformed.closes", Some(rule));
    }

    /// Content passes that its receiver must not act on, and should close for.
    fn stray(&mut self, passing: &Passing<'_>, to: Role, closes: &'static str, not_to_act: Option<&'static str>) {
        self.has_strayed = true;
        self.remembered.malformed[index(passing.from)] = Some(passing.number);
        let close = Close::new(closes, passing.at, passing.number);
        self.must_close(to, close.broken_by_reading_on());
        if let Some(rule) = not_to_act {
            self.peer(to).tally.kept_rarely(rule);
        }
    }

    fn must_close(&mut self, role: Role, close: Close) {
        if !self.has_ended {
            self.peer(role).duties.must_close(close);
        }
    }

    /// A peer ended its direction: whatever was due between the two is not any more.
    pub(super) fn closed(&mut self, from: Role, at: Duration, unfinished: &[u8]) {
        if let Some(close) = self.peer(from).duties.take_close() {
            self.peer(from).tally.kept_rarely(close.rule);
        }
        if self.silence.as_ref().is_some_and(|silence| silence.closed(from, at)) {
            self.peer(from).tally.kept(Met::SilentPeerDropped);
        }
        if !unfinished.is_empty() && !self.has_ended {
            self.peer(from.other()).tally.kept(Met::TruncatedNotAnswered);
        }
        self.has_ended = true;
        self.silence = None;
        self.server.duties.end();
        self.client.duties.end();
    }

    /// When something is due that has not been done yet.
    pub(super) fn deadline(&self, patience: Duration) -> Option<Duration> {
        let duties = [&self.server, &self.client].into_iter().filter_map(|peer| peer.duties.oldest());
        let due = duties.min().map(|since| since.saturating_add(patience));
        let silence = self.silence.as_ref().and_then(Silence::deadline);
        due.into_iter().chain(silence).min()
    }

    /// Something that should have been done by now.
    pub(super) fn overdue(&mut self, now: Duration, patience: Duration) -> Option<(Role, Overdue)> {
        if let Some(since) = now.checked_sub(patience) {
            for role in Role::ALL {
                if let Some(overdue) = self.peer(role).duties.overdue(since) {
                    let what = format!("{} {} s later", overdue.what, patience.as_secs_f64());
                    return Some((role, Overdue { rule: overdue.rule, what, frame: Some(overdue.frame) }));
                }
            }
        }
        let silent = self.silence.as_mut()?.overdue(now)?;
        Some((silent.by, Overdue { rule: silent.rule, what: silent.what.to_owned(), frame: None }))
    }
}

pub(super) fn index(role: Role) -> usize {
    match role {
        Role::Server => 0,
        Role::Client => 1,
    }
}

/// The rule that asks for a close behind this response.
fn closes(message: &Message<'_>) -> Option<&'static str> {
    let Message::ConnectionResponse(response) = message else { return None };
    match response {
        ConnectionResponse::Connected | ConnectionResponse::HelloNewClient { .. } => None,
        ConnectionResponse::InstanceIdMismatch => Some("handshake.mismatch-closes"),
        ConnectionResponse::Quarantined(_) => Some("handshake.quarantined-closes"),
        ConnectionResponse::UnsupportedProtocolVersion => Some("handshake.unsupported-protocol-closes"),
        ConnectionResponse::UnsupportedApplicationVersion => Some("handshake.unsupported-application-closes"),
    }
}
