//! The end of a world in which time stands still: a peer that does something again and again, and never waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// More connections than any case of ours has at any peer that waits between them.
const CONNECTIONS: usize = 4096;

/// Counts the connections of a world.
#[derive(Debug, Clone, Default)]
pub(super) struct Guard(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    connections: AtomicUsize,
    too_many: Notify,
}

impl Guard {
    /// One more.
    pub(super) fn connects(&self) {
        if self.0.connections.fetch_add(1, Ordering::Relaxed) + 1 == CONNECTIONS {
            self.0.too_many.notify_one();
        }
    }

    /// Ends when there have been too many.
    pub(super) async fn too_many(&self) {
        self.0.too_many.notified().await;
    }
}
