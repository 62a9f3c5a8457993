//! A client by hand, which nobody launches: it connects again and again, from a thread of the test's. It keeps the rules but for what
//! a test has it do wrong.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::peer::{PONG, framed};

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
    /// It speaks TLS, and expects the server `sink.example`.
    pub(crate) tls: Option<Arc<rustls::ClientConfig>>,
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
    stream.set_read_timeout(Some(WAIT / 4))?;
    let Some(tls) = kind.tls.clone() else { return exchange(&mut stream, kind, heard, stopped) };
    let name = rustls::pki_types::ServerName::try_from("sink.example").map_err(std::io::Error::other)?;
    let connection = rustls::ClientConnection::new(tls, name).map_err(std::io::Error::other)?;
    exchange(&mut rustls::StreamOwned::new(connection, stream), kind, heard, stopped)
}

fn exchange(
    stream: &mut (impl Read + Write),
    kind: &mut Kind,
    heard: &Mutex<Vec<u8>>,
    stopped: &AtomicBool,
) -> std::io::Result<()> {
    if kind.changes_id {
        kind.id = kind.id.wrapping_add(1);
    }
    let mut request = vec![0, 1, b'1'];
    request.extend(kind.id.to_be_bytes());
    request.extend(kind.server.iter().flat_map(|id| id.to_be_bytes()));
    patiently(stopped, || stream.write_all(&framed(&request)))?;
    let mut accepted = false;
    let mut came = Vec::new();
    while let Some(content) = next_frame(stream, &mut came, kind, stopped)? {
        if let [code @ 0x10..=0x1f, ..] = content[..] {
            heard.lock().unwrap_or_else(PoisonError::into_inner).push(code);
        }
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
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Does something again as long as the socket would block: a TLS handshake reads before it writes.
fn patiently(stopped: &AtomicBool, mut act: impl FnMut() -> std::io::Result<()>) -> std::io::Result<()> {
    loop {
        match act() {
            Err(error) if is_timeout(&error) && !stopped.load(Ordering::SeqCst) => {}
            done => return done,
        }
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// The next frame's content; none if the connection is to end before that.
fn next_frame(
    stream: &mut impl Read,
    came: &mut Vec<u8>,
    kind: &mut Kind,
    stopped: &AtomicBool,
) -> std::io::Result<Option<Vec<u8>>> {
    let mut buffer = [0; 4096];
    loop {
        if let [high, low, rest @ ..] = &came[..] {
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if let Some(content) = rest.get(..length) {
                let content = content.to_vec();
                came.drain(..2 + length);
                return Ok(Some(content));
            }
        }
        if let Some(file) = kind.wiped_by.as_ref().filter(|file| file.exists()) {
            std::fs::remove_file(file)?;
            kind.server = None;
            return Ok(None);
        }
        if stopped.load(Ordering::SeqCst) {
            return Ok(None);
        }
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(None),
            Ok(count) => came.extend_from_slice(&buffer[..count]),
            Err(error) if is_timeout(&error) => {}
            Err(error) => return Err(error),
        }
    }
}
