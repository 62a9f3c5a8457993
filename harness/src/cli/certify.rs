//! `sinkcheck certify`.

use std::collections::BTreeMap;

use clap::ArgMatches;
use sinkcheck_cases::language::{Scenario, Verb};
use sinkcheck_reports::document::CaseVerdict;
use sinkcheck_reports::fold::{BROKEN, exit_code};
use sinkcheck_reports::{Document, DocumentBuilder, RunEvent};
use sinkcheck_spec::catalogue::Role;
use tokio::sync::mpsc;

use super::args::{Certify, RoleArgument, Terminal};
use super::exit::Failure;
use super::needs::Needs;
use super::outputs;
use super::progress::Progress;
use super::selection::{Selection, Wanted, scenarios, select};
use super::stopping::stop_at_signals;
use crate::judge::{KnownFailures, unplayed};
use crate::run::{Options, Run, scenario_texts, started};
use crate::target::{self, Target, builtin};

pub(super) fn certify(typed: &Certify, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    let role = match typed.role {
        RoleArgument::Server => Role::Server,
        RoleArgument::Client => Role::Client,
    };
    let outputs = outputs::outputs(&typed.result, matches)?;
    let known_failures = match &typed.known_failing {
        Some(file) => KnownFailures::read(file, time::UtcDateTime::now().date())
            .map_err(|mistake| Failure::mistakes(&[*mistake], false))?,
        None => KnownFailures::default(),
    };
    let wanted = Wanted {
        cases: &typed.case,
        rules: &typed.rule,
        skip_slow: typed.skip_slow,
        repeat: typed.repeat,
        shuffle: typed.shuffle.as_deref(),
        shard: typed.shard,
    };
    let selection = select(scenarios(typed.suite.as_deref())?, role, &wanted)?;
    let given = match (&typed.target, &typed.address) {
        (Some(file), _) => Some(target::from_file(file, role)?),
        (None, Some(address)) if role == Role::Client => {
            return Err(Failure::usage(format!(
                "{address}: a client connects by itself, so an address says nothing about it; write a target file with `launch` or `attach` (`sinkcheck init DIR` makes one to start from)"
            )));
        }
        (None, Some(address)) => {
            let address = address.parse().map_err(|error: target::AddressError| Failure::usage(error.to_string()))?;
            Some(target::from_address(address)?)
        }
        (None, None) => None,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::ours(format!("no runtime: {error}")))?;
    let played = runtime.block_on(async {
        let (server, target) = match given {
            Some(target) => (None, target),
            None if role == Role::Client => (None, builtin::reference_client()),
            None => {
                let (server, target) = builtin::reference_server()
                    .await
                    .map_err(|error| Failure::ours(format!("the reference server: {error}")))?;
                (Some(server), target)
            }
        };
        let played = play(typed, target, &selection, &known_failures).await;
        if let Some(server) = server {
            server.stop().await;
        }
        played
    });
    // Nothing that was started is to stay.
    target::kill_all();
    let code = played.and_then(|(builder, fault)| {
        let (document, stale) = conclude(builder, &known_failures);
        outputs::write(&document, &outputs, terminal, typed.result.verbose)?;
        match (exit_code(&document, stale), fault) {
            (code @ BROKEN, _) | (code, None) => Ok(code),
            (_, Some(fault)) => Err(Failure::ours(fault)),
        }
    });
    // Only now, for a signal ends the writing too; and tasks that wait for a peer need not be waited for.
    runtime.shutdown_background();
    code
}

/// The document, and how many entries of the list of known failures are stale.
fn conclude(mut builder: DocumentBuilder, known_failures: &KnownFailures) -> (Document, usize) {
    let stale = known_failures.stale();
    for entry in &stale {
        builder.apply(&RunEvent::Note(format!("Stale entry in the list of known failures: {entry} fits no failure.")));
    }
    for (entry, until) in known_failures.expired() {
        builder.apply(&RunEvent::Note(format!(
            "Expired entry in the list of known failures: {entry} excused until {until}, and does no longer."
        )));
    }
    (builder.finish(), stale.len())
}

/// Plays the selected cases. Beside what came of them, a fault of ours that ended the run.
async fn play(
    typed: &Certify,
    target: Target,
    selection: &Selection,
    known_failures: &KnownFailures,
) -> Result<(DocumentBuilder, Option<String>), Failure> {
    let (stop, stopped) = stop_at_signals()?;
    let role = target.role;
    let mut builder = DocumentBuilder::new();
    let mut progress = Progress::new(selection.cases.len(), typed.result.quiet);
    builder.apply(&started(&target, &selection.cases, selection.everything.len()));
    if let Some(shard) = typed.shard {
        builder.apply(&RunEvent::Shard(shard));
    }
    builder.apply(&RunEvent::CalledAs(arguments(typed)));
    scenario_texts(&selection.cases).for_each(|told| builder.apply(&told));
    for note in notes(typed, &target, selection) {
        builder.apply(&RunEvent::Note(note));
    }
    if let Some(wait) = announced_wait(&target, selection) {
        progress.event(&RunEvent::Waiting { what: wait });
    }
    let (events, mut come) = mpsc::unbounded_channel();
    let options = Options { jobs: typed.jobs.into() };
    let run = Run::new(target, selection.cases.clone(), options, events, stopped);
    let running = tokio::spawn(run.play());
    let mut open: BTreeMap<&str, &Scenario> =
        selection.everything.iter().map(|case| (case.id.as_str(), &**case)).collect();
    let mut needs = Needs::default();
    let mut first_failure = None;
    while let Some(mut event) = come.recv().await {
        if let RunEvent::CaseFinished(result) = &mut event {
            known_failures.apply(result);
            needs.finished(result);
            open.remove(result.id.as_str());
            if typed.fail_fast && result.verdict == CaseVerdict::Fail && first_failure.is_none() {
                first_failure = Some(result.id.clone());
                // A run that is over needs no stop.
                let _ = stop.send(true);
            }
        }
        progress.event(&event);
        builder.apply(&event);
    }
    // What was not played can't make an entry stale.
    for case in open.into_values() {
        known_failures.apply(&mut unplayed(case));
    }
    let (interrupted, fault) = match running.await {
        Ok(interrupted) => (interrupted, None),
        Err(error) => (true, Some(format!("sinkcheck failed within the run; please report this: {error}"))),
    };
    progress.finish();
    if let Some(case) = first_failure {
        builder.apply(&RunEvent::Note(format!("--fail-fast ended the run at {case}.")));
    }
    for need in needs.events(selection, role) {
        builder.apply(&need);
    }
    builder.apply(&RunEvent::RunFinished { interrupted });
    Ok((builder, fault))
}

/// What reaches the same target with the same suite.
fn arguments(typed: &Certify) -> Vec<String> {
    let role = match typed.role {
        RoleArgument::Server => "server",
        RoleArgument::Client => "client",
    };
    let mut arguments = vec!["certify".to_owned(), role.to_owned()];
    arguments.extend(typed.address.clone());
    for (option, file) in [("--target", &typed.target), ("--suite", &typed.suite)] {
        if let Some(file) = file {
            arguments.extend([option.to_owned(), file.display().to_string()]);
        }
    }
    arguments
}

fn notes(typed: &Certify, target: &Target, selection: &Selection) -> Vec<String> {
    let mut notes = target.remarks.clone();
    if !selection.slow_left_out.is_empty() {
        notes.push(format!(
            "--skip-slow left out {} cases that wait for keepalive intervals.",
            selection.slow_left_out.len()
        ));
    }
    if let Some(seed) = selection.seed {
        notes.push(format!("The order was random; --shuffle {seed} gives it again."));
    }
    if !target.described {
        notes.push(
            "Only an address was given: the rules that need another client, an event that is NACKed, TLS or an adapter need a target file (`sinkcheck init DIR` writes one to start from)."
                .to_owned(),
        );
    }
    if !typed.case.is_empty() || !typed.rule.is_empty() {
        notes.push("Only some cases were selected; a verdict about the whole needs all of them.".to_owned());
    }
    notes
}

/// What is said before a run that waits for seconds.
fn announced_wait(target: &Target, selection: &Selection) -> Option<String> {
    // The reference pair passes them in virtual time.
    let interval = target.keepalive_interval.filter(|_| !target.is_built_in())?;
    let slow: Vec<_> = selection.cases.iter().filter(|case| case.is_slow()).collect();
    let longest = slow.iter().map(|case| intervals(case)).fold(0.0, f64::max);
    let seconds = interval.as_secs_f64() * longest;
    (seconds >= 5.0).then(|| {
        format!(
            "{} cases wait for keepalive intervals, the longest about {seconds:.0} s; --skip-slow leaves them out",
            slow.len()
        )
    })
}

fn intervals(scenario: &Scenario) -> f64 {
    fn of(steps: &[sinkcheck_cases::language::Step]) -> f64 {
        steps
            .iter()
            .map(|step| match &step.verb {
                Verb::Wait(intervals) => *intervals,
                Verb::Expect { within: Some(within), .. } => within.to,
                Verb::Repeat { times, steps } => f64::from(*times) * of(steps),
                Verb::ForEach { steps, .. } => of(steps),
                _ => 0.0,
            })
            .sum()
    }
    of(&scenario.steps)
}
