//! A whole scenario.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use sinkcheck_spec::catalogue::Role;

use super::message::MessageTemplate;
use super::pattern::{Pattern, ServerIdPattern};
use super::step::{Step, Verb};
use super::value::{Number, OctetSource};

/// The connection that a step is about unless it says otherwise.
pub const MAIN: &str = "main";

/// A test case: one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Its path without the ending: `server/handshake/hello`.
    pub id: String,
    /// One line.
    pub title: String,
    /// Why the case is the way it is, where the title and the rules don't say so.
    pub purpose: Option<String>,
    /// Whose behaviour is judged.
    pub under_test: Role,
    /// The rules that it shows, the first one being what it is about.
    pub requirements: Vec<String>,
    /// The identity that the main connection uses.
    pub client: Fixture,
    /// Further connections by name, and who they are.
    pub connections: BTreeMap<String, Owner>,
    /// The transport that it needs.
    pub transport: Transport,
    /// No PING keeps a connection alive while the case waits for an answer.
    pub silent: bool,
    /// The peer's PINGs are answered when the case sends its first PONG, all that came until then, and not before.
    pub holds_pongs: bool,
    /// How many events a client under test is to publish of its own, once it is accepted.
    pub publishes: u32,
    /// What the tester shows to a client under test, over TLS.
    pub certificate: Certificate,
    /// What is done.
    pub steps: Vec<Step>,
    /// The file as the person named it.
    pub file: String,
    /// The whole text of the file.
    pub text: String,
}

/// A kind of identity that a target is set up with.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize, serde::Serialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Fixture {
    /// The server has accepted it before.
    #[default]
    Known,
    /// The server knows the identity and has no record of an instance.
    New,
    /// The server has quarantined it.
    Quarantined,
    /// Its certificate is trusted and of no client that the server knows.
    Unknown,
    /// It shows no certificate.
    Anonymous,
    /// Its certificate is of an authority that the server doesn't trust.
    Untrusted,
}

impl Fixture {
    /// Its name in target files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::New => "new",
            Self::Quarantined => "quarantined",
            Self::Unknown => "unknown",
            Self::Anonymous => "anonymous",
            Self::Untrusted => "untrusted",
        }
    }
}

/// Who a further connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// The same identity as the main connection.
    Same,
    /// Another identity, of a client that the server knows.
    Another,
}

/// The transport that a case needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Transport {
    /// Whatever the target speaks.
    #[default]
    Any,
    /// TLS.
    Tls,
}

/// The certificate that the tester shows as a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certificate {
    /// The one that the client is to trust.
    #[default]
    Trusted,
    /// Of an authority that the client trusts, for another name.
    WrongName,
    /// For the right name, of an authority that the client doesn't trust.
    WrongAuthority,
    /// Of an authority that the client trusts, for the right name, and expired.
    Expired,
}

/// How many octets the PUBLISHes of a step have that are filled up to a length.
fn octets(step: &Step) -> u64 {
    let Verb::Send(send) = &step.verb else { return 0 };
    let filled = |message: &MessageTemplate| match message {
        MessageTemplate::Publish(publish) => match publish.event_data.as_ref().map(|data| &data.source) {
            Some(OctetSource::FillTo(Number::Literal(length))) => *length,
            _ => 0,
        },
        _ => 0,
    };
    send.messages.iter().map(filled).sum()
}

impl Scenario {
    /// The folder that it is in: `handshake` of `server/handshake/hello`.
    pub fn section(&self) -> &str {
        let mut parts = self.id.rsplit('/');
        parts.next();
        parts.next().unwrap_or("")
    }

    /// Whether it waits for keepalive intervals to pass.
    pub fn is_slow(&self) -> bool {
        self.any_step(&|step| matches!(step.verb, Verb::Wait(_) | Verb::Expect { within: Some(_), .. }))
    }

    /// Whether it is about time at all: keepalive intervals, or what a client waits before it connects again.
    pub fn is_timed(&self) -> bool {
        let waits =
            |step: &Step| matches!(step.verb, Verb::Expect { pattern: Pattern::Waited | Pattern::WaitedNoLess, .. });
        self.is_slow() || self.any_step(&waits)
    }

    /// Whether it sends a target a million octets.
    pub fn is_long(&self) -> bool {
        self.any_step(&|step| match &step.verb {
            Verb::Repeat { times, steps } => u64::from(*times) * steps.iter().map(octets).sum::<u64>() >= 1_000_000,
            _ => false,
        })
    }

    /// Whether it keeps a target busy for as long as that takes thousands of messages.
    pub fn is_heavy(&self) -> bool {
        const MANY: u32 = 1000;
        self.any_step(&|step| match &step.verb {
            Verb::Send(send) => send
                .messages
                .iter()
                .any(|message| matches!(message, MessageTemplate::Burst(burst) if u32::from(burst.count) >= MANY)),
            Verb::Repeat { times, .. } => *times >= MANY,
            _ if self.publishes >= MANY => true,
            _ => false,
        })
    }

    /// Whether the first request of a client under test has to carry the server's id.
    pub fn begins_known(&self) -> bool {
        let carries = |step: &Step| match &step.verb {
            Verb::Expect { pattern: Pattern::ConnectionRequest(request), .. } => {
                matches!(request.server_instance_id, Some(ServerIdPattern::Is(_)))
            }
            _ => false,
        };
        self.steps.iter().find(|step| !matches!(step.verb, Verb::Connect)).is_some_and(carries)
    }

    /// Whether it asks the target's adapter something.
    pub fn asks(&self) -> bool {
        self.any_step(&|step| matches!(step.verb, Verb::Ask(_)))
    }

    /// Whether any step, at whatever depth, is such.
    pub fn any_step(&self, is_such: &dyn Fn(&Step) -> bool) -> bool {
        fn any(steps: &[Step], is_such: &dyn Fn(&Step) -> bool) -> bool {
            steps.iter().any(|step| {
                is_such(step)
                    || match &step.verb {
                        Verb::ForEach { steps, .. } | Verb::Repeat { steps, .. } => any(steps, is_such),
                        _ => false,
                    }
            })
        }
        any(&self.steps, is_such)
    }
}
