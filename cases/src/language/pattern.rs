//! What a scenario expects of the peer.

use schemars::JsonSchema;

use super::value::{Number, Octets};

/// One expectation. Messages that are legal at any time (PING, an event of the peer's own) never stand in the way of one.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Pattern {
    /// A connection request of the client's, with these fields.
    ConnectionRequest(RequestPattern),
    /// Response "connected".
    Connected,
    /// Response "hello new client", its id captured or compared.
    HelloNewClient(HelloPattern),
    /// Response "instance id mismatch".
    InstanceIdMismatch,
    /// Response "quarantined", with whatever reason.
    Quarantined,
    /// Response "unsupported protocol version".
    UnsupportedProtocolVersion,
    /// Response "unsupported application version".
    UnsupportedApplicationVersion,
    /// Any of the two acceptances.
    Acceptance,
    /// Any of the four rejections.
    Rejection,
    /// Each PUBLISH of this connection that has no answer yet gets one: an ACK where the target file says that the application
    /// accepts the event, a NACK where it says that it doesn't, else either.
    Answers,
    /// Each PUBLISH of this connection that has no answer yet gets one, ACK or NACK, whatever the target file says: for an event
    /// that the application has seen before.
    AnyAnswers,
    /// The same as `answers`, and a NACK where the target file says nothing makes the case inconclusive: what was to be shown can't be.
    Acks,
    /// Each PUBLISH of this connection that has no answer yet is NACKed.
    Nacks,
    /// This NACK.
    Nack(NackPattern),
    /// The PONG for the oldest PING that has none yet.
    Pong,
    /// A PING of the peer's.
    Ping,
    /// A PUBLISH of the peer's, for an event that was asked for or that an earlier step named.
    Publish(PublishPattern),
    /// A PUBLISH of the client's for an event that no step has seen yet, whatever it is. If none comes, nothing is shown.
    Event(EventPattern),
    /// No ACK, for any PUBLISH of this connection that is owed none. A NACK is no ACK, and a close ends the wait.
    NoAck,
    /// Nothing: no answer, no response, no PONG. The connection may close.
    Nothing,
    /// The connection is closed by the peer, by whatever means.
    Closed,
    /// The connection stays open.
    Open,
    /// The client let time pass between the end of its last connection and this one.
    Waited,
    /// It let no less time pass than before the connection before this one; 10 % either way are no difference.
    WaitedNoLess,
    /// One of these.
    OneOf(Vec<Pattern>),
    /// All of these in whatever order.
    AnyOrder(Vec<Pattern>),
}

impl Pattern {
    /// Whether a connection response alone meets it; a choice of patterns is none.
    pub fn is_response(&self) -> bool {
        matches!(
            self,
            Self::Connected
                | Self::HelloNewClient(_)
                | Self::InstanceIdMismatch
                | Self::Quarantined
                | Self::UnsupportedProtocolVersion
                | Self::UnsupportedApplicationVersion
                | Self::Acceptance
                | Self::Rejection
        )
    }
}

/// The id in a hello.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HelloPattern {
    /// The server's instance id.
    pub server_instance_id: Number,
}

/// A NACK, by its id.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NackPattern {
    /// The id that it answers.
    pub message_id: Number,
    /// Its machine message, if that matters.
    pub machine_message: Option<Octets>,
}

/// A connection request; what is left out may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestPattern {
    /// The client's own instance id, captured or compared.
    pub client_instance_id: Option<Number>,
    /// The server's instance id, captured or compared, or that there is none.
    pub server_instance_id: Option<ServerIdPattern>,
    /// The application version.
    pub application_version: Option<Octets>,
}

/// The server_instance_id in a request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ServerIdPattern {
    /// There is none.
    Absent(Absent),
    /// This one.
    Is(Number),
}

/// The word for a field that isn't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// It isn't there.
    None,
}

/// A PUBLISH of the client's.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventPattern {
    /// A name for the event, to expect it by later.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// Its message id, captured or compared.
    pub message_id: Option<Number>,
}

/// A PUBLISH of the peer's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishPattern {
    /// The name under which the event was asked for or came.
    pub event: String,
    /// Its message id, captured or compared.
    pub message_id: Option<Number>,
}
