//! The file.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::mem;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use sinkcheck_spec::machine::EventNumber;
use sinkcheck_spec::wire::{Event, InstanceId};

use super::journal::{Contents, Entry, Unreadable};
use super::{Identity, StateError};

/// The octets by which a journal may grow, besides becoming twice as long, before it is written anew.
const SLACK: u64 = 1 << 20;

/// A client's state file, which nobody else has.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    file: File,
    identity: Identity,
    lines: u64,
    /// Those that were unanswered when the file was opened, until they are taken.
    unanswered: Vec<Event<'static>>,
    octets: u64,
    octets_when_written_anew: u64,
    /// Its end gives the file free.
    _lock: Flock<File>,
}

impl Store {
    /// Opens a client's state file. One that isn't there, or is empty, becomes that of a client which is this one and
    /// has no events.
    ///
    /// # Errors
    ///
    /// [`StateError`].
    pub fn open(path: &Path, fresh: Identity) -> Result<Self, StateError> {
        let failed = |source| StateError::Io { path: path.to_owned(), source };
        let lock = lock(path)?;
        let octets = match std::fs::read(path) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        let contents = Contents::read(&octets).map_err(|error| match error {
            Unreadable::NotAJournal => StateError::NotAState { path: path.to_owned() },
            Unreadable::Line { line, problem } => StateError::Line { path: path.to_owned(), line, problem },
        })?;
        let (identity, lines, unanswered) = match contents {
            Some(contents) => (contents.identity, contents.lines, contents.unanswered.into_values().collect()),
            None => (fresh, 0, Vec::new()),
        };
        // Anew, which leaves out what was not finished, and gives the events the numbers that an outbox will.
        let numbered = (0..).map(EventNumber).zip(&unanswered);
        let (file, octets) = write_anew(path, identity, lines, numbered).map_err(failed)?;
        let path = path.to_owned();
        Ok(Self { path, file, identity, lines, unanswered, octets, octets_when_written_anew: octets, _lock: lock })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Who the client is, and whom it has met.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity
    }

    /// How many lines of an events file have been taken.
    #[must_use]
    pub fn lines_taken(&self) -> u64 {
        self.lines
    }

    /// The events that were unanswered when the file was opened, oldest first, until a client has it.
    #[must_use]
    pub fn unanswered(&self) -> &[Event<'static>] {
        &self.unanswered
    }

    /// The same, for the client that has it now. Their numbers are 0 and up.
    pub(crate) fn take_unanswered(&mut self) -> Vec<Event<'static>> {
        mem::take(&mut self.unanswered)
    }

    /// Another client begins, without events.
    pub(crate) fn begin(&mut self, identity: Identity) -> io::Result<()> {
        self.append(&Entry::begin(identity, 0))?;
        (self.identity, self.lines) = (identity, 0);
        self.file.sync_data()
    }

    /// The id of the server changed.
    pub(crate) fn server_id(&mut self, id: InstanceId) -> io::Result<()> {
        self.append(&Entry::Server(id))?;
        self.identity.server = Some(id);
        self.file.sync_data()
    }

    /// Events were taken, and maybe lines of an events file with them. One wait for the disk is enough for all.
    pub(crate) fn queued<'e>(
        &mut self,
        events: impl Iterator<Item = (EventNumber, &'e Event<'static>, Option<u64>)>,
    ) -> io::Result<()> {
        let mut octets = Vec::new();
        let mut taken = self.lines;
        for (number, event, lines) in events {
            octets.extend(Entry::Event { number: number.0, event: event.clone(), lines }.line()?);
            taken = lines.unwrap_or(taken);
        }
        self.write(&octets)?;
        self.lines = taken;
        self.file.sync_data()
    }

    /// An event was answered. It isn't waited for the disk: where this is lost the event is sent twice.
    pub(crate) fn answered(&mut self, number: EventNumber) -> io::Result<()> {
        self.append(&Entry::Answered(number.0))
    }

    /// Whether most of the file is about the past.
    pub(crate) fn is_compaction_due(&self) -> bool {
        self.octets > self.octets_when_written_anew.saturating_mul(2).saturating_add(SLACK)
    }

    /// Writes the file anew, with these unanswered events.
    pub(crate) fn compact<'e>(
        &mut self,
        unanswered: impl Iterator<Item = (EventNumber, &'e Event<'static>)>,
    ) -> io::Result<()> {
        let (file, octets) = write_anew(&self.path, self.identity, self.lines, unanswered)?;
        (self.file, self.octets, self.octets_when_written_anew) = (file, octets, octets);
        Ok(())
    }

    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        self.write(&entry.line()?)
    }

    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        self.file.write_all(lines)?;
        self.octets += lines.len() as u64;
        Ok(())
    }
}

/// Locks the file beside this one, because this one is replaced from time to time.
fn lock(path: &Path) -> Result<Flock<File>, StateError> {
    let beside = with_suffix(path, ".lock");
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&beside);
    let file = opened.map_err(|source| StateError::Io { path: beside.clone(), source })?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|(_, errno)| match errno {
        Errno::EWOULDBLOCK => StateError::InUse { path: path.to_owned() },
        errno => StateError::Io { path: beside, source: errno.into() },
    })
}

/// Writes a journal beside the file and gives it its name. Whenever it ends, one of the two is there, whole.
fn write_anew<'e>(
    path: &Path,
    identity: Identity,
    lines: u64,
    unanswered: impl Iterator<Item = (EventNumber, &'e Event<'static>)>,
) -> io::Result<(File, u64)> {
    let beside = with_suffix(path, ".new");
    let mut octets = Entry::begin(identity, lines).line()?;
    for (number, event) in unanswered {
        octets.extend(Entry::Event { number: number.0, event: event.clone(), lines: None }.line()?);
    }
    // Opened to append, so that it goes on under its new name.
    match std::fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().create_new(true).append(true).open(&beside)?;
    file.write_all(&octets)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    // The new name has to reach the disk, too.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()?;
    Ok((file, octets.len() as u64))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}
