//! The target's adapter: it makes the application publish, tells what it took, and puts fixtures back.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use sinkcheck_simulator::client::ClientControl;
use sinkcheck_spec::wire::{Event, EventFields, Octets};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::Mutex;

use super::launch::{self, Placeholders};

/// How long an adapter has for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest line that is read: 4,096 events of some KiB.
const MAX_LINE: u64 = 64 << 20;

/// How long a program may take to end once it has closed its output.
const LAST_BREATH: Duration = Duration::from_secs(2);

/// How many characters are shown of what an adapter said.
const SHOWN: usize = 120;

/// An adapter, whatever is behind it.
#[derive(Debug)]
pub enum Adapter {
    /// A program.
    Process(Box<ProcessAdapter>),
    /// The built-in server's own control.
    BuiltIn(sinkcheck_simulator::Control),
    /// The built-in client's own control.
    BuiltInClient(ClientControl),
}

/// Why an adapter did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdapterError {
    /// It can't do that, and says so.
    #[error("the adapter doesn't support `{0}`")]
    Unsupported(&'static str),
    /// It says that something is wrong.
    #[error("the adapter says of `{0}`: {1}")]
    Refused(&'static str, String),
    /// It ended, hangs, or says what can't be understood.
    #[error("the adapter failed at `{0}`: {1}")]
    Broken(&'static str, String),
}

impl Adapter {
    /// Puts a fixture back as the target file says it is.
    ///
    /// # Errors
    /// It can't, or it failed.
    pub async fn prepare(&self, client: &str) -> Result<(), AdapterError> {
        match self {
            Self::Process(process) => {
                process.ask("prepare", json!({ "ask": "prepare", "client": client })).await.map(|_| ())
            }
            Self::BuiltIn(control) => {
                control.prepare(client).map_err(|error| AdapterError::Refused("prepare", error.to_string()))
            }
            Self::BuiltInClient(control) => {
                control.prepare().map_err(|error| AdapterError::Refused("prepare", error.to_string()))
            }
        }
    }

    /// Starts a client under test anew, with all that it keeps.
    ///
    /// # Errors
    /// It can't, or it failed.
    pub async fn restart(&self, client: &str) -> Result<(), AdapterError> {
        match self {
            Self::Process(process) => {
                process.ask("restart", json!({ "ask": "restart", "client": client })).await.map(|_| ())
            }
            Self::BuiltIn(_) => Err(AdapterError::Unsupported("restart")),
            Self::BuiltInClient(control) => {
                control.restart().map_err(|error| AdapterError::Refused("restart", error.to_string()))
            }
        }
    }

    /// Wipes a client under test: it is another instance from then on.
    ///
    /// # Errors
    /// It can't, or it failed.
    pub async fn wipe(&self, client: &str) -> Result<(), AdapterError> {
        match self {
            Self::Process(process) => process.ask("wipe", json!({ "ask": "wipe", "client": client })).await.map(|_| ()),
            Self::BuiltIn(_) => Err(AdapterError::Unsupported("wipe")),
            Self::BuiltInClient(control) => {
                control.wipe(None).map_err(|error| AdapterError::Refused("wipe", error.to_string()))
            }
        }
    }

    /// Makes the application publish an event.
    ///
    /// # Errors
    /// It can't, or it failed.
    pub async fn publish(&self, client: &str, event: &Event<'static>) -> Result<(), AdapterError> {
        match self {
            Self::Process(process) => {
                let ask = json!({ "ask": "publish", "client": client, "event": event_to_json(event) });
                process.ask("publish", ask).await.map(|_| ())
            }
            Self::BuiltIn(control) => control
                .publish(client, event.clone())
                .map(|_| ())
                .map_err(|error| AdapterError::Refused("publish", error.to_string())),
            Self::BuiltInClient(control) => control
                .publish(event.clone())
                .map(|_| ())
                .map_err(|error| AdapterError::Refused("publish", error.to_string())),
        }
    }

    /// The events that the application took, in order.
    ///
    /// # Errors
    /// It can't say, or it failed.
    pub async fn delivered(&self, client: &str) -> Result<Vec<Event<'static>>, AdapterError> {
        const ASK: &str = "delivered";
        match self {
            Self::Process(process) => {
                let answer = process.ask(ASK, json!({ "ask": ASK, "client": client })).await?;
                let list = answer.get("events").and_then(Value::as_array);
                let list = list.ok_or_else(|| AdapterError::Broken(ASK, "the answer has no `events`".to_owned()))?;
                list.iter().map(|value| event_from_json(value).map_err(|why| AdapterError::Broken(ASK, why))).collect()
            }
            Self::BuiltIn(control) => {
                control.delivered(client).map_err(|error| AdapterError::Refused(ASK, error.to_string()))
            }
            Self::BuiltInClient(control) => Ok(control.delivered()),
        }
    }

    /// Ends the adapter, if it is a program.
    pub async fn stop(self) {
        if let Self::Process(process) = self {
            process.stop().await;
        }
    }
}

/// A program that speaks JSON lines.
#[derive(Debug)]
pub struct ProcessAdapter {
    lines: Mutex<Lines>,
    group: launch::Group,
}

#[derive(Debug)]
struct Lines {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// After a failure answers can't be told from late ones.
    broken: Option<String>,
}

impl ProcessAdapter {
    /// Starts the program.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(command: &[String], folder: &Path, with: &Placeholders) -> Result<Self, launch::LaunchError> {
        let mut built = with.command(command, folder)?;
        built.stdin(Stdio::piped()).stderr(Stdio::inherit());
        let failed = |why: String| launch::LaunchError { program: command[0].clone(), why };
        let mut child = built.spawn().map_err(|error| failed(error.to_string()))?;
        let group = launch::Group::of(&child);
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(failed("it has no standard input or output".to_owned()));
        };
        Ok(Self { lines: Mutex::new(Lines { child, input, output: BufReader::new(output), broken: None }), group })
    }

    async fn ask(&self, what: &'static str, ask: Value) -> Result<Value, AdapterError> {
        let mut lines = self.lines.lock().await;
        if let Some(why) = &lines.broken {
            return Err(AdapterError::Broken(what, why.clone()));
        }
        let answer = match tokio::time::timeout(PATIENCE, lines.exchange(&ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        };
        let answer = answer.map_err(|why| {
            lines.broken = Some(why.clone());
            AdapterError::Broken(what, why)
        })?;
        if answer.get("unsupported").and_then(Value::as_bool) == Some(true) {
            return Err(AdapterError::Unsupported(what));
        }
        match answer.get("ok").and_then(Value::as_bool) {
            Some(true) => Ok(answer),
            Some(false) => {
                let why = answer.get("error").and_then(Value::as_str).unwrap_or("no reason given");
                Err(AdapterError::Refused(what, abridged(why)))
            }
            None => {
                Err(AdapterError::Broken(what, format!("an answer without `ok`: {}", abridged(&answer.to_string()))))
            }
        }
    }

    async fn stop(self) {
        let mut lines = self.lines.into_inner();
        // The end of its input tells it that it is done.
        drop(lines.input);
        launch::end(&mut lines.child, &self.group).await;
    }
}

impl Lines {
    /// How it ended, or what else is to be said: its end comes after that of its streams.
    async fn end_or(&mut self, otherwise: String) -> String {
        let status = tokio::time::timeout(LAST_BREATH, self.child.wait()).await.ok().and_then(Result::ok);
        status.map_or(otherwise, |status| format!("it ended: {status}"))
    }

    async fn exchange(&mut self, ask: &Value) -> Result<Value, String> {
        let line = format!("{ask}\n");
        let written = match self.input.write_all(line.as_bytes()).await {
            Ok(()) => self.input.flush().await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            return Err(self.end_or(format!("it doesn't read: {error}")).await);
        }
        let mut answer = Vec::new();
        let mut limited = (&mut self.output).take(MAX_LINE);
        limited.read_until(b'\n', &mut answer).await.map_err(|error| error.to_string())?;
        if answer.is_empty() {
            return Err(self.end_or("it closed its output".to_owned()).await);
        }
        serde_json::from_slice(&answer)
            .map_err(|error| format!("not a line of JSON ({error}): {}", abridged(&String::from_utf8_lossy(&answer))))
    }
}

/// The beginning of what an adapter said.
fn abridged(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// An event in the form of the vectors.
pub(crate) fn event_to_json(event: &Event<'_>) -> Value {
    json!({
        "event_type_id": event.event_type_id(),
        "schema_version": event.schema_version(),
        "key": Octets::from(event.key()),
        "offset": event.offset(),
        "timestamp": event.timestamp(),
        "event_data": Octets::from(event.event_data()),
    })
}

#[derive(serde::Deserialize)]
struct EventForm {
    event_type_id: u64,
    schema_version: u64,
    key: Octets,
    offset: u64,
    timestamp: u64,
    event_data: Octets,
}

fn event_from_json(value: &Value) -> Result<Event<'static>, String> {
    let form: EventForm = serde_json::from_value(value.clone()).map_err(|error| format!("not an event: {error}"))?;
    let fields = EventFields {
        event_type_id: form.event_type_id,
        schema_version: form.schema_version,
        key: form.key.0.into(),
        offset: form.offset,
        timestamp: form.timestamp,
        event_data: form.event_data.0.into(),
    };
    Event::new(fields).map_err(|error| error.to_string())
}
