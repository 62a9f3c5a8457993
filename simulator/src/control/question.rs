//! An adapter's questions, one a line of JSON, and the answers.

use serde::{Deserialize, Serialize};
use sinkcheck_spec::wire::{Event, InstanceId};

use super::{Answering, ControlError, Described};

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    Prepare {
        client: String,
        #[serde(default)]
        client_instance_id: Option<InstanceId>,
        #[serde(default)]
        server_instance_id: Option<InstanceId>,
    },
    Publish {
        client: String,
        event: Event<'static>,
    },
    Delivered {
        client: String,
    },
    Restart {
        client: String,
    },
    Wipe {
        client: String,
        #[serde(default)]
        client_instance_id: Option<InstanceId>,
    },
}

/// The questions that [`Question`] reads.
const KNOWN: [&str; 5] = ["prepare", "publish", "delivered", "restart", "wipe"];

/// What every question has.
#[derive(Deserialize)]
struct Head {
    ask: String,
}

#[derive(Default, Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    ok: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<Vec<Event<'static>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsupported: Option<bool>,
}

/// Answers one line, without line feeds in either. `{"ask":"prepare"|"publish"|"delivered"|"restart"|"wipe","client":…}`,
/// with an `event` for publish, is answered `{"ok":true}`, with `events` for delivered, or `{"ok":false,"error":…}`; any
/// other question, and one that this side has no use for, `{"unsupported":true}`.
///
/// Of clients that are run, `prepare` may describe the state with a `client_instance_id` and, for a client that has met a
/// server, a `server_instance_id`; `wipe` may give the new `client_instance_id`.
#[must_use]
pub fn answer(answering: &impl Answering, line: &str) -> String {
    let answer = match serde_json::from_str::<Question>(line) {
        Ok(question) => ask(answering, question).unwrap_or_else(|error| match error {
            ControlError::Unsupported => Answer::unsupported(),
            error => Answer::failed(&error),
        }),
        Err(error) => match serde_json::from_str::<Head>(line) {
            Ok(head) if !KNOWN.contains(&head.ask.as_str()) => Answer::unsupported(),
            _ => Answer::failed(&error),
        },
    };
    serde_json::to_string(&answer).unwrap_or_else(|error| format!(r#"{{"ok":false,"error":"no answer: {error}"}}"#))
}

fn ask(answering: &impl Answering, question: Question) -> Result<Answer, ControlError> {
    match question {
        Question::Prepare { client, client_instance_id, server_instance_id } => {
            let described = match (client_instance_id, server_instance_id) {
                (Some(client_instance_id), _) => Some(Described { client_instance_id, server_instance_id }),
                (None, None) => None,
                (None, Some(_)) => return Err(ControlError::NoClientId),
            };
            answering.prepare(&client, described)?;
        }
        Question::Publish { client, event } => answering.publish(&client, event)?,
        Question::Delivered { client } => {
            let events = Some(answering.delivered(&client)?);
            return Ok(Answer { events, ..Answer::done() });
        }
        Question::Restart { client } => answering.restart(&client)?,
        Question::Wipe { client, client_instance_id } => answering.wipe(&client, client_instance_id)?,
    }
    Ok(Answer::done())
}

impl Answer {
    fn done() -> Self {
        Self { ok: Some(true), ..Self::default() }
    }

    fn unsupported() -> Self {
        Self { unsupported: Some(true), ..Self::default() }
    }

    fn failed(error: &dyn std::error::Error) -> Self {
        Self { ok: Some(false), error: Some(error.to_string()), ..Self::default() }
    }
}
