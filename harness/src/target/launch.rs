//! Starting a target (or its adapter), keeping what it prints, and ending it with all its children.

use std::collections::{BTreeSet, VecDeque};
use std::net::TcpListener;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How much of a program's output is kept: the end of it.
const KEPT_OCTETS: usize = 64 * 1024;

/// How long a program has to end by itself after SIGTERM.
const GRACE: Duration = Duration::from_secs(2);

/// How long the last of a program's output may take to come once it has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);

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
    /// How many events a client is to publish.
    pub publish: u32,
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
            ("{publish}", "SINK_PUBLISH", self.publish.to_string()),
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
        // A program that is given as a path is looked for from the target file's folder, as its arguments are. It is run there,
        // so the way to it must not begin where we are.
        let folder = std::path::absolute(folder)
            .map_err(|error| LaunchError { program: program.clone(), why: error.to_string() })?;
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

/// A port that is free now. It is none of those that systems give to outgoing connections, of which a run makes many: one of
/// them would take it before the program that it is meant for does.
///
/// # Errors
/// There is none.
pub fn free_port(host: &str) -> std::io::Result<u16> {
    static NEXT: OnceLock<(AtomicU32, u32)> = OnceLock::new();
    let (next, step) = NEXT.get_or_init(|| (AtomicU32::new(fastrand::u16(..).into()), random_step()));
    let in_turn = (0..PORTS).map(|_| {
        let at = next.fetch_add(1, Ordering::Relaxed) % u32::from(PORTS);
        // Less than PORTS, so nothing is cut off.
        LOWEST_PORT + (at * step % u32::from(PORTS)) as u16
    });
    let is_free = |port: &u16| TcpListener::bind((host, *port)).is_ok();
    match in_turn.take(1000).find(is_free) {
        Some(port) => Ok(port),
        None => Ok(TcpListener::bind((host, 0))?.local_addr()?.port()),
    }
}

const LOWEST_PORT: u16 = 10_240;

/// 2^11 times 11.
const PORTS: u16 = 32_768 - LOWEST_PORT;

/// How far it is from one port that is given to the next. It has no divisor in common with [`PORTS`], so every port is given once
/// before one is given again, and nobody gets one that another is about to take. It differs from run to run: two runs side by
/// side that took the same steps would go on finding the same ports free.
fn random_step() -> u32 {
    let is_right = |step: &u32| !step.is_multiple_of(2) && !step.is_multiple_of(11);
    std::iter::repeat_with(|| fastrand::u32(1..u32::from(PORTS))).find(is_right).unwrap_or(1)
}

/// A running program.
#[derive(Debug)]
pub struct Launched {
    child: Child,
    group: Group,
    output: Output,
    keepers: Vec<JoinHandle<()>>,
}

/// A program as whoever waits for it sees it; there may be none.
#[derive(Debug, Clone, Default)]
pub struct Process(Arc<Mutex<Option<Launched>>>);

impl Process {
    /// This program.
    pub fn of(launched: Launched) -> Self {
        Self(Arc::new(Mutex::new(Some(launched))))
    }

    /// How it ended, if there is one and it did.
    pub fn ended(&self) -> Option<ExitStatus> {
        self.lock().as_mut().and_then(Launched::ended)
    }

    /// How it ended, if there is one that did or does within this time: a program's connections end before it does.
    pub async fn ended_within(&self, time: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + time;
        loop {
            let ended = self.lock().as_mut()?.ended();
            if ended.is_some() || Instant::now() >= deadline {
                return ended;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends it; the end of what it printed. Whoever else looks at it finds none from then on.
    pub async fn stop(&self) -> String {
        let launched = self.lock().take();
        match launched {
            Some(launched) => launched.stop().await,
            None => String::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Launched>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let group = Group::of(&child);
        let output = Output::default();
        let mut keepers = Vec::new();
        if let Some(stream) = child.stdout.take() {
            keepers.push(tokio::spawn(keep(stream, output.clone())));
        }
        if let Some(stream) = child.stderr.take() {
            keepers.push(tokio::spawn(keep(stream, output.clone())));
        }
        Ok(Self { child, group, output, keepers })
    }

    /// The end of what it printed so far.
    pub fn output(&self) -> String {
        self.output.text()
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Ends it and its children: SIGTERM, then SIGKILL. The end of what it printed.
    pub async fn stop(mut self) -> String {
        end(&mut self.child, &self.group).await;
        for keeper in &mut self.keepers {
            // Whatever still holds its output open is no child of its group, and not waited for.
            let _ = tokio::time::timeout(LAST_WORDS, keeper).await;
        }
        self.output.text()
    }
}

/// Every group that runs.
static RUNNING: Mutex<BTreeSet<Pid>> = Mutex::new(BTreeSet::new());

/// A program and its children. They are killed when this is dropped.
#[derive(Debug)]
pub(super) struct Group(Option<Pid>);

impl Group {
    pub(super) fn of(child: &Child) -> Self {
        let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).extend(group);
        Self(group)
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.0 {
            // A group that is gone needs no signal.
            let _ = killpg(group, signal);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
        if let Some(group) = self.0 {
            RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&group);
        }
    }
}

/// Kills every program that was started and still runs: for whoever ends without waiting.
pub fn kill_all() {
    for group in RUNNING.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let _ = killpg(*group, Signal::SIGKILL);
    }
}

pub(super) async fn end(child: &mut Child, group: &Group) {
    group.signal(Signal::SIGTERM);
    let _ = tokio::time::timeout(GRACE, child.wait()).await;
    // Its children may have outlived it, and it may not have listened.
    group.signal(Signal::SIGKILL);
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
