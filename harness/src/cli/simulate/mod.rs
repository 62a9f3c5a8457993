//! `sinkcheck simulate`: the reference pair as programs, and the way to their controls.

mod adapter;
mod client;
mod departing;
mod server;
mod server_config;
mod typed;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::durations::{duration, keepalive_interval};
use super::exit::Failure;

pub(super) use typed::Simulate;
use typed::Simulated;

pub(super) fn simulate(typed: &Simulate) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::ours(format!("no runtime: {error}")))?;
    let code = match &typed.what {
        Simulated::Server(typed) => server::simulate(typed, &runtime),
        Simulated::Client(typed) => client::simulate(typed, &runtime),
        Simulated::Adapter { address } => runtime.block_on(adapter::adapter(address)),
    };
    // A reader of standard input can't be waited for.
    runtime.shutdown_background();
    code
}

/// The signals that end a simulated peer in order.
struct Ending {
    interrupt: Signal,
    terminate: Signal,
}

impl Ending {
    /// From now on. Before a peer is seen by anybody, so that a signal right after the start ends it in order, too.
    fn begin() -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::ours(format!("signals: {error}"));
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// A place of a control as it is typed: HOST:PORT, with or without tcp:// before it.
fn control_place(text: &str) -> &str {
    text.strip_prefix("tcp://").unwrap_or(text)
}

/// Listens for whoever asks. Before the peer itself is seen, so that nobody who has seen it asks in vain.
async fn control_at(text: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(control_place(text)).await.map_err(|error| Failure::usage(format!("--control {text}: {error}")))
}
