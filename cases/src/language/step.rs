//! Steps: what the tester does and expects, in order.

use schemars::JsonSchema;

use super::message::{MessageTemplate, PublishTemplate};
use super::pattern::Pattern;
use super::value::{Number, Value};
use crate::yaml::Path;

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is done.
    pub verb: Verb,
    /// The connection that it is about; `main` unless said.
    pub on: String,
    /// The rule that is broken if the step fails; the case's first one unless said.
    pub rule: Option<String>,
    /// Where it stands in its file.
    pub path: Path,
    /// Line in its file, from 1.
    pub line: usize,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Open the connection; with a client under test: wait for its next one. A first `send` or `expect` does so by itself.
    Connect,
    /// Connect and be accepted; with a client under test: let it connect, and accept it. Not what the case is about.
    Handshake,
    /// Send messages.
    Send(Send),
    /// Expect something of the peer.
    Expect {
        /// What.
        pattern: Pattern,
        /// When, for a close or a PING.
        within: Option<Within>,
    },
    /// Ask the target's adapter.
    Ask(Ask),
    /// End the connection in an orderly way.
    Close,
    /// Send FIN and leave the other direction open.
    Finish,
    /// End the connection with a reset.
    Reset,
    /// Let so many keepalive intervals pass.
    Wait(f64),
    /// The steps for each value.
    ForEach {
        /// The name that holds the value.
        name: String,
        /// The values.
        values: Values,
        /// The steps.
        steps: Vec<Step>,
    },
    /// The steps so many times.
    Repeat {
        /// How many times.
        times: u32,
        /// The steps.
        steps: Vec<Step>,
    },
}

/// Messages that are sent together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    /// The messages.
    pub messages: Vec<MessageTemplate>,
    /// How their octets are cut into segments.
    pub cut: Cut,
}

/// How octets are cut into segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// All in one.
    Joined,
    /// Each octet alone.
    EachOctet,
    /// Each message alone.
    EachMessage,
    /// Before these octets, counted from 0.
    At(Vec<Number>),
}

/// A span of time in keepalive intervals. A close is counted from the last octets that the tester sent, a PING from the last
/// that went either way.
#[derive(Debug, Clone, Copy, PartialEq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Not earlier.
    pub from: f64,
    /// Not later.
    pub to: f64,
}

/// What the target's adapter is asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// Put the fixture back as the target file says it is.
    Prepare,
    /// Start the client anew, with all that it keeps.
    Restart,
    /// Wipe the client: it forgets all that it kept, and is another instance from then on.
    Wipe,
    /// Make the application publish an event.
    Publish(Box<PublishTemplate>),
    /// The application took exactly these events, in this order, since the case began.
    Delivered(Vec<String>),
}

/// The values of a `for_each`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Values {
    /// Written out.
    List(Vec<Value>),
    /// All numbers of a range, both ends included.
    Range(Range),
    /// Every place where a message's frame can be cut in two.
    Cuts(Cuts),
    /// Numbers that are not this one and are easily taken for it.
    OtherThan(OtherThan),
}

/// All numbers from one to another.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The first.
    pub from: u64,
    /// The last.
    pub to: u64,
}

/// Numbers that are not this one and are easily taken for it: one octet apart in each place, one more, one less, ten times as much, its
/// octets the other way round, 0 and all ones.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherThan {
    /// The number.
    pub other_than: Number,
    /// How many bits it has: 32 for instance ids, 12 for message ids.
    pub bits: u32,
}

/// Every place where a message's frame can be cut in two.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cuts {
    /// The message.
    pub cuts_of: Box<MessageTemplate>,
}
