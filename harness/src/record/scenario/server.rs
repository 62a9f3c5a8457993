//! A session as a case about its server: what the client did is done again.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::{ConnectionResponse, Message, MessageId};

use super::recording::{Entry, Recording};
use super::steps::{Answer, Owed, Steps, event, mapping, raw, reason};

/// Where the connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Silent,
    Asked,
    Accepted,
    Rejected,
}

/// Makes steps; the fixture that the case needs.
pub(super) fn steps(recording: &Recording) -> (Steps, &'static str) {
    let entries = &recording.entries;
    let fixture = match response(entries) {
        Some(ConnectionResponse::Quarantined(_)) => "quarantined",
        _ => "known",
    };
    let mut session = Session {
        steps: Steps::default(),
        stage: Stage::Silent,
        owed: Owed::default(),
        pings: 0,
        their_pings: 0,
        theirs: BTreeMap::new(),
        has_erred: false,
        has_asked_again: false,
        response_closes: None,
        server_ended: false,
        client_ended: false,
    };
    for (at, entry) in entries.iter().enumerate() {
        let rest = &entries[at + 1..];
        match entry {
            Entry::Frame(Role::Client, content) => session.client(content, entries, rest),
            Entry::Frame(Role::Server, content) => session.server(content, rest),
            Entry::Ended { from: Role::Client, by_reset, unfinished } => {
                session.client_ended(*by_reset, unfinished, rest);
            }
            Entry::Ended { from: Role::Server, .. } => session.server_ended(),
        }
    }
    session.owed.finish("server", &mut session.steps);
    (session.steps, fixture)
}

/// The first response.
fn response(entries: &[Entry]) -> Option<ConnectionResponse<'_>> {
    entries.iter().find_map(|entry| match entry {
        Entry::Frame(Role::Server, content) => match Message::decode(content) {
            Ok(Message::ConnectionResponse(response)) => Some(response),
            _ => None,
        },
        _ => None,
    })
}

struct Session {
    steps: Steps,
    stage: Stage,
    owed: Owed,
    /// PINGs of the client's without a PONG.
    pings: usize,
    /// PINGs of the server's without a PONG.
    their_pings: usize,
    /// The server's events without an answer, and the names of their ids.
    theirs: BTreeMap<MessageId, String>,
    /// The client sent what a server may close for.
    has_erred: bool,
    has_asked_again: bool,
    /// The rule by which the response ends the connection.
    response_closes: Option<&'static str>,
    server_ended: bool,
    client_ended: bool,
}

impl Session {
    fn client(&mut self, content: &[u8], all: &[Entry], rest: &[Entry]) {
        match Message::decode(content) {
            Ok(Message::ConnectionRequest(request)) => {
                let mut fields = Mapping::new();
                let carries = request.server_instance_id().is_some();
                match response(all) {
                    _ if self.stage != Stage::Silent => {
                        self.has_asked_again = true;
                        if carries {
                            fields.insert("server_instance_id".into(), "$server".into());
                        }
                    }
                    // What differs from the server's record, or from its own id, can't be seen from here.
                    Some(ConnectionResponse::InstanceIdMismatch) if carries => {
                        fields.insert("server_instance_id".into(), "$other_server".into());
                    }
                    Some(ConnectionResponse::InstanceIdMismatch) => {
                        fields.insert("client_instance_id".into(), "$other_client".into());
                    }
                    answer => {
                        if carries {
                            fields.insert("server_instance_id".into(), "$server".into());
                        }
                        if answer == Some(ConnectionResponse::UnsupportedApplicationVersion) {
                            fields.insert("application_version".into(), "$unsupported_version".into());
                        }
                    }
                }
                self.asked(fields);
            }
            Ok(Message::OtherVersion(request)) => {
                let version = u64::from(request.version().get());
                self.asked([("protocol_version".into(), version.into())].into_iter().collect());
            }
            Ok(Message::Publish(publish)) => {
                let mut fields = Mapping::new();
                let id = publish.message_id;
                if self.stage == Stage::Accepted && is_nacked(id, rest) {
                    fields.insert("event".into(), "rejected".into());
                }
                fields.extend(event(publish.event.fields()));
                self.steps.send(mapping([("publish", Value::Mapping(fields))]));
                match self.stage {
                    Stage::Accepted => self.owed.published(id),
                    Stage::Silent | Stage::Asked => {
                        self.steps.expect("no_ack".into(), "handshake.early-event-not-acked");
                    }
                    Stage::Rejected => self.steps.expect("no_ack".into(), "handshake.event-after-rejection-not-acked"),
                }
            }
            Ok(Message::Ack(ack)) => {
                let id = self.answered(ack.message_id);
                self.steps.send(mapping([("ack", mapping([("message_id", id)]))]));
            }
            Ok(Message::Nack(nack)) => {
                let mut fields = Mapping::new();
                fields.insert("message_id".into(), self.answered(nack.message_id));
                fields.extend(reason(nack.reason.machine_message(), nack.reason.human_message()));
                self.steps.send(mapping([("nack", Value::Mapping(fields))]));
            }
            Ok(Message::Ping) => {
                self.pings += 1;
                self.steps.send("ping".into());
            }
            Ok(Message::Pong) if self.their_pings > 0 => {
                self.their_pings -= 1;
                self.steps
                    .leave_out("PINGs of the server: they come when it likes, and the harness answers them by itself");
            }
            Ok(Message::Pong) => self.steps.send("pong".into()),
            Ok(Message::ConnectionResponse(_)) | Err(_) => {
                self.has_erred = true;
                self.steps.send(raw(content));
            }
        }
    }

    fn asked(&mut self, fields: Mapping) {
        self.steps.send(mapping([("connection_request", Value::Mapping(fields))]));
        if self.stage == Stage::Silent {
            self.stage = Stage::Asked;
        }
    }

    /// The id in an answer of the client's: the name that it was captured under, if it answers anything.
    fn answered(&mut self, id: MessageId) -> Value {
        match self.theirs.remove(&id) {
            Some(name) => format!("${name}").into(),
            None => u64::from(id.get()).into(),
        }
    }

    fn server(&mut self, content: &[u8], rest: &[Entry]) {
        match Message::decode(content) {
            Ok(Message::ConnectionResponse(response)) if self.stage == Stage::Asked => self.responded(&response),
            Ok(Message::Ack(ack)) if self.owed.answered(ack.message_id, Answer::Ack, &mut self.steps) => {}
            Ok(Message::Nack(nack)) if self.owed.answered(nack.message_id, Answer::Nack, &mut self.steps) => {}
            Ok(Message::Pong) if self.pings > 0 => {
                self.pings -= 1;
                self.steps.expect("pong".into(), "keepalive.ping-answered");
            }
            Ok(Message::Ping) => {
                self.their_pings += 1;
                self.steps
                    .leave_out("PINGs of the server: they come when it likes, and the harness answers them by itself");
            }
            Ok(Message::Publish(publish)) if self.stage == Stage::Accepted => {
                let name = self.steps.name("event");
                let mut fields = Mapping::new();
                fields.insert("as".into(), name.clone().into());
                fields.extend(event(publish.event.fields()));
                self.steps.verb("ask", mapping([("publish", Value::Mapping(fields))]));
                let mut pattern = Mapping::new();
                pattern.insert("event".into(), name.into());
                if is_answered(publish.message_id, rest) {
                    let id = self.steps.name("id");
                    pattern.insert("message_id".into(), format!("${id}").into());
                    self.theirs.insert(publish.message_id, id);
                }
                self.steps.expect(mapping([("publish", Value::Mapping(pattern))]), "layout.publish");
            }
            Ok(message) => self.steps.leave_out(format!("of the server: {message}, which nothing before explains")),
            Err(error) => self.steps.leave_out(format!("of the server: a content that can't be read ({error})")),
        }
    }

    fn responded(&mut self, response: &ConnectionResponse<'_>) {
        let (pattern, rule, stage): (Value, _, _) = match response {
            ConnectionResponse::Connected => ("connected".into(), "handshake.connected", Stage::Accepted),
            ConnectionResponse::HelloNewClient { .. } => {
                let pattern = mapping([("hello_new_client", mapping([("server_instance_id", "$server".into())]))]);
                (pattern, "handshake.hello-repeated", Stage::Accepted)
            }
            ConnectionResponse::InstanceIdMismatch => {
                ("instance_id_mismatch".into(), "handshake.mismatch-other-server", Stage::Rejected)
            }
            ConnectionResponse::Quarantined(_) => ("quarantined".into(), "handshake.quarantined", Stage::Rejected),
            ConnectionResponse::UnsupportedProtocolVersion => {
                ("unsupported_protocol_version".into(), "handshake.unsupported-protocol", Stage::Rejected)
            }
            ConnectionResponse::UnsupportedApplicationVersion => {
                ("unsupported_application_version".into(), "handshake.unsupported-application", Stage::Rejected)
            }
        };
        let has_wiped = self
            .steps
            .list
            .last()
            .is_some_and(|step| step["send"]["connection_request"]["client_instance_id"] == "$other_client");
        let rule = if has_wiped { "handshake.mismatch-wiped-client" } else { rule };
        self.steps.expect(pattern, rule);
        self.stage = stage;
        self.response_closes = closing_rule(response);
    }

    fn client_ended(&mut self, by_reset: bool, unfinished: &[u8], rest: &[Entry]) {
        if self.server_ended || self.client_ended {
            return;
        }
        self.client_ended = true;
        let goes_on = rest.iter().any(|entry| matches!(entry, Entry::Frame(Role::Server, _)));
        if !unfinished.is_empty() {
            self.steps.send(mapping([("octets", hex::encode(unfinished).into())]));
        }
        match (by_reset, unfinished.is_empty()) {
            (true, _) => self.steps.word("reset"),
            (false, false) => {
                self.steps.word("finish");
                if !goes_on {
                    self.steps.expect("nothing".into(), "framing.truncated-not-answered");
                }
            }
            (false, true) if goes_on => self.steps.word("finish"),
            (false, true) => self.steps.word("close"),
        }
    }

    fn server_ended(&mut self) {
        if self.server_ended || self.client_ended {
            self.server_ended = true;
            return;
        }
        self.server_ended = true;
        if let Some(rule) = self.response_closes {
            self.steps.expect("closed".into(), rule);
        } else if self.has_erred {
            self.steps.expect("closed".into(), "malformed.closes");
        } else if self.has_asked_again {
            self.steps.expect("closed".into(), "handshake.second-request-closes");
        } else {
            self.steps.leave_out("the server ended the connection of its own accord, and no rule says that it must");
        }
    }
}

/// The rule by which a response ends the connection.
fn closing_rule(response: &ConnectionResponse<'_>) -> Option<&'static str> {
    match response {
        ConnectionResponse::Connected | ConnectionResponse::HelloNewClient { .. } => None,
        ConnectionResponse::InstanceIdMismatch => Some("handshake.mismatch-closes"),
        ConnectionResponse::Quarantined(_) => Some("handshake.quarantined-closes"),
        ConnectionResponse::UnsupportedProtocolVersion => Some("handshake.unsupported-protocol-closes"),
        ConnectionResponse::UnsupportedApplicationVersion => Some("handshake.unsupported-application-closes"),
    }
}

/// Whether the server's next answer to this id is a NACK.
fn is_nacked(id: MessageId, rest: &[Entry]) -> bool {
    let answer = rest.iter().find_map(|entry| match entry {
        Entry::Frame(Role::Server, content) => match Message::decode(content) {
            Ok(Message::Ack(ack)) if ack.message_id == id => Some(Answer::Ack),
            Ok(Message::Nack(nack)) if nack.message_id == id => Some(Answer::Nack),
            _ => None,
        },
        _ => None,
    });
    answer == Some(Answer::Nack)
}

/// Whether the client answers this id later.
fn is_answered(id: MessageId, rest: &[Entry]) -> bool {
    rest.iter().any(|entry| match entry {
        Entry::Frame(Role::Client, content) => match Message::decode(content) {
            Ok(Message::Ack(ack)) => ack.message_id == id,
            Ok(Message::Nack(nack)) => nack.message_id == id,
            _ => false,
        },
        _ => false,
    })
}
