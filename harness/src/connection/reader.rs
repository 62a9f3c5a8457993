//! The task that takes in what the peer sends.

use std::io;
use std::sync::Arc;

use sinkcheck_spec::wire::{Deframer, Message};
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Shared;
use super::dial::Stream;
use super::inbox::Closed;
use super::writer::Order;

const READ_OCTETS: usize = 16 * 1024;

pub(super) async fn run(shared: Arc<Shared>, mut stream: ReadHalf<Stream>, orders: mpsc::UnboundedSender<Order>) {
    let mut deframer = Deframer::new();
    let mut buffer = vec![0; READ_OCTETS];
    let how = loop {
        match stream.read(&mut buffer).await {
            Ok(0) => break "closed".to_owned(),
            Ok(count) => {
                shared.inbox().hears();
                deframer.push(&buffer[..count]);
                while let Some(content) = deframer.next_frame() {
                    if let Some(reply) = came(&shared, &content) {
                        // The writer is gone only when the connection is.
                        let _ = orders.send(Order::Reply(reply));
                    }
                    if shared.inbox().is_flooded() {
                        shared.transcript.event(&shared.name, true, "stopped reading: the peer floods");
                        shared.changed.notify_waiters();
                        return;
                    }
                }
                shared.inbox().left(deframer.pending(), &buffer[..count]);
                shared.changed.notify_waiters();
            }
            Err(error) => break ended(&error),
        }
    };
    if deframer.pending() > 0 {
        let text = format!("{} octets of an unfinished frame", deframer.pending());
        shared.transcript.event(&shared.name, false, &text);
    }
    shared.transcript.event(&shared.name, false, &how);
    shared.inbox().closed = Some(Closed { at: Instant::now(), how });
    shared.changed.notify_waiters();
}

fn came(shared: &Shared, content: &[u8]) -> Option<Message<'static>> {
    let decoded = Message::decode_over_long(content).map(|(message, _)| message);
    let meaning = || match &decoded {
        Ok(message) => message.to_string(),
        Err(error) => format!("unreadable: {error}"),
    };
    let mut octets = Vec::with_capacity(content.len() + 2);
    // What came out of a frame fits one.
    octets.extend_from_slice(&(content.len() as u16).to_be_bytes());
    octets.extend_from_slice(content);
    let entry = shared.transcript.octets(&shared.name, false, &octets, || Some(meaning()));
    let mut inbox = shared.inbox();
    let was_accepted = inbox.is_accepted();
    inbox.count(octets.len());
    let was_asked = inbox.oracle.pings_waiting() > 0;
    for breach in inbox.oracle.received(content) {
        shared.transcript.blame(entry, breach.rule);
        inbox.breaches.push(breach);
    }
    let reply = decoded.ok().and_then(|message| inbox.take(message, was_asked));
    // To a target that was long about it, the time that it took is our silence.
    let is_late = !was_accepted && inbox.is_kept_alive() && inbox.last_sent.elapsed() >= shared.keepalive;
    reply.or_else(|| is_late.then_some(Message::Pong))
}

/// How a stream ended, in a word that doesn't depend on the machine.
fn ended(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
            "reset".to_owned()
        }
        io::ErrorKind::UnexpectedEof => "closed without close_notify".to_owned(),
        _ => format!("closed: {error}"),
    }
}
