//! The program under test, run with a limit on its time and an eye on its memory.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::document::{difference, document};

/// Where the program is.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_sinkcheck");

/// No run of these tests takes nearly as long on an idle machine.
const LIMIT: Duration = Duration::from_secs(100);

/// More than any run may hold in memory, in KiB.
const MOST_MEMORY: u64 = 300 * 1024;

/// A call that is still to be made.
pub(crate) struct Call {
    command: Command,
    input: Vec<u8>,
    input_stays_open: bool,
}

/// A call of the program with these arguments.
pub(crate) fn sinkcheck<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Call {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    Call::of(command)
}

impl Call {
    /// A call of another program, which calls this one.
    pub(crate) fn of(mut command: Command) -> Self {
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        Self { command, input: Vec::new(), input_stays_open: false }
    }

    /// What it reads on standard input.
    pub(crate) fn input(mut self, octets: impl Into<Vec<u8>>) -> Self {
        self.input = octets.into();
        self
    }

    /// A variable of its environment.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where it runs.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it to its end, which must come in time, within its memory and without a panic.
    #[track_caller]
    pub(crate) fn run(self) -> Done {
        self.start().end()
    }

    /// Runs it, and closes its standard output after the first octets that come.
    #[track_caller]
    pub(crate) fn run_with_a_reader_that_leaves(self) -> Done {
        let mut running = self.begin();
        let mut stdout = running.child.stdout.take().expect("it is piped");
        let mut first = [0; 10];
        // It may have written nothing at all.
        let _ = stdout.read(&mut first);
        drop(stdout);
        running.end()
    }

    /// Starts it with a standard input that stays open, for whoever has the writer.
    #[track_caller]
    pub(crate) fn start_with_input(mut self) -> (Running, ChildStdin) {
        self.input_stays_open = true;
        let mut running = self.start();
        let stdin = running.child.stdin.take().expect("it was left open");
        (running, stdin)
    }

    pub(crate) fn start(self) -> Running {
        let mut running = self.begin();
        running.stdout = running.child.stdout.take().map(Reader::of);
        running
    }

    fn begin(mut self) -> Running {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let begun = Instant::now();
        let mut child = self.command.spawn().expect("the program starts");
        if !self.input_stays_open {
            let mut stdin = child.stdin.take().expect("it is piped");
            let input = self.input;
            // It may end without having read all.
            std::thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let stderr = child.stderr.take().map(Reader::of);
        let json_files = json_files(&self.command);
        Running { what: format!("{:?}", self.command), json_files, child, stdout: None, stderr, begun }
    }
}

/// Keeps what a stream gives.
struct Reader(JoinHandle<()>, std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl Reader {
    fn of(mut stream: impl Read + Send + 'static) -> Self {
        let kept = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let to = std::sync::Arc::clone(&kept);
        let thread = std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = stream.read(&mut buffer) {
                to.lock().expect("nobody panics holding it").extend_from_slice(&buffer[..count]);
            }
        });
        Self(thread, kept)
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.1.lock().expect("nobody panics holding it")).into_owned()
    }

    fn all(self) -> String {
        let Self(thread, kept) = self;
        thread.join().expect("a reader ends with its stream");
        String::from_utf8_lossy(&kept.lock().expect("nobody panics holding it")).into_owned()
    }
}

/// A call under way. It is killed when it is dropped.
pub(crate) struct Running {
    what: String,
    json_files: Vec<PathBuf>,
    child: Child,
    stdout: Option<Reader>,
    stderr: Option<Reader>,
    begun: Instant,
}

impl Running {
    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("ids are small");
        kill(Pid::from_raw(id), signal).expect("it runs");
    }

    /// Waits until standard output has this text; all that it has then.
    #[track_caller]
    pub(crate) fn wait_for_output(&mut self, text: &str) -> String {
        let output = |running: &Self| running.stdout.as_ref().map(Reader::so_far).unwrap_or_default();
        self.wait(text, output)
    }

    /// The same for standard error.
    #[track_caller]
    pub(crate) fn wait_for_message(&mut self, text: &str) -> String {
        let output = |running: &Self| running.stderr.as_ref().map(Reader::so_far).unwrap_or_default();
        self.wait(text, output)
    }

    #[track_caller]
    fn wait(&mut self, text: &str, output: impl Fn(&Self) -> String) -> String {
        eventually(text, || Some(output(self)).filter(|so_far| so_far.contains(text)))
    }

    /// Waits until it ends, which must be in time, within its memory and without a panic.
    #[track_caller]
    pub(crate) fn end(mut self) -> Done {
        let mut peak_kib = 0;
        let status = loop {
            peak_kib = peak_kib.max(peak_memory(self.child.id()));
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                break status;
            }
            assert!(self.begun.elapsed() < LIMIT, "{} is not over after {LIMIT:?}", self.what);
            std::thread::sleep(Duration::from_millis(5));
        };
        let took = self.begun.elapsed();
        let done = Done {
            what: std::mem::take(&mut self.what),
            code: status.code(),
            stdout: self.stdout.take().map(Reader::all).unwrap_or_default(),
            stderr: self.stderr.take().map(Reader::all).unwrap_or_default(),
            took,
        };
        assert!(!done.stderr.contains("panicked at"), "{done:?}");
        assert!(peak_kib < MOST_MEMORY, "{} took {peak_kib} KiB", done.what);
        if matches!(done.code, Some(0 | 1 | 3 | 4)) {
            check_documents(&done.stdout, &self.json_files);
        }
        done
    }
}

/// The files that a call writes documents to.
fn json_files(command: &Command) -> Vec<PathBuf> {
    let arguments: Vec<_> = command.get_args().collect();
    // What `detect` writes has a form of its own.
    let is_of_a_run = arguments.first().is_none_or(|verb| *verb != "detect");
    let pairs = arguments.windows(4).filter(|words| words[0] == "--format" && words[1] == "json");
    let files = pairs.filter(|words| is_of_a_run && words[2] == "--output").map(|words| PathBuf::from(words[3]));
    let within = command.get_current_dir().unwrap_or(Path::new(""));
    files.map(|file| within.join(file)).collect()
}

/// Every result document, and every difference of two, that a call of these tests writes keeps the published schema.
#[track_caller]
fn check_documents(stdout: &str, files: &[PathBuf]) {
    let check = |text: &str| {
        if text.contains("\n  \"must_got_worse\": ") { difference(text) } else { document(text) }
    };
    let is_one = |member: &str| stdout.contains(&format!("\n  \"{member}\": "));
    if stdout.starts_with("{\n  \"schema\": ") && (is_one("summary") || is_one("must_got_worse")) {
        check(stdout);
    }
    // /dev/stdout is the call's own, and that of the tests here.
    for file in files.iter().filter(|file| file.is_file() && !file.starts_with("/dev")) {
        check(&std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display())));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended needs no end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The most memory that a process ever held, in KiB; 0 where the system doesn't tell.
fn peak_memory(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

/// Looks again and again until there is something to see.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process of this id is there, and no zombie.
pub(crate) fn is_alive(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim_start().starts_with('Z'))
}

/// A call that is over.
#[derive(Debug)]
pub(crate) struct Done {
    what: String,
    /// `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Done {
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}\n{}", self.what, end(&self.stdout), end(&self.stderr));
        self
    }

    /// Nothing was certified: a MUST was broken or nothing was shown. Which of the two may depend on how fast a machine is.
    #[track_caller]
    pub(crate) fn certifies_nothing(self) -> Self {
        let is_right = matches!(self.code, Some(1 | 3));
        assert!(is_right, "{:?} {}\n{}\n{}", self.code, self.what, end(&self.stdout), end(&self.stderr));
        self
    }

    /// One of these texts is for a person to read: on standard output or standard error. Lines may be broken anywhere.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = words(&format!("{}\n{}", self.stdout, self.stderr));
        let (stdout, stderr) = (end(&self.stdout), end(&self.stderr));
        assert!(said.contains(&words(text)), "{} doesn't say {text:?}:\n{stdout}\n{stderr}", self.what);
        self
    }

    #[track_caller]
    pub(crate) fn says_all(self, texts: &[&str]) -> Self {
        texts.iter().fold(self, |done, text| done.says(text))
    }

    #[track_caller]
    pub(crate) fn within(self, limit: Duration) -> Self {
        assert!(self.took < limit, "{} took {:?}", self.what, self.took);
        self
    }
}

/// The end of what was printed, for the messages of these tests.
fn end(text: &str) -> &str {
    let at = text.char_indices().rev().nth(4000).map_or(0, |(at, _)| at);
    &text[at..]
}
