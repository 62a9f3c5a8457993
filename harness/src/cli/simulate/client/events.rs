//! A client's events, from wherever they come to its outbox, in a thread: reading, and the disk, may take any time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use sinkcheck_simulator::ClientControl;
use sinkcheck_simulator::client::ClientError;
use sinkcheck_spec::wire::Event;
use tokio::sync::oneshot;

use super::setup::Source;
use crate::cli::exit::Failure;
use crate::cli::outputs::write_stdout;
use crate::cli::say;
use crate::target::builtin::own_event;

/// The longest line, in octets: room for the largest event, whatever form its octets are written in.
const MAX_LINE: usize = 1 << 20;

/// How many lines of a file are written to the disk together.
const BATCH: usize = 256;

/// How soon it is looked whether a full outbox has room again.
const ROOM: Duration = Duration::from_millis(20);

/// A client's events before any was read.
pub(super) enum Events {
    MadeUp(u64),
    Lines(Lines),
}

/// Lines of JSON, an event each.
pub(super) struct Lines {
    name: String,
    reader: BufReader<Box<dyn Read + Send>>,
    /// Whether whoever writes the lines is told what became of each. Such lines are not the same ones at the next start.
    are_answered: bool,
}

/// Events that are being read.
pub(super) struct Reading {
    /// Told when there is no more to read, or it can't be read. If the client ends before, it is dropped.
    pub(super) over: oneshot::Receiver<Result<(), Failure>>,
    /// Whether a line was no event so far.
    pub(super) wrong: Arc<AtomicBool>,
}

impl Events {
    /// Opens them.
    pub(super) fn open(source: &Source) -> Result<Self, Failure> {
        let lines = match source {
            Source::MadeUp(count) => return Ok(Self::MadeUp(*count)),
            Source::StandardInput => Lines {
                name: "standard input".to_owned(),
                reader: BufReader::new(Box::new(io::stdin())),
                are_answered: true,
            },
            Source::File(path) => {
                let reader: BufReader<Box<dyn Read + Send>> = BufReader::new(Box::new(open(path)?));
                Lines { name: path.display().to_string(), reader, are_answered: false }
            }
        };
        Ok(Self::Lines(lines))
    }

    /// Publishes them all.
    pub(super) fn publish(self, control: ClientControl) -> Reading {
        let (over, told) = oneshot::channel();
        let wrong = Arc::new(AtomicBool::new(false));
        let found = Arc::clone(&wrong);
        thread::spawn(move || {
            let published = match self {
                Self::MadeUp(count) => made_up(count, &control),
                Self::Lines(lines) => lines.publish(&control, &found),
            };
            let told = match published {
                Ok(()) => Ok(()),
                Err(Stopped::Unread(failure)) => Err(failure),
                Err(Stopped::WithTheClient) => return,
            };
            // Nobody listens to the end of what a client that has ended was to publish.
            let _ = over.send(told);
        });
        Reading { over: told, wrong }
    }
}

/// Why there is nothing more to publish, before the end.
enum Stopped {
    Unread(Failure),
    /// The client says itself why it ended.
    WithTheClient,
}

fn open(path: &Path) -> Result<File, Failure> {
    let wrong = |error: io::Error| Failure::usage(format!("--events {}: {error}", path.display()));
    let file = File::open(path).map_err(wrong)?;
    if file.metadata().map_err(wrong)?.is_dir() {
        return Err(Failure::usage(format!("--events {}: it is a folder", path.display())));
    }
    Ok(file)
}

fn made_up(count: u64, control: &ClientControl) -> Result<(), Stopped> {
    let mut batch = Batch::default();
    for number in control.lines_taken()..count {
        // It is small.
        let Ok(event) = own_event(number) else { continue };
        batch.push(event, number + 1, control)?;
    }
    batch.publish(control)
}

/// Events that wait for the disk together, each with the number of its line.
#[derive(Default)]
struct Batch(Vec<(Event<'static>, u64)>);

impl Batch {
    fn push(&mut self, event: Event<'static>, line: u64, control: &ClientControl) -> Result<(), Stopped> {
        self.0.push((event, line));
        if self.0.len() < BATCH { Ok(()) } else { self.publish(control) }
    }

    fn publish(&mut self, control: &ClientControl) -> Result<(), Stopped> {
        while !self.0.is_empty() {
            let taken = control.publish_lines(self.0.clone()).map_err(|_| Stopped::WithTheClient)?;
            self.0.drain(..taken);
            if !self.0.is_empty() {
                thread::sleep(ROOM);
            }
        }
        Ok(())
    }
}

/// Publishes one event, as soon as the outbox has room.
fn publish(event: &Event<'static>, control: &ClientControl) -> Result<(), Stopped> {
    loop {
        match control.publish(event.clone()) {
            Ok(_) => return Ok(()),
            Err(ClientError::OutboxFull(_)) => thread::sleep(ROOM),
            Err(ClientError::NotKept(_) | ClientError::Stopped) => return Err(Stopped::WithTheClient),
        }
    }
}

impl Lines {
    fn publish(mut self, control: &ClientControl, wrong: &AtomicBool) -> Result<(), Stopped> {
        let taken = if self.are_answered { 0 } else { control.lines_taken() };
        let (mut number, mut line, mut batch) = (0, Vec::new(), Batch::default());
        loop {
            if !self.reader.buffer().contains(&b'\n') {
                // The next line may be long in coming.
                batch.publish(control)?;
            }
            let next = read_line(&mut self.reader, &mut line)
                .map_err(|error| Stopped::Unread(Failure::usage(format!("{}: {error}", self.name))))?;
            if next == Next::End {
                break;
            }
            number += 1;
            if number <= taken || next == Next::Line && line.trim_ascii().is_empty() {
                continue;
            }
            let event = match next {
                Next::TooLong => Err(format!("longer than {MAX_LINE} octets")),
                _ => serde_json::from_slice(&line).map_err(|error| without_line(&error)),
            };
            match event {
                Ok(event) if self.are_answered => {
                    publish(&event, control)?;
                    answer(&json!({ "accepted": number }));
                }
                Ok(event) => batch.push(event, number, control)?,
                Err(why) => {
                    wrong.store(true, Ordering::Relaxed);
                    say(format!("{}:{number}: no event, not published: {why}", self.name));
                    if self.are_answered {
                        answer(&json!({ "refused": number, "why": why }));
                    }
                }
            }
        }
        if number < taken {
            let name = &self.name;
            say(format!("{name}: it has {number} lines, and {taken} were taken before: is it another file?"));
        }
        batch.publish(control)
    }
}

/// Whoever doesn't read the answers doesn't need them.
fn answer(value: &serde_json::Value) {
    let _ = write_stdout(format!("{value}\n").as_bytes());
}

/// The reader of JSON sees one line, and would call each the first.
fn without_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.replace(&format!(" at line {} column ", error.line()), " at column ")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    End,
    Line,
    TooLong,
}

/// The next line, with its line feed if it has one. One that is too long is read to its end, and not kept.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Next> {
    line.clear();
    let most = MAX_LINE as u64 + 1;
    if reader.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(Next::End);
    }
    if line.len() <= MAX_LINE || line.last() == Some(&b'\n') {
        return Ok(Next::Line);
    }
    loop {
        let there = reader.fill_buf()?;
        let (used, is_over) = match there.iter().position(|&octet| octet == b'\n') {
            Some(at) => (at + 1, true),
            None => (there.len(), there.is_empty()),
        };
        reader.consume(used);
        if is_over {
            return Ok(Next::TooLong);
        }
    }
}
