//! How late this machine is. A case whose deadline passed while the machine was overloaded can't tell who was late.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How often it looks.
const TICK: Duration = Duration::from_millis(10);

/// How far back it remembers.
const KEPT: usize = 12_000;

/// Remembers how late a regular task was woken.
#[derive(Debug, Default)]
pub struct LagMonitor(Mutex<VecDeque<(Instant, Duration)>>);

impl LagMonitor {
    /// Starts looking. It stops when nobody holds the monitor any more.
    pub fn start() -> Arc<Self> {
        let monitor = Arc::new(Self::default());
        let weak = Arc::downgrade(&monitor);
        tokio::spawn(async move {
            loop {
                let before = Instant::now();
                tokio::time::sleep(TICK).await;
                let late = before.elapsed().saturating_sub(TICK);
                let Some(monitor) = weak.upgrade() else { return };
                monitor.note(late);
            }
        });
        monitor
    }

    fn note(&self, late: Duration) {
        // A millisecond or two is how timers are.
        if late < Duration::from_millis(5) {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back((Instant::now(), late));
    }

    /// The worst lateness since then.
    pub fn worst_since(&self, since: Instant) -> Duration {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().rev().take_while(|(at, _)| *at >= since).map(|(_, late)| *late).max().unwrap_or_default()
    }
}
