//! A session as a case about its client: what the server did is done again.

use serde_yaml::{Mapping, Value};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::{ConnectionResponse, Message, MessageId};

use super::recording::{Entry, Recording};
use super::steps::{Answer, Owed, Steps, event, mapping, raw, reason};

/// What a case about a client needs.
pub(super) struct Needs {
    /// Whether the client has a server_instance_id when the case begins.
    pub(super) fixture: &'static str,
    /// How many events of its own it is to publish.
    pub(super) publishes: u64,
}

/// Where the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Silent,
    Asked,
    Accepted,
    Rejected,
}

/// Makes steps, and what the case needs.
pub(super) fn steps(recording: &Recording) -> (Steps, Needs) {
    let entries = &recording.entries;
    let mut session = Session {
        steps: Steps::default(),
        stage: Stage::Silent,
        owed: Owed::default(),
        pings: 0,
        needs: Needs { fixture: "new", publishes: 0 },
        answered: Vec::new(),
        server_ended: false,
    };
    for (at, entry) in entries.iter().enumerate() {
        let rest = &entries[at + 1..];
        match entry {
            Entry::Frame(Role::Client, content) => session.client(content, rest),
            Entry::Frame(Role::Server, content) => session.server(content),
            Entry::Ended { from: Role::Server, by_reset, unfinished } => session.server_ended(*by_reset, unfinished),
            Entry::Ended { from: Role::Client, .. } => {
                if !session.server_ended {
                    session
                        .steps
                        .leave_out("the client ended the connection of its own accord: the case ends it for it");
                    session.server_ended(false, &[]);
                }
            }
        }
    }
    session.owed.finish("client", &mut session.steps);
    (session.steps, session.needs)
}

struct Session {
    steps: Steps,
    stage: Stage,
    owed: Owed,
    /// PINGs of the server's without a PONG.
    pings: usize,
    needs: Needs,
    /// Answers that were sent right behind the client's events, before their turn.
    answered: Vec<MessageId>,
    server_ended: bool,
}

impl Session {
    fn client(&mut self, content: &[u8], rest: &[Entry]) {
        match Message::decode(content) {
            Ok(Message::ConnectionRequest(request)) if self.stage == Stage::Silent => {
                let carries = request.server_instance_id().is_some();
                let (server, rule) = match carries {
                    true => ("$server", "introduction.request-first"),
                    false => ("none", "introduction.new-client-without-server-id"),
                };
                self.needs.fixture = if carries { "known" } else { "new" };
                let fields = mapping([("client_instance_id", "$client".into()), ("server_instance_id", server.into())]);
                self.steps.expect(mapping([("connection_request", fields)]), rule);
                self.stage = Stage::Asked;
            }
            Ok(Message::Publish(publish)) if self.stage == Stage::Accepted => {
                self.needs.publishes += 1;
                let answer = answer(publish.message_id, rest);
                let mut pattern = Mapping::new();
                let id = self.steps.name("id");
                if answer.is_some() {
                    pattern.insert("message_id".into(), format!("${id}").into());
                }
                self.steps.expect_unjudged(mapping([("event", Value::Mapping(pattern))]));
                // A client may wait for one answer before it sends the next event, so that none comes later than here.
                if let Some(answer) = answer {
                    self.answered.push(publish.message_id);
                    self.steps.send(with_id(answer, format!("${id}").into()));
                }
            }
            Ok(Message::Ack(ack)) if self.owed.answered(ack.message_id, Answer::Ack, &mut self.steps) => {}
            Ok(Message::Nack(nack)) if self.owed.answered(nack.message_id, Answer::Nack, &mut self.steps) => {}
            Ok(Message::Pong) if self.pings > 0 => {
                self.pings -= 1;
                self.steps.expect("pong".into(), "keepalive.ping-answered");
            }
            Ok(Message::Ping) if self.stage == Stage::Accepted && is_ponged(rest) => {
                // Whatever made it send this one, it sends one when nothing happens.
                self.steps.expect_within("ping".into(), "keepalive.client-pings", 0.0, 1.1);
                self.steps.send("pong".into());
            }
            Ok(Message::Ping | Message::Pong) => {
                self.steps.leave_out("PINGs and PONGs of the client that nothing asked for: they come when it likes");
            }
            Ok(message) => self.steps.leave_out(format!("of the client: {message}, which nothing before explains")),
            Err(error) => self.steps.leave_out(format!("of the client: a content that can't be read ({error})")),
        }
    }

    fn server(&mut self, content: &[u8]) {
        match Message::decode(content) {
            Ok(Message::ConnectionResponse(response)) if self.stage == Stage::Asked => {
                self.stage = if response.is_acceptance() { Stage::Accepted } else { Stage::Rejected };
                self.steps.send(responding(&response));
            }
            Ok(Message::Ack(ack)) if self.has_answered(ack.message_id) => {}
            Ok(Message::Nack(nack)) if self.has_answered(nack.message_id) => {}
            Ok(message @ (Message::Ack(_) | Message::Nack(_))) => {
                let (Message::Ack(sinkcheck_spec::wire::Ack { message_id: id })
                | Message::Nack(sinkcheck_spec::wire::Nack { message_id: id, .. })) = &message
                else {
                    return;
                };
                let id = u64::from(id.get()).into();
                self.steps.send(with_id(message, id));
            }
            Ok(Message::Ping) => {
                self.pings += 1;
                self.steps.send("ping".into());
            }
            // The PONG that answers a PING of the client's was sent with it, and others change nothing.
            Ok(Message::Pong) => {}
            Ok(Message::Publish(publish)) => {
                self.steps.send(mapping([("publish", Value::Mapping(event(publish.event.fields())))]));
                match self.stage {
                    Stage::Accepted => self.owed.published(publish.message_id),
                    Stage::Silent | Stage::Asked => {
                        self.steps.expect("no_ack".into(), "introduction.early-publish-not-acked");
                    }
                    Stage::Rejected => {}
                }
            }
            Ok(_) | Err(_) => self.steps.send(raw(content)),
        }
    }

    fn has_answered(&mut self, id: MessageId) -> bool {
        let at = self.answered.iter().position(|answered| *answered == id);
        at.map(|at| self.answered.remove(at)).is_some()
    }

    fn server_ended(&mut self, by_reset: bool, unfinished: &[u8]) {
        if std::mem::replace(&mut self.server_ended, true) {
            return;
        }
        if !unfinished.is_empty() {
            self.steps.send(mapping([("octets", hex::encode(unfinished).into())]));
        }
        self.steps.word(if by_reset { "reset" } else { "close" });
    }
}

fn responding(response: &ConnectionResponse<'_>) -> Value {
    match response {
        ConnectionResponse::Connected => "connected".into(),
        ConnectionResponse::HelloNewClient { .. } => {
            mapping([("hello_new_client", mapping([("server_instance_id", "$server".into())]))])
        }
        ConnectionResponse::InstanceIdMismatch => "instance_id_mismatch".into(),
        ConnectionResponse::Quarantined(why) => {
            let fields = reason(why.machine_message(), why.human_message());
            mapping([("quarantined", Value::Mapping(fields))])
        }
        ConnectionResponse::UnsupportedProtocolVersion => "unsupported_protocol_version".into(),
        ConnectionResponse::UnsupportedApplicationVersion => "unsupported_application_version".into(),
    }
}

/// An ACK or a NACK, with this id.
fn with_id(answer: Message<'_>, id: Value) -> Value {
    let mut fields = Mapping::new();
    fields.insert("message_id".into(), id);
    match answer {
        Message::Nack(nack) => {
            fields.extend(reason(nack.reason.machine_message(), nack.reason.human_message()));
            mapping([("nack", Value::Mapping(fields))])
        }
        _ => mapping([("ack", Value::Mapping(fields))]),
    }
}

/// The server's answer to this id, if it gives one later.
fn answer(id: MessageId, rest: &[Entry]) -> Option<Message<'_>> {
    rest.iter().find_map(|entry| match entry {
        Entry::Frame(Role::Server, content) => match Message::decode(content) {
            Ok(Message::Ack(ack)) if ack.message_id == id => Some(Message::Ack(ack)),
            Ok(Message::Nack(nack)) if nack.message_id == id => Some(Message::Nack(nack)),
            _ => None,
        },
        _ => None,
    })
}

/// Whether the server sends a PONG later.
fn is_ponged(rest: &[Entry]) -> bool {
    rest.iter().any(|entry| match entry {
        Entry::Frame(Role::Server, content) => matches!(Message::decode(content), Ok(Message::Pong)),
        _ => false,
    })
}
