//! Servers by hand, for what the reference server would never do. Each is a listener on loopback and a thread for each connection;
//! all of it ends with the test.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

const CONNECTED: &[u8] = &[0, 1, 0x10];
const HELLO: &[u8] = &[0, 5, 0x11, 0, 0, 0, 2];
const UNSUPPORTED_PROTOCOL_VERSION: &[u8] = &[0, 1, 0x14];
pub(crate) const PING: &[u8] = &[0, 2, 0x50, 0];
pub(crate) const PONG: &[u8] = &[0, 2, 0x60, 0];

/// A server that is running.
pub(crate) struct Peer {
    place: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    stopped: AtomicBool,
    accepted: AtomicUsize,
    open: Mutex<BTreeMap<usize, TcpStream>>,
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, BTreeMap<usize, TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peer {
    /// A server that does this on each connection. An error ends the connection.
    pub(crate) fn new(serve: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let place = listener.local_addr().expect("it is bound");
        let (shared, serve) = (Arc::new(Shared::default()), Arc::new(serve));
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(mut stream), serve) = (stream, Arc::clone(&serve)) else { continue };
                let number = of_thread.accepted.fetch_add(1, Ordering::SeqCst);
                of_thread.open().extend(stream.try_clone().map(|stream| (number, stream)));
                let of_connection = Arc::clone(&of_thread);
                std::thread::spawn(move || {
                    // However it ends, it ends; and with the last of its handles so does the connection.
                    let _ = serve(&mut stream);
                    of_connection.open().remove(&number);
                });
            }
        });
        Self { place, shared, listener: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        format!("tcp://{}", self.place)
    }

    /// How many connections it has taken.
    pub(crate) fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Ends it as a process that is killed ends: nothing listens, and every connection is gone.
    pub(crate) fn kill(&mut self) {
        let Some(listener) = self.listener.take() else { return };
        self.shared.stopped.store(true, Ordering::SeqCst);
        // It wakes up by a last connection.
        let _ = TcpStream::connect(self.place);
        listener.join().expect("a listener ends when it is told");
        for stream in self.shared.open().values() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The next frame's content.
pub(crate) fn frame(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut content = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut content)?;
    Ok(content)
}

/// A content with its length before it.
pub(crate) fn framed(content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a frame is short");
    [&length.to_be_bytes(), content].concat()
}

/// Reads for ever, and says nothing.
pub(crate) fn swallow(stream: &mut TcpStream) -> std::io::Result<()> {
    std::io::copy(stream, &mut std::io::sink()).map(drop)
}

/// Sends this again and again until nobody takes it.
pub(crate) fn flood(stream: &mut TcpStream, octets: &[u8]) -> std::io::Result<()> {
    let many = octets.repeat((64 * 1024 / octets.len()).max(1));
    loop {
        stream.write_all(&many)?;
    }
}

/// Does nothing at all until the other side is gone. It doesn't read, so it looks for the end by the error of the socket.
pub(crate) fn stand_still(stream: &mut TcpStream) -> std::io::Result<()> {
    while stream.take_error()?.is_none() && stream.peer_addr().is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    Ok(())
}

/// Reads a request and accepts it; the request.
pub(crate) fn welcome(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let request = frame(stream)?;
    let version = usize::from(request.get(1).copied().unwrap_or_default());
    stream.write_all(match request.first() {
        Some(0) if request.len() == 2 + version + 4 => HELLO,
        Some(0) => CONNECTED,
        _ => UNSUPPORTED_PROTOCOL_VERSION,
    })?;
    Ok(request)
}

/// A server that is right as far as these tests need one: it accepts everybody, ACKs events and answers PINGs. `heard` is told
/// the contents that come.
pub(crate) fn obliging(stream: &mut TcpStream, heard: impl Fn(&[u8])) -> std::io::Result<()> {
    let request = welcome(stream)?;
    heard(&request);
    if request.first() != Some(&0) {
        return Ok(());
    }
    loop {
        let content = frame(stream)?;
        heard(&content);
        match content.first().map(|first| first >> 4) {
            Some(4) if content.len() > 1 => stream.write_all(&framed(&[0x30 | content[0] & 0xf, content[1]]))?,
            Some(5) => stream.write_all(PONG)?,
            Some(3 | 6 | 7) => {}
            _ => return Ok(()),
        }
    }
}
