//! A client by hand, which nobody launches: it connects again and again, from a thread of the test's. It keeps the rules but for what
//! a test has it do wrong.

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::peer::{PONG, frame, framed};

/// How long it waits before it connects again, and while nobody listens.
const WAIT: Duration = Duration::from_millis(20);

/// What kind of client it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kind {
    pub(crate) id: u32,
    /// The server's id that it has from the start.
    pub(crate) server: Option<u32>,
    /// It has another id on each connection.
    pub(crate) changes_id: bool,
    /// It takes a rejection for the end of all that it knew.
    pub(crate) forgets_when_rejected: bool,
    /// It is wiped when there is a file of this name, which it removes.
    pub(crate) wiped_by: Option<PathBuf>,
    /// It gives up after so many connections.
    pub(crate) connections: Option<usize>,
}

/// A client that runs until it is dropped.
pub(crate) struct Client {
    stopped: Arc<AtomicBool>,
    heard: Arc<Mutex<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl Client {
    /// A client that connects to this port of loopback.
    pub(crate) fn start(port: u16, kind: Kind) -> Self {
        let (stopped, heard) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Vec<u8>>>::default());
        let (of_thread, log) = (Arc::clone(&stopped), Arc::clone(&heard));
        let thread = std::thread::spawn(move || {
            let mut kind = kind;
            let mut connected = 0;
            while !of_thread.load(Ordering::SeqCst) && kind.connections.is_none_or(|most| connected < most) {
                if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                    connected += 1;
                    // However a connection ends, there is another one.
                    let _ = speak(stream, &mut kind, &log, &of_thread);
                }
                std::thread::sleep(WAIT);
            }
        });
        Self { stopped, heard, thread: Some(thread) }
    }

    /// The codes of the responses that it had, in order.
    pub(crate) fn responses(&self) -> Vec<u8> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // It looks whether it is to stop while it waits for anything.
            let _ = thread.join();
        }
    }
}

fn speak(mut stream: TcpStream, kind: &mut Kind, heard: &Mutex<Vec<u8>>, stopped: &AtomicBool) -> std::io::Result<()> {
    if kind.changes_id {
        kind.id = kind.id.wrapping_add(1);
    }
    let mut request = vec![0, 1, b'1'];
    request.extend(kind.id.to_be_bytes());
    request.extend(kind.server.iter().flat_map(|id| id.to_be_bytes()));
    stream.write_all(&framed(&request))?;
    let mut accepted = false;
    loop {
        if !wait(&stream, kind, stopped)? {
            return stream.shutdown(Shutdown::Both);
        }
        let content = frame(&mut stream)?;
        match (accepted, &content[..]) {
            (false, [0x10]) => accepted = true,
            (false, [0x11, id @ ..]) => {
                accepted = true;
                kind.server = id.try_into().ok().map(u32::from_be_bytes);
            }
            (true, [first @ 0x40..=0x4f, second, ..]) => stream.write_all(&framed(&[0x30 | first & 0xf, *second]))?,
            (true, [0x50, ..]) => stream.write_all(PONG)?,
            (true, [0x60..=0x6f, ..]) => {}
            _ => {
                if kind.forgets_when_rejected {
                    kind.server = None;
                }
                heard.lock().unwrap_or_else(PoisonError::into_inner).extend(content.first());
                return Ok(());
            }
        }
        if let [code @ 0x10..=0x1f, ..] = content[..] {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(code);
        }
    }
}

/// Waits until something came; false if the connection is to end before that.
fn wait(stream: &TcpStream, kind: &mut Kind, stopped: &AtomicBool) -> std::io::Result<bool> {
    stream.set_read_timeout(Some(WAIT / 4))?;
    loop {
        let is_wiped = kind.wiped_by.as_ref().is_some_and(|file| file.exists());
        if is_wiped {
            kind.server = None;
            if let Some(file) = &kind.wiped_by {
                std::fs::remove_file(file)?;
            }
        }
        if is_wiped || stopped.load(Ordering::SeqCst) {
            return Ok(false);
        }
        match stream.peek(&mut [0]) {
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            came => return came.and_then(|_| stream.set_read_timeout(None)).map(|()| true),
        }
    }
}
