//! The two directions of a connection.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::BytesMut;
use sinkcheck_spec::catalogue::Role;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf, split};
use tokio::select;
use tokio::time::timeout;

use super::ear::Ear;
use super::socket::Socket;
use crate::observe::Ending;

/// How much is read at one time: little where little comes, so that thousands of quiet connections take little room.
const LEAST: usize = 2 << 10;
const MOST: usize = 64 << 10;

/// How long what a peer sent before it reset the connection may take to be passed on.
const AFTER_RESET: Duration = Duration::from_secs(1);

/// How a direction came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Its sender ended it, and that was passed on.
    Passed,
    /// The peer in this role reset the connection.
    Reset(Role),
}

/// Passes everything on until the connection is over in both directions. Octets are told to `ear` before they are passed on.
pub(super) async fn pass(client: Socket, server: Socket, ear: &Ear, octets: &AtomicU64) {
    let (client_read, client_write) = split(client);
    let (server_read, server_write) = split(server);
    let (client_gone, server_gone) = (AtomicBool::new(false), AtomicBool::new(false));
    let (mut to_server, mut to_client) = (server_write, client_write);
    let (mut from_client, mut from_server) = (client_read, server_read);
    let reset = {
        let up = Direction { from: Role::Client, gone: &client_gone, ear, octets };
        let down = Direction { from: Role::Server, gone: &server_gone, ear, octets };
        let mut up = pin!(up.run(&mut from_client, &mut to_server));
        let mut down = pin!(down.run(&mut from_server, &mut to_client));
        let (mut up_open, mut down_open) = (true, true);
        loop {
            let end = select! {
                end = &mut up, if up_open => { up_open = false; end }
                end = &mut down, if down_open => { down_open = false; end }
                else => break None,
            };
            let End::Reset(by) = end else { continue };
            // What it sent before the reset is still to be passed on; nothing can be passed to it.
            match by {
                Role::Client => client_gone.store(true, Ordering::Relaxed),
                Role::Server => server_gone.store(true, Ordering::Relaxed),
            }
            match by {
                Role::Client if up_open => rest_of(&mut up).await,
                Role::Server if down_open => rest_of(&mut down).await,
                _ => {}
            }
            break Some(by);
        }
    };
    let client = from_client.unsplit(to_client);
    let server = from_server.unsplit(to_server);
    match reset {
        Some(by) => {
            ear.ended(by, Ending::Reset);
            match by {
                Role::Client => server.reset(),
                Role::Server => client.reset(),
            }
        }
        None => drop((client, server)),
    }
}

async fn rest_of(direction: &mut (impl Future<Output = End> + Unpin)) {
    // Whoever doesn't read loses what is left, as it would without us.
    let _ = timeout(AFTER_RESET, direction).await;
}

struct Direction<'a> {
    from: Role,
    /// Whether its sender has reset the connection, so that its end is none.
    gone: &'a AtomicBool,
    ear: &'a Ear,
    octets: &'a AtomicU64,
}

impl Direction<'_> {
    async fn run(self, reader: &mut ReadHalf<Socket>, writer: &mut WriteHalf<Socket>) -> End {
        let Self { from, gone, ear, octets } = self;
        let mut size = LEAST;
        let mut buffer = BytesMut::new();
        loop {
            buffer.reserve(size);
            let room = buffer.capacity();
            match reader.read_buf(&mut buffer).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(error) if is_end(&error) => break,
                Err(_) => return End::Reset(from),
            }
            size = match buffer.len() {
                length if length >= room => (size * 4).min(MOST),
                length if length < size / 8 => (size / 2).max(LEAST),
                _ => size,
            };
            let read = buffer.split().freeze();
            ear.octets(from, &read).await;
            if writer.write_all(&read).await.is_err() || writer.flush().await.is_err() {
                return End::Reset(from.other());
            }
            octets.fetch_add(read.len() as u64, Ordering::Relaxed);
            if size == LEAST && buffer.capacity() > LEAST {
                // A connection that has gone quiet gives its room back.
                buffer = BytesMut::new();
            }
        }
        if gone.load(Ordering::Relaxed) {
            return End::Reset(from);
        }
        ear.ended(from, Ending::Closed);
        match writer.shutdown().await {
            Ok(()) => End::Passed,
            // It had gone before.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => End::Passed,
            Err(_) => End::Reset(from.other()),
        }
    }
}

/// Whether an error of reading is an end: one without close_notify, or one of TLS, after which nothing can be read.
fn is_end(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData)
}
