//! `sinkcheck proxy`.

mod telling;
mod tls;
mod typed;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::ArgMatches;
use sinkcheck_reports::fold::{BROKEN, exit_code};
use sinkcheck_spec::oracle::Settings;
use tokio::runtime::{Builder, Runtime};

use super::args::Terminal;
use super::durations::{duration, keepalive_interval};
use super::exit::Failure;
use super::outputs::{self, Output};
use super::say;
use super::stopping::stop_at_signals;
use crate::observe::Ledger;
use crate::proxy::{self, ProxyConfig, Recorder, Upstream, Watching};
use crate::target::Address;
use telling::{Places, Telling};

pub(super) use typed::Proxy;

/// How long what was heard may take to be judged and recorded, once the traffic has ended.
const TO_THE_END: Duration = Duration::from_secs(10);

pub(super) fn proxy(typed: &Proxy, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    let outputs = outputs::outputs(&typed.result, matches)?;
    check_places(typed, &outputs)?;
    let meant = Meant::of(typed)?;
    // The judges have threads of their own, so that none of them can keep octets from being passed.
    let (passing, judging) = (runtime("pass")?, runtime("judge")?);
    let lines = typed.findings.as_deref().map(telling::lines).transpose()?;
    let is_read_by_programs = typed.findings.as_deref() == Some(Path::new("-")) || outputs::is_for_programs(&outputs);
    let (telling, telling_ends) =
        Telling::begin(Places { people: !typed.result.quiet, colour: terminal.color, lines })?;
    let (recorder, recording) = match &typed.record {
        Some(file) => {
            let begun = Recorder::begin(file, Arc::clone(&telling) as _);
            let (recorder, ends) = begun.map_err(|error| Failure::usage(format!("--record {error}")))?;
            (Some(recorder), Some(ends))
        }
        None => (None, None),
    };
    let passed: Result<(Ledger, String), Failure> = passing.block_on(async {
        let watching =
            Watching::new(meant.settings, judging.handle().clone(), recorder.clone(), Arc::clone(&telling) as _);
        let config = ProxyConfig {
            listen: meant.listen,
            listen_tls: meant.listen_tls,
            upstream: meant.upstream,
            watching: Some(watching.clone()),
            most: typed.connections,
            tell: Arc::clone(&telling) as _,
        };
        let (stop, stopped) = stop_at_signals()?;
        let proxy = proxy::Proxy::start(config)
            .await
            .map_err(|error| Failure::usage(format!("--listen {}: {error}", typed.listen)))?;
        let address = proxy.address().to_string();
        let ready = format!("ready {address}");
        match is_read_by_programs {
            true => say(ready),
            false => drop(outputs::to_stdout(format!("{ready}\n").as_bytes())?),
        }
        if let Some(time) = meant.duration {
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                // A proxy that has ended can't be told.
                let _ = stop.send(true);
            });
        }
        proxy.run(stopped.clone()).await;
        drop(stopped);
        Ok((watching.finish(TO_THE_END).await, address))
    });
    let (mut ledger, address) = passed?;
    let record_failed = match (recorder, recording) {
        (Some(recorder), Some(ends)) => {
            recorder.end();
            wait_for(&ends);
            recorder.has_failed() || !ends.is_finished()
        }
        _ => false,
    };
    telling.end();
    let unwritten = telling_ends.join().ok().flatten();
    for note in telling.notes() {
        ledger.note(note);
    }
    let document = ledger.document("traffic through the proxy", format!("{address} to {}", typed.upstream));
    let written = outputs::write(&document, &outputs, terminal, typed.result.verbose);
    // A judge that hangs is not waited for.
    judging.shutdown_background();
    passing.shutdown_background();
    written?;
    match (exit_code(&document, 0), unwritten) {
        (BROKEN, _) => Ok(BROKEN),
        (_, Some(error)) => Err(Failure::ours(format!("--findings could not be written to its end: {error}"))),
        _ if record_failed => Err(Failure::ours("the record could not be written to its end")),
        (code, None) => Ok(code),
    }
}

/// What the options mean.
struct Meant {
    listen: Address,
    listen_tls: Option<Arc<rustls::ServerConfig>>,
    upstream: Upstream,
    settings: Settings,
    duration: Option<Duration>,
}

impl Meant {
    fn of(typed: &Proxy) -> Result<Self, Failure> {
        let listen: Address = typed.listen.parse().map_err(|error| Failure::usage(format!("--listen: {error}")))?;
        let address: Address =
            typed.upstream.parse().map_err(|error| Failure::usage(format!("--upstream: {error}")))?;
        if address.port.is_none() {
            return Err(Failure::usage(format!("--upstream {address}: the server's port is needed")));
        }
        if listen == address {
            return Err(Failure::usage(format!(
                "--listen and --upstream are both {address}: it would speak to itself"
            )));
        }
        let settings = Settings {
            keepalive_interval: typed.keepalive_interval.as_deref().map(keepalive_interval).transpose()?,
            patience: duration("--patience", &typed.patience)?,
            ..Settings::default()
        };
        Ok(Self {
            listen_tls: tls::listening(typed, &listen)?,
            listen,
            upstream: Upstream { tls: tls::upstream(typed, &address)?, address },
            settings,
            duration: typed.duration.as_deref().map(|text| duration("--for", text)).transpose()?,
        })
    }
}

/// No file is written to by two.
fn check_places(typed: &Proxy, outputs: &[Output<sinkcheck_reports::render::Format>]) -> Result<(), Failure> {
    let twice = |file: &Path| Err(Failure::usage(format!("two things can't be written to {}", file.display())));
    match (&typed.record, &typed.findings) {
        (Some(record), _) if outputs::replaces(outputs, record) => twice(record),
        (_, Some(findings)) if outputs::replaces(outputs, findings) => twice(findings),
        (Some(record), Some(findings)) if outputs::is_same_file(record, findings) => twice(record),
        _ => Ok(()),
    }
}

fn runtime(name: &str) -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .thread_name(name)
        .enable_all()
        .build()
        .map_err(|error| Failure::ours(format!("no runtime: {error}")))
}

/// Waits for a thread, but not for ever: a file may be at a place that doesn't answer.
fn wait_for(thread: &std::thread::JoinHandle<()>) {
    let begun = std::time::Instant::now();
    while !thread.is_finished() && begun.elapsed() < TO_THE_END {
        std::thread::sleep(Duration::from_millis(5));
    }
}
