//! Every case of the built-in suite, each a test of its own, played at the reference server or the reference client: over TCP on
//! loopback, and in virtual time where it is about time.
//!
//! `cargo test --test reference_pair -- client/events` runs those of a section, `-- --list` lists them.

use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use sinkcheck::run::virtual_time::{Peer, Play, World};
use sinkcheck::run::{Options, Run};
use sinkcheck::target::builtin;
use sinkcheck_cases::language::{Scenario, Transport};
use sinkcheck_cases::suite;
use sinkcheck_reports::DocumentBuilder;
use sinkcheck_reports::document::{CaseResult, CaseVerdict};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::render::{Format, RenderOptions, render};
use sinkcheck_spec::catalogue::Role;
use tokio::sync::{mpsc, watch};

fn main() {
    let arguments = Arguments::from_args();
    let scenarios = suite::built_in().unwrap_or_else(|mistakes| {
        let shown: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        panic!("the built-in suite has mistakes:\n{}", shown.join("\n"))
    });
    let trials = scenarios
        .into_iter()
        .map(|scenario| {
            let scenario = Arc::new(scenario);
            Trial::test(scenario.id.clone(), move || check(scenario))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// Over plain TCP a case that needs TLS is not applicable, so it is played in memory; `.ci/run` plays it at the server as a process of
/// its own.
fn check(scenario: Arc<Scenario>) -> Result<(), Failed> {
    let mut result = play(Arc::clone(&scenario))?;
    if scenario.transport == Transport::Tls && result.verdict == CaseVerdict::NotApplicable {
        let role = scenario.under_test;
        let world = World::new(Peer::reference(role), builtin::in_memory(role));
        result = world.play(&scenario, Play { serial: 0, salt: 0 });
    }
    match result.verdict {
        CaseVerdict::Pass => Ok(()),
        _ => Err(shown(result).into()),
    }
}

fn play(scenario: Arc<Scenario>) -> Result<CaseResult, Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let (server, target) = match scenario.under_test {
            Role::Server => {
                let (server, target) = builtin::reference_server().await?;
                (Some(server), target)
            }
            Role::Client => (None, builtin::reference_client()),
        };
        let (events, mut come) = mpsc::unbounded_channel();
        let (_stop, stopped) = watch::channel(false);
        let options = Options { jobs: 1 };
        Run::new(target, vec![scenario], options, events, stopped).play().await;
        if let Some(server) = server {
            server.stop().await;
        }
        while let Some(event) = come.recv().await {
            if let RunEvent::CaseFinished(result) = event {
                return Ok(*result);
            }
        }
        Err("the case came to no end".into())
    })
}

/// The result as the text report shows it.
fn shown(result: CaseResult) -> String {
    let mut builder = DocumentBuilder::new();
    builder.apply(&RunEvent::CaseFinished(Box::new(result)));
    builder.apply(&RunEvent::RunFinished { interrupted: false });
    let mut text = Vec::new();
    match render(
        &builder.finish(),
        Format::Text,
        &RenderOptions { verbose: true, ..RenderOptions::default() },
        &mut text,
    ) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => error.to_string(),
    }
}
