//! Starting a target (or its adapter), keeping what it prints, and ending it with all its children.

use std::collections::VecDeque;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// How much of a program's output is kept: the end of it.
const KEPT_OCTETS: usize = 64 * 1024;

/// How long a program has to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);

/// What a launched command is told, in its environment and in place of `{host}`, `{port}` … in its arguments.
#[derive(Debug, Clone, Default)]
pub struct Placeholders {
    /// The host of the address.
    pub host: String,
    /// The port of the address.
    pub port: Option<u16>,
    /// The fixture that the case is played as; empty where it is started once for all.
    pub fixture: String,
    /// The fixture's client_instance_id; empty where there is none.
    pub client_instance_id: String,
    /// The server's instance id; empty where it isn't known.
    pub server_instance_id: String,
    /// A free port, for an adapter to meet the program at.
    pub control_port: u16,
}

impl Placeholders {
    fn pairs(&self) -> [(&'static str, &'static str, String); 7] {
        [
            ("{host}", "SINK_HOST", self.host.clone()),
            ("{port}", "SINK_PORT", self.port.map(|port| port.to_string()).unwrap_or_default()),
            ("{fixture}", "SINK_FIXTURE", self.fixture.clone()),
            ("{client_instance_id}", "SINK_CLIENT_INSTANCE_ID", self.client_instance_id.clone()),
            ("{server_instance_id}", "SINK_SERVER_INSTANCE_ID", self.server_instance_id.clone()),
            ("{publish}", "SINK_PUBLISH", "0".to_owned()),
            ("{control_port}", "SINK_CONTROL_PORT", self.control_port.to_string()),
        ]
    }

    fn fill(&self, argument: &str) -> String {
        self.pairs().iter().fold(argument.to_owned(), |text, (mark, _, value)| text.replace(mark, value))
    }

    /// The command, filled in and with its environment, in a process group of its own.
    pub(super) fn command(&self, command: &[String], folder: &Path) -> Result<Command, LaunchError> {
        let program = command
            .first()
            .ok_or_else(|| LaunchError { program: String::new(), why: "the command is empty".to_owned() })?;
        // A program that is given as a path is looked for from the target file's folder, as its arguments are.
        let program = self.fill(program);
        let mut built =
            if program.contains('/') { Command::new(folder.join(&program)) } else { Command::new(&program) };
        built.args(command[1..].iter().map(|argument| self.fill(argument)));
        for (_, name, value) in self.pairs() {
            built.env(name, value);
        }
        built.current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
        Ok(built)
    }
}

/// Why a program could not be started.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{program}` can't be started: {why}")]
pub struct LaunchError {
    pub(super) program: String,
    pub(super) why: String,
}

/// A port on loopback that is free now.
///
/// # Errors
/// There is none.
pub fn free_port(host: &str) -> std::io::Result<u16> {
    Ok(TcpListener::bind((host, 0))?.local_addr()?.port())
}

/// A running program.
#[derive(Debug)]
pub struct Launched {
    child: Child,
    group: Option<Pid>,
    output: Output,
}

/// The end of what a program printed.
#[derive(Debug, Clone, Default)]
struct Output(Arc<Mutex<VecDeque<u8>>>);

impl Output {
    fn push(&self, octets: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(octets);
        let over = kept.len().saturating_sub(KEPT_OCTETS);
        kept.drain(..over);
    }

    fn text(&self) -> String {
        let kept: Vec<u8> = self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        String::from_utf8_lossy(&kept).into_owned()
    }
}

impl Launched {
    /// Starts a command.
    ///
    /// # Errors
    /// It can't be started.
    pub fn start(command: &[String], folder: &Path, with: &Placeholders) -> Result<Self, LaunchError> {
        let mut built = with.command(command, folder)?;
        built.stdin(Stdio::null());
        let mut child =
            built.spawn().map_err(|error| LaunchError { program: command[0].clone(), why: error.to_string() })?;
        let output = Output::default();
        if let Some(stream) = child.stdout.take() {
            tokio::spawn(keep(stream, output.clone()));
        }
        if let Some(stream) = child.stderr.take() {
            tokio::spawn(keep(stream, output.clone()));
        }
        let group = group_of(&child);
        Ok(Self { child, group, output })
    }

    /// The end of what it printed so far.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// Ends it and its children: SIGTERM, then SIGKILL.
    pub async fn stop(mut self) -> String {
        end(&mut self.child, self.group).await;
        self.output.text()
    }
}

impl Drop for Launched {
    fn drop(&mut self) {
        kill(self.group, Signal::SIGKILL);
    }
}

pub(super) fn group_of(child: &Child) -> Option<Pid> {
    child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw)
}

pub(super) fn kill(group: Option<Pid>, signal: Signal) {
    if let Some(group) = group {
        // A group that is gone needs no signal.
        let _ = killpg(group, signal);
    }
}

pub(super) async fn end(child: &mut Child, group: Option<Pid>) {
    kill(group, Signal::SIGTERM);
    let _ = tokio::time::timeout(GRACE, child.wait()).await;
    // Its children may have outlived it, and it may not have listened.
    kill(group, Signal::SIGKILL);
    let _ = child.wait().await;
}

async fn keep(mut stream: impl AsyncRead + Unpin, output: Output) {
    let mut buffer = [0; 4096];
    while let Ok(count) = stream.read(&mut buffer).await
        && count > 0
    {
        output.push(&buffer[..count]);
    }
}
