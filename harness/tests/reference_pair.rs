//! Every case of the built-in suite, each a test of its own, played at the reference server or the reference client: over TCP on
//! loopback, and in virtual time where it is about time.
//!
//! `cargo test --test reference_pair -- client/events` runs those of a section, `-- --list` lists them.

#[path = "../../reports/tests/published/mod.rs"]
#[allow(dead_code, reason = "nothing is compared here")]
mod published;

use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use sinkcheck::run::virtual_time::{Peer, Play, World};
use sinkcheck::run::{Options, Run, started};
use sinkcheck::target::builtin;
use sinkcheck_cases::language::{Scenario, Transport};
use sinkcheck_cases::suite;
use sinkcheck_reports::DocumentBuilder;
use sinkcheck_reports::document::{CaseVerdict, Document};
use sinkcheck_reports::event::RunEvent;
use sinkcheck_reports::render::{Format, RenderOptions, render};
use sinkcheck_spec::catalogue::Role;
use tokio::sync::{mpsc, watch};

use published::published;

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
    let document = published(play(Arc::clone(&scenario))?);
    let verdict = document.cases.first().map(|case| case.verdict);
    if scenario.transport == Transport::Tls && verdict == Some(CaseVerdict::NotApplicable) {
        let role = scenario.under_test;
        let world = World::new(Peer::reference(role), builtin::in_memory(role));
        let result = world.play(&scenario, Play { serial: 0, salt: 0 });
        return match result.verdict {
            CaseVerdict::Pass => Ok(()),
            _ => Err(format!("{result:#?}").into()),
        };
    }
    match verdict {
        Some(CaseVerdict::Pass) => Ok(()),
        _ => Err(shown(&document).into()),
    }
}

fn play(scenario: Arc<Scenario>) -> Result<Document, Failed> {
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
        let mut builder = DocumentBuilder::new();
        let scenarios = vec![scenario];
        builder.apply(&started(&target, &scenarios, 1));
        let interrupted = Run::new(target, scenarios, options, events, stopped).play().await;
        if let Some(server) = server {
            server.stop().await;
        }
        while let Some(event) = come.recv().await {
            builder.apply(&event);
        }
        builder.apply(&RunEvent::RunFinished { interrupted });
        Ok(builder.finish())
    })
}

/// The document as the text report shows it.
fn shown(document: &Document) -> String {
    let mut text = Vec::new();
    match render(document, Format::Text, &RenderOptions { verbose: true, ..RenderOptions::default() }, &mut text) {
        Ok(()) => String::from_utf8_lossy(&text).into_owned(),
        Err(error) => error.to_string(),
    }
}
