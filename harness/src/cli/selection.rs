//! Which cases are played: what --case, --rule, --skip-slow, --repeat and --shuffle mean.

use std::path::Path;
use std::sync::Arc;

use globset::{Glob, GlobMatcher};
use sinkcheck_cases::language::Scenario;
use sinkcheck_cases::suite;
use sinkcheck_spec::catalogue::Role;

use super::exit::Failure;

/// The cases of a run.
pub(super) struct Selection {
    /// In the order in which they are to be played, repeated as often as asked.
    pub(super) cases: Vec<Arc<Scenario>>,
    /// All that the suite has for the role.
    pub(super) everything: Vec<Arc<Scenario>>,
    /// Cases that were left out because they are slow.
    pub(super) slow_left_out: Vec<Arc<Scenario>>,
    /// The seed of a random order.
    pub(super) seed: Option<u64>,
}

/// What was asked for.
pub(super) struct Wanted<'a> {
    pub(super) cases: &'a [String],
    pub(super) rules: &'a [String],
    pub(super) skip_slow: bool,
    pub(super) repeat: u32,
    pub(super) shuffle: Option<&'a str>,
}

/// The suite of a folder, or the built-in one.
pub(super) fn scenarios(folder: Option<&Path>) -> Result<Vec<Scenario>, Failure> {
    match folder {
        Some(folder) => suite::load(folder).map_err(|mistakes| Failure::mistakes(&mistakes, false)),
        None => suite::built_in().map_err(|mistakes| Failure::mistakes(&mistakes, false)),
    }
}

pub(super) fn select(scenarios: Vec<Scenario>, role: Role, wanted: &Wanted<'_>) -> Result<Selection, Failure> {
    let all: Vec<Arc<Scenario>> = scenarios.into_iter().filter(|case| case.under_test == role).map(Arc::new).collect();
    let mut kept = all.clone();
    for pattern in wanted.cases {
        let glob = glob(pattern)?;
        if !all.iter().any(|case| glob.is_match(&case.id)) {
            return Err(Failure::usage(format!("no case fits `{pattern}`{}", near_case(pattern, &all))));
        }
    }
    for pattern in wanted.rules {
        let glob = glob(pattern)?;
        if !all.iter().any(|case| case.requirements.iter().any(|rule| glob.is_match(rule))) {
            return Err(Failure::usage(format!(
                "no case cites a rule that fits `{pattern}`; `sinkcheck list --rules` shows the rules"
            )));
        }
    }
    if !wanted.cases.is_empty() {
        let globs = wanted.cases.iter().map(|pattern| glob(pattern)).collect::<Result<Vec<_>, _>>()?;
        kept.retain(|case| globs.iter().any(|glob| glob.is_match(&case.id)));
    }
    if !wanted.rules.is_empty() {
        let globs = wanted.rules.iter().map(|pattern| glob(pattern)).collect::<Result<Vec<_>, _>>()?;
        kept.retain(|case| case.requirements.iter().any(|rule| globs.iter().any(|glob| glob.is_match(rule))));
    }
    let (slow, mut kept): (Vec<_>, Vec<_>) = kept.into_iter().partition(|case| wanted.skip_slow && case.is_slow());
    if kept.is_empty() {
        return Err(Failure::usage(if slow.is_empty() {
            "no case is left to play: --case and --rule fit no case together".to_owned()
        } else {
            format!("no case is left to play: all {} that fit are slow, and --skip-slow leaves them out", slow.len())
        }));
    }
    let once = kept.clone();
    for _ in 1..wanted.repeat {
        kept.extend(once.iter().cloned());
    }
    let seed = match wanted.shuffle {
        None => None,
        Some("") => Some(fastrand::u64(..)),
        Some(text) => {
            Some(text.parse().map_err(|_| Failure::usage(format!("`{text}` is no seed: a whole number is needed")))?)
        }
    };
    if let Some(seed) = seed {
        fastrand::Rng::with_seed(seed).shuffle(&mut kept);
    }
    Ok(Selection { cases: kept, everything: all, slow_left_out: slow, seed })
}

pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, Failure> {
    Glob::new(pattern)
        .map(|glob| glob.compile_matcher())
        .map_err(|error| Failure::usage(format!("`{pattern}` is no pattern: {error}")))
}

fn near_case(pattern: &str, all: &[Arc<Scenario>]) -> String {
    let last = pattern.rsplit('/').next().unwrap_or(pattern);
    let distance = |case: &&Arc<Scenario>| {
        let name = case.id.rsplit('/').next().unwrap_or(&case.id);
        if case.id.contains(last) { 0 } else { strsim::damerau_levenshtein(name, last) }
    };
    match all.iter().min_by_key(distance).filter(|case| distance(case) <= last.len() / 2) {
        Some(case) => format!("; did you mean `{}`?", case.id),
        None => "; `sinkcheck list` shows the cases".to_owned(),
    }
}
