use std::collections::HashMap;

use super::cases::Keys;
use super::rules::{self, Places, Rule};
use super::shown::Shown;
use super::verdicts::{self, Look};
use crate::document::{CaseVerdict, Document, Level, RuleResult, RuleVerdict};

/// How many cases are shown with a broken rule; one bug often fails many.
const CASES: usize = 3;

/// A rule that was broken, with cases that show it.
pub(super) struct Broken<'a> {
    pub(super) rule: Rule<'a>,
    pub(super) witnesses: Vec<Witness<'a>>,
    /// How many more cases found it broken.
    pub(super) more: usize,
}

/// A case that found a rule broken, or came to no result.
pub(super) struct Witness<'a> {
    pub(super) key: Shown<'static>,
    pub(super) title: Shown<'a>,
    pub(super) expected: Option<Shown<'a>>,
    pub(super) observed: Option<Shown<'a>>,
}

/// The broken rules, those that decide the verdict first.
pub(super) fn of<'a>(document: &'a Document, places: &Places<'a>, keys: &Keys<'_>) -> Vec<Broken<'a>> {
    let found = found(document, places);
    let broken =
        |level| document.rules.iter().filter(move |rule| rule.verdict == RuleVerdict::Broken && rule.level == level);
    broken(Level::Must)
        .chain(broken(Level::Should))
        .map(|rule| of_rule(document, rule, places, keys, found.get(rule.id.as_str())))
        .collect()
}

/// Where a rule was found broken: the first cases of which it decided the verdict, the first others, and how many there are.
#[derive(Default)]
struct Found {
    decided: Vec<usize>,
    others: Vec<usize>,
    count: usize,
    last: Option<usize>,
}

/// The cases that found each of the document's rules broken.
fn found<'a>(document: &'a Document, places: &Places<'_>) -> HashMap<&'a str, Found> {
    let mut all: HashMap<&str, Found> = HashMap::new();
    for (place, case) in document.cases.iter().enumerate().filter(|(_, case)| case.verdict.is_conclusive()) {
        let broken = case.broken_rules.iter().enumerate().filter(|(_, rule)| places.contains_key(rule.as_str()));
        for (at, rule) in broken {
            let found = all.entry(rule).or_default();
            if found.last.replace(place) == Some(place) {
                continue;
            }
            found.count += 1;
            // What decided a case's verdict comes first among its broken rules: those cases speak of this rule.
            let list = if at == 0 { &mut found.decided } else { &mut found.others };
            if list.len() < CASES {
                list.push(place);
            }
        }
    }
    all
}

fn of_rule<'a>(
    document: &'a Document,
    rule: &'a RuleResult,
    places: &Places<'a>,
    keys: &Keys<'_>,
    found: Option<&Found>,
) -> Broken<'a> {
    let decided = found.into_iter().flat_map(|found| found.decided.iter().map(|&place| (place, true)));
    let others = found.into_iter().flat_map(|found| found.others.iter().map(|&place| (place, false)));
    let witnesses = decided.chain(others).take(CASES).map(|(place, decided)| {
        let case = &document.cases[place];
        Witness {
            key: keys.of(place),
            title: Shown::line(&case.title),
            // The rule's sentence has been said.
            expected: case.expected.as_deref().filter(|&text| decided && text != rule.text).map(Shown::lines),
            observed: case.observed.as_deref().filter(|_| decided).map(Shown::lines),
        }
    });
    let count = found.map_or(0, |found| found.count);
    Broken { rule: rules::view(rule, places), witnesses: witnesses.collect(), more: count.saturating_sub(CASES) }
}

/// Cases that came to no result about the target, or that a list of known failures is wrong about, for one reason.
pub(super) struct Unsettled<'a> {
    pub(super) look: Look,
    pub(super) reason: Shown<'a>,
    pub(super) count: usize,
}

/// What stands between the run and a whole answer, by verdict and reason.
pub(super) fn unsettled(document: &Document) -> Vec<Unsettled<'_>> {
    let mut groups: Vec<Unsettled<'_>> = Vec::new();
    for verdict in
        [CaseVerdict::Error, CaseVerdict::UnexpectedPass, CaseVerdict::Inconclusive, CaseVerdict::NotApplicable]
    {
        let mut places: HashMap<Shown<'_>, usize> = HashMap::new();
        for case in document.cases.iter().filter(|case| case.verdict == verdict) {
            let reason = match (&case.reason, &case.known_failure) {
                (Some(reason), _) if reason.message.is_empty() => Shown::line(&reason.code),
                (Some(reason), _) => Shown::line(&reason.message),
                (None, Some(known)) => Shown::owned(&known.account()),
                (None, None) => Shown::line("no reason was given"),
            };
            let place = *places.entry(reason).or_insert_with_key(|reason| {
                groups.push(Unsettled { look: verdicts::case(verdict), reason: reason.clone(), count: 0 });
                groups.len() - 1
            });
            groups[place].count += 1;
        }
    }
    groups
}
