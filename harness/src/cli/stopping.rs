//! What ends a run early: a signal, or `--fail-fast`. The report is written all the same; a second signal doesn't wait for it.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::exit::Failure;
use super::say;
use crate::target;

/// What a shell expects of a program that SIGINT ended.
const ENDED_BY_SIGNAL: i32 = 130;

/// From now on SIGINT, SIGTERM and SIGHUP stop the run instead of ending the program. Whoever holds the sender can stop it too.
pub(super) fn stop_at_signals() -> Result<(watch::Sender<bool>, watch::Receiver<bool>), Failure> {
    let (stop, stopped) = watch::channel(false);
    let mut signals = Signals::new().map_err(|error| Failure::ours(format!("signals: {error}")))?;
    let sender = stop.clone();
    tokio::spawn(async move {
        signals.next().await;
        // A run that is over can't be told: then only its result is being written, which nobody seems to wait for.
        if sender.send(true).is_ok() {
            say("stopping, and writing what there is; a second signal ends at once");
            signals.next().await;
        }
        target::kill_all();
        std::process::exit(ENDED_BY_SIGNAL);
    });
    Ok((stop, stopped))
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }
}
