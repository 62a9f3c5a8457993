//! An adapter's questions, one a line of JSON, and the answers.

use serde::{Deserialize, Serialize};
use sinkcheck_spec::wire::Event;

use super::{Control, ControlError};

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Question {
    Prepare { client: String },
    Publish { client: String, event: Event<'static> },
    Delivered { client: String },
}

/// The questions that [`Question`] reads.
const KNOWN: [&str; 3] = ["prepare", "publish", "delivered"];

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

/// Answers one line, without line feeds in either. `{"ask":"prepare"|"publish"|"delivered","client":…}`, with an
/// `event` for publish, is answered `{"ok":true}`, with `events` for delivered, or `{"ok":false,"error":…}`; any other
/// question `{"unsupported":true}`.
#[must_use]
pub fn answer(control: &Control, line: &str) -> String {
    let answer = match serde_json::from_str::<Question>(line) {
        Ok(question) => ask(control, question).unwrap_or_else(|error| Answer::failed(&error)),
        Err(error) => match serde_json::from_str::<Head>(line) {
            Ok(head) if !KNOWN.contains(&head.ask.as_str()) => Answer { unsupported: Some(true), ..Answer::default() },
            _ => Answer::failed(&error),
        },
    };
    serde_json::to_string(&answer).unwrap_or_else(|error| format!(r#"{{"ok":false,"error":"no answer: {error}"}}"#))
}

fn ask(control: &Control, question: Question) -> Result<Answer, ControlError> {
    match question {
        Question::Prepare { client } => control.prepare(&client).map(|()| Answer::done()),
        Question::Publish { client, event } => control.publish(&client, event).map(|_| Answer::done()),
        Question::Delivered { client } => {
            let events = Some(control.delivered(&client)?);
            Ok(Answer { events, ..Answer::done() })
        }
    }
}

impl Answer {
    fn done() -> Self {
        Self { ok: Some(true), ..Self::default() }
    }

    fn failed(error: &dyn std::error::Error) -> Self {
        Self { ok: Some(false), error: Some(error.to_string()), ..Self::default() }
    }
}
