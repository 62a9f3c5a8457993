//! The task that sends.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::wire::{Deframer, Message};
use tokio::io::{AsyncWriteExt, WriteHalf};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::Shared;
use super::dial::Stream;

/// What the writer is told.
#[derive(Debug)]
pub(super) enum Order {
    /// Octets of the case, in segments.
    Send { segments: Vec<Vec<u8>>, gap: Duration, done: oneshot::Sender<bool> },
    /// An answer that the case doesn't care about.
    Reply(Message<'static>),
    /// The end of our direction.
    Finish { done: oneshot::Sender<()> },
}

/// Sends what it is ordered to. After some silence on an accepted connection it sends a PONG, which may come at any time: a target
/// that is slow must not drop us for it.
pub(super) async fn run(shared: Arc<Shared>, stream: WriteHalf<Stream>, mut orders: mpsc::UnboundedReceiver<Order>) {
    let keepalive = shared.keepalive;
    let mut writer =
        Writer { shared, stream, frames: Deframer::new(), unfinished: Vec::new(), replies: VecDeque::new() };
    loop {
        let order = match tokio::time::timeout(keepalive, orders.recv()).await {
            Ok(Some(order)) => order,
            Ok(None) => return,
            Err(_) => {
                writer.keep_alive().await;
                continue;
            }
        };
        match order {
            Order::Send { segments, gap, done } => {
                let sent = writer.send(segments, gap).await;
                // Whoever ordered may have lost patience.
                let _ = done.send(sent);
            }
            Order::Reply(message) => writer.replies.push_back(message),
            Order::Finish { done } => {
                writer.finish().await;
                let _ = done.send(());
            }
        }
        writer.reply().await;
    }
}

struct Writer {
    shared: Arc<Shared>,
    stream: WriteHalf<Stream>,
    /// Puts together what we send, so that the oracle hears of a frame when its last octet goes.
    frames: Deframer,
    /// The octets of a frame whose end has not been sent.
    unfinished: Vec<u8>,
    replies: VecDeque<Message<'static>>,
}

impl Writer {
    async fn send(&mut self, segments: Vec<Vec<u8>>, gap: Duration) -> bool {
        let count = segments.len();
        for (at, segment) in segments.into_iter().enumerate() {
            if !self.segment(&segment).await {
                return false;
            }
            if at + 1 < count {
                // The peer is to see the segments apart. There is nothing to wait for: it may say nothing to a part.
                tokio::time::sleep(gap).await;
            }
        }
        true
    }

    async fn segment(&mut self, octets: &[u8]) -> bool {
        self.frames.push(octets);
        let mut contents = Vec::new();
        while let Some(content) = self.frames.next_frame() {
            // The oracle hears of it before the peer can.
            self.shared.inbox().oracle.sent(&content);
            contents.push(content);
        }
        let pending = self.frames.pending();
        if !contents.is_empty() {
            self.unfinished.clear();
        }
        self.unfinished.extend_from_slice(&octets[octets.len() - pending.min(octets.len())..]);
        self.shared.transcript.octets(&self.shared.name, true, octets, || summary(&contents, pending));
        self.put(octets, !contents.is_empty()).await
    }

    /// Hands octets to the network.
    async fn put(&mut self, octets: &[u8], ends_frame: bool) -> bool {
        self.shared.inbox().sends(ends_frame);
        let sent = self.stream.write_all(octets).await.is_ok() && self.stream.flush().await.is_ok();
        self.shared.inbox().last_sent = Instant::now();
        sent
    }

    async fn reply(&mut self) {
        while self.frames.pending() == 0 {
            if self.shared.inbox().mute {
                self.replies.clear();
            }
            let Some(message) = self.replies.pop_front() else { return };
            self.segment(&message.to_frame()).await;
        }
    }

    async fn keep_alive(&mut self) {
        let wanted = self.shared.inbox().is_kept_alive() && self.frames.pending() == 0;
        if wanted {
            // It gets no answer that could be taken for another one's.
            let octets = Message::Pong.to_frame();
            self.shared
                .transcript
                .octets(&self.shared.name, true, &octets, || Some("PONG (keeps the connection alive)".to_owned()));
            self.put(&octets, true).await;
        }
    }

    async fn finish(&mut self) {
        self.shared.inbox().oracle.sent_end(&self.unfinished);
        self.shared.transcript.event(&self.shared.name, true, "closed");
        // A peer that has closed already needs no end of ours.
        let _ = self.stream.shutdown().await;
    }
}

fn meaning(content: &[u8]) -> String {
    match Message::decode(content) {
        Ok(message) => message.to_string(),
        Err(error) => format!("malformed: {error}"),
    }
}

/// Many messages in one segment are told by the first and the number of the rest.
fn summary(contents: &[impl AsRef<[u8]>], pending: usize) -> Option<String> {
    const SHOWN: usize = 4;
    let rest = (pending > 0).then(|| format!("{pending} octets of an unfinished frame"));
    let count = contents.len() + usize::from(rest.is_some());
    let mut meanings = contents.iter().map(|content| meaning(content.as_ref())).chain(rest);
    if count <= SHOWN {
        return (count > 0).then(|| meanings.collect::<Vec<_>>().join(" + "));
    }
    let shown: Vec<_> = meanings.by_ref().take(SHOWN).collect();
    Some(format!("{} + {} more frames", shown.join(" + "), count - SHOWN))
}
