use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::num::NonZero;
use std::sync::Arc;

use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::detection::{DetectionFormat, Outcome, render_detection};
use sinkcheck_reports::fold::BROKEN;
use sinkcheck_spec::catalogue::Role;

use super::super::args::{RoleArgument, Terminal};
use super::super::exit::{CONFORMS, Failure, HARNESS_FAILED};
use super::super::outputs::{self, Asked};
use super::super::selection::{glob, near_case, scenarios};
use super::typed::{Detect, Kind};
use crate::detect::{Equivalents, Plan, What, detect as play};

pub(in crate::cli) fn detect(typed: &Detect, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    let asked =
        Asked { formats: &typed.format, files: &typed.output, text: (!typed.quiet).then_some(DetectionFormat::Text) };
    let outputs = outputs::outputs_of(&asked, matches)?;
    let plan = plan(typed)?;
    let bar = bar(typed.quiet);
    let detection = play(&plan, &mut |peers, finished, role| {
        bar.set_length(peers as u64);
        bar.set_position(finished as u64);
        bar.set_message(role.to_string());
    });
    bar.finish_and_clear();
    outputs::write_each(&outputs, terminal, typed.verbose, |format, options, out| {
        render_detection(&detection, format, options, out)
    })?;
    Ok(match detection.outcome {
        Outcome::Sound => CONFORMS,
        Outcome::Unsound => BROKEN,
        Outcome::HarnessFailed => HARNESS_FAILED,
    })
}

fn plan(typed: &Detect) -> Result<Plan, Failure> {
    let roles = match typed.role {
        None => Role::ALL.to_vec(),
        Some(RoleArgument::Server) => vec![Role::Server],
        Some(RoleArgument::Client) => vec![Role::Client],
    };
    let all: Vec<Scenario> = scenarios(typed.suite.as_deref())?;
    let suite_size = all.len();
    let plan = Plan {
        what: kinds(typed)?,
        names: [&typed.mutant, &typed.variant]
            .into_iter()
            .flatten()
            .map(|pattern| glob(pattern))
            .collect::<Result<_, _>>()?,
        cases: selected(all, &roles, &typed.case)?,
        suite_size,
        roles,
        repeat: typed.repeat,
        sample: typed.sample,
        seed: typed.seed,
        jobs: typed.jobs.map_or_else(processors, usize::from),
        equivalents: Equivalents::built_in().map_err(Failure::ours)?,
    };
    let names = plan.names_of_peers();
    for pattern in typed.mutant.iter().chain(&typed.variant) {
        let fits = glob(pattern)?;
        if !names.iter().any(|name| fits.is_match(name)) {
            return Err(Failure::usage(format!(
                "no peer of these kinds and roles fits `{pattern}`{}",
                near(pattern, &names)
            )));
        }
    }
    Ok(plan)
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, NonZero::get)
}

/// The kinds that were asked for; those that a name says, where no kind was.
fn kinds(typed: &Detect) -> Result<BTreeSet<What>, Failure> {
    let of = |kind: &Kind| match kind {
        Kind::Reference => What::Reference,
        Kind::Mutants => What::Mutants,
        Kind::Generated => What::Generated,
        Kind::Variants => What::Variants,
        Kind::Pairs => What::Pairs,
    };
    let mut kinds: BTreeSet<What> =
        if typed.only.is_empty() { What::ALL.into() } else { typed.only.iter().map(of).collect() };
    let faults = [What::Mutants, What::Generated];
    let freedoms = [What::Variants, What::Pairs];
    match (typed.mutant.is_empty(), typed.variant.is_empty()) {
        (true, true) => {}
        (false, true) => kinds.retain(|kind| faults.contains(kind)),
        (true, false) => kinds.retain(|kind| freedoms.contains(kind)),
        (false, false) => kinds.retain(|kind| *kind != What::Reference),
    }
    if kinds.is_empty() {
        return Err(Failure::usage("nothing is left to play: --only leaves out what --mutant or --variant asks for"));
    }
    Ok(kinds)
}

fn selected(all: Vec<Scenario>, roles: &[Role], patterns: &[String]) -> Result<Vec<Arc<Scenario>>, Failure> {
    let globs = patterns.iter().map(|pattern| glob(pattern)).collect::<Result<Vec<_>, _>>()?;
    for (pattern, fits) in patterns.iter().zip(&globs) {
        if !all.iter().any(|case| roles.contains(&case.under_test) && fits.is_match(&case.id)) {
            return Err(Failure::usage(format!("no case fits `{pattern}`; {}", near_case(pattern, all.iter()))));
        }
    }
    let is_wanted = |case: &Scenario| globs.is_empty() || globs.iter().any(|fits| fits.is_match(&case.id));
    Ok(all.into_iter().filter(is_wanted).map(Arc::new).collect())
}

/// A hint for whoever wrote a name that fits nothing.
fn near(pattern: &str, names: &[String]) -> String {
    let distance = |name: &&String| strsim::damerau_levenshtein(name, pattern);
    match names.iter().min_by_key(distance).filter(|name| distance(name) <= pattern.len() / 3) {
        Some(name) => format!("; did you mean `{name}`?"),
        None => "; `sinkcheck simulate server --list-mutants` lists them".to_owned(),
    }
}

fn bar(quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {msg}s that were played at") {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}
