//! The file that a session is kept in: JSON lines, one for each read and each event.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use sinkcheck_spec::catalogue::Role;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::tell::{Tell, Trouble};

/// Lines are gathered up to so many octets while more wait, and written at once.
const GATHERED: usize = 64 << 10;

/// Why a record can't be begun.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct RecordError {
    file: PathBuf,
    why: io::Error,
}

/// A line of a record.
#[derive(Serialize)]
struct Line<'a> {
    ms: f64,
    connection: u64,
    from: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
}

enum Entry {
    Octets {
        at: Duration,
        connection: u64,
        from: Role,
        octets: Bytes,
        place: Option<OwnedSemaphorePermit>,
    },
    Event {
        at: Duration,
        connection: u64,
        from: Role,
        event: &'static str,
    },
    /// The session is over.
    End,
}

/// Keeps a session in a file. Clones write to the same one. What can't be written ends the record and nothing else.
#[derive(Clone, Debug)]
pub struct Recorder {
    entries: mpsc::UnboundedSender<Entry>,
    failed: Arc<AtomicBool>,
}

impl Recorder {
    /// Begins a record, in place of what the file held. The thread ends once everything is written that came before
    /// [`Recorder::end`].
    ///
    /// # Errors
    /// The file can't be written to.
    pub fn begin(file: &Path, tell: Arc<dyn Tell>) -> Result<(Self, JoinHandle<()>), RecordError> {
        let failed = |why| RecordError { file: file.to_owned(), why };
        let open = File::create(file).map_err(failed)?;
        let (entries, taken) = mpsc::unbounded_channel();
        let recorder = Self { entries, failed: Arc::default() };
        let (name, stopped) = (file.to_owned(), Arc::clone(&recorder.failed));
        let writing = std::thread::Builder::new().name("record".to_owned()).spawn(move || {
            if let Err(error) = write_all(open, taken) {
                stopped.store(true, Ordering::Relaxed);
                let name = name.display();
                tell.trouble(Trouble::Record(format!(
                    "--record {name}: {error}; the record ends here, the traffic goes on"
                )));
            }
        });
        Ok((recorder, writing.map_err(failed)?))
    }

    /// Octets passed. They keep their place until they are written.
    pub(super) fn octets(
        &self,
        at: Duration,
        connection: u64,
        from: Role,
        octets: Bytes,
        place: Option<OwnedSemaphorePermit>,
    ) {
        self.send(Entry::Octets { at, connection, from, octets, place });
    }

    /// Something else happened.
    pub(super) fn event(&self, at: Duration, connection: u64, from: Role, event: &'static str) {
        self.send(Entry::Event { at, connection, from, event });
    }

    fn send(&self, entry: Entry) {
        // A record that has ended takes no more.
        let _ = self.entries.send(entry);
    }

    /// Nothing more is to be recorded.
    pub fn end(&self) {
        self.send(Entry::End);
    }

    /// Whether the record ended before the session.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

/// Writes whole lines, as soon as none waits behind them, so that a sudden end leaves a file that can be read.
fn write_all(mut file: File, mut entries: mpsc::UnboundedReceiver<Entry>) -> io::Result<()> {
    let mut gathered = Vec::with_capacity(GATHERED);
    let mut places = Vec::new();
    let mut is_over = false;
    while !is_over {
        let Some(mut entry) = entries.blocking_recv() else { break };
        loop {
            is_over = matches!(entry, Entry::End);
            places.extend(append(&mut gathered, entry)?);
            if is_over || gathered.len() >= GATHERED {
                break;
            }
            match entries.try_recv() {
                Ok(next) => entry = next,
                Err(_) => break,
            }
        }
        file.write_all(&gathered)?;
        gathered.clear();
        places.clear();
    }
    Ok(())
}

fn append(gathered: &mut Vec<u8>, entry: Entry) -> io::Result<Option<OwnedSemaphorePermit>> {
    let ms = |at: Duration| (at.as_secs_f64() * 1e6).round() / 1e3;
    let (line, place) = match entry {
        Entry::Octets { at, connection, from, octets, place } => {
            (Line { ms: ms(at), connection, from, hex: Some(hex::encode(&octets)), event: None }, place)
        }
        Entry::Event { at, connection, from, event } => {
            (Line { ms: ms(at), connection, from, hex: None, event: Some(event) }, None)
        }
        Entry::End => return Ok(None),
    };
    serde_json::to_writer(&mut *gathered, &line)?;
    gathered.push(b'\n');
    Ok(place)
}
