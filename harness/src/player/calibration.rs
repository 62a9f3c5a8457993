//! How fast a target answers, and whether in order: measured on its first connection, so that no case waits longer than shows
//! something, and none gives up on a target that is merely slow.

use std::time::Duration;

use sinkcheck_spec::wire::{Event, Message, MessageId, Publish};
use tokio::time::Instant;

use crate::connection::Connection;

/// What was measured, and what follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The slowest answer that was measured.
    pub slowest: Duration,
    /// Every PONG came after the ACKs that were due before it.
    pub in_order: bool,
}

/// How often the target is asked.
const ROUNDS: u16 = 6;

impl Default for Calibration {
    /// For a target of which nothing could be measured.
    fn default() -> Self {
        Self { slowest: Duration::from_millis(50), in_order: false }
    }
}

impl Calibration {
    /// How long "nothing" is waited for where neither a close nor a fence shows it: three times the slowest answer.
    pub fn window(&self) -> Duration {
        (self.slowest * 3).clamp(Duration::from_millis(20), Duration::from_secs(3))
    }

    /// How long an answer is waited for that must come.
    pub fn patience(&self) -> Duration {
        (self.slowest * 50).clamp(Duration::from_millis(2500), Duration::from_secs(15))
    }

    /// How far apart segments are sent that the peer is to read apart.
    pub fn gap(&self) -> Duration {
        Duration::from_millis(1)
    }
}

/// Measures an accepted connection: an event and a PING in one segment, several times. Leaves no answer outstanding.
///
/// `None` if the target doesn't answer.
pub async fn measure(connection: &Connection, event: &Event<'static>) -> Option<Calibration> {
    let patience = Duration::from_secs(5);
    let mut slowest = Duration::ZERO;
    let mut in_order = true;
    let mut id = MessageId::ZERO;
    for _ in 0..ROUNDS {
        let mut octets = Vec::new();
        for _ in 0..2 {
            octets.extend(Message::from(Publish { message_id: id, event: event.clone() }).to_frame());
            id = id.next();
        }
        octets.extend(Message::Ping.to_frame());
        let begun = Instant::now();
        connection.send(vec![octets], Duration::ZERO, patience).await.ok()?;
        let pong_first = connection
            .wait(begun + patience, |inbox| {
                if inbox.closed.is_some() || inbox.is_flooded() {
                    return Some(None);
                }
                (inbox.pongs > 0).then_some(Some(inbox.answers.len() < 2))
            })
            .await??;
        in_order &= !pong_first;
        connection
            .wait(begun + patience, |inbox| {
                let done = inbox.answers.len() >= 2;
                if done {
                    inbox.answers.clear();
                    inbox.pongs = 0;
                }
                done.then_some(())
            })
            .await?;
        slowest = slowest.max(begun.elapsed());
    }
    Some(Calibration { slowest, in_order })
}
