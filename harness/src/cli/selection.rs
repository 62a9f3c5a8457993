//! Which cases are played: what --case, --rule, --skip-slow, --shard, --repeat and --shuffle mean.

use std::path::Path;
use std::sync::Arc;

use globset::{Glob, GlobMatcher};
use sinkcheck_cases::language::Scenario;
use sinkcheck_cases::suite;
use sinkcheck_reports::document::Shard;
use sinkcheck_spec::catalogue::Role;

use super::exit::Failure;

/// What is known of each play is held in memory until the run is over.
const MOST_PLAYS: usize = 100_000;

/// The cases of a run.
pub(super) struct Selection {
    /// In the order in which they are to be played, repeated as often as asked.
    pub(super) cases: Vec<Arc<Scenario>>,
    /// All that the suite has for the role.
    pub(super) everything: Vec<Arc<Scenario>>,
    /// Cases that other shards play.
    pub(super) of_other_shards: Vec<Arc<Scenario>>,
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
    pub(super) shard: Option<Shard>,
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
    if all.is_empty() {
        return Err(Failure::usage(format!(
            "the suite has no case for a {role}: `under_test` says whom a case is for"
        )));
    }
    let mut kept = all.clone();
    for pattern in wanted.cases {
        let glob = glob(pattern)?;
        if !all.iter().any(|case| glob.is_match(&case.id)) {
            return Err(Failure::usage(format!(
                "no case fits `{pattern}`; {}",
                near_case(pattern, all.iter().map(|case| &**case))
            )));
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
    let of_other_shards = match wanted.shard {
        Some(shard) => part(&mut kept, shard)?,
        None => Vec::new(),
    };
    let plays = kept.len() * wanted.repeat as usize;
    if plays > MOST_PLAYS {
        return Err(Failure::usage(format!(
            "{} cases {} times are {plays} plays, and a run has {MOST_PLAYS} at most: --case and --rule select fewer cases",
            kept.len(),
            wanted.repeat
        )));
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
    Ok(Selection { cases: kept, everything: all, of_other_shards, slow_left_out: slow, seed })
}

/// Leaves the cases of one shard, and returns the others. Which these are depends on the ids of the selected cases alone: not on the
/// order in which they are played, and each is with all of its repetitions.
fn part(cases: &mut Vec<Arc<Scenario>>, shard: Shard) -> Result<Vec<Arc<Scenario>>, Failure> {
    let count = cases.len();
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let mut numbers = (0..shard.of).cycle();
    let (kept, others) = std::mem::take(cases)
        .into_iter()
        .partition(|_| numbers.next().is_some_and(|number| number + 1 == shard.number));
    *cases = kept;
    if cases.is_empty() {
        return Err(Failure::usage(format!(
            "shard {}/{} has no case to play: there are {count}; use no more shards than cases",
            shard.number, shard.of
        )));
    }
    Ok(others)
}

pub(super) fn glob(pattern: &str) -> Result<GlobMatcher, Failure> {
    Glob::new(pattern)
        .map(|glob| glob.compile_matcher())
        .map_err(|error| Failure::usage(format!("`{pattern}` is no pattern: {error}")))
}

/// A hint for whoever wrote an id or a pattern that fits no case.
pub(super) fn near_case<'a>(text: &str, all: impl Iterator<Item = &'a Scenario>) -> String {
    let last = |text: &'a str| text.rsplit('/').next().unwrap_or(text);
    let wanted = text.rsplit('/').next().unwrap_or(text);
    let distance = |case: &&Scenario| strsim::damerau_levenshtein(&case.id, text);
    let is_near = |case: &&'a Scenario| {
        case.id.ends_with(text) || strsim::damerau_levenshtein(last(&case.id), wanted) <= wanted.len() / 3
    };
    match all.filter(is_near).min_by_key(distance) {
        Some(case) => format!("did you mean `{}`?", case.id),
        None => "`sinkcheck list` shows the cases".to_owned(),
    }
}
