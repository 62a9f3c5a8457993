use super::cases::Keys;
use super::rules::{self, Places, Rule};
use super::shown::Shown;
use super::verdicts::{self, Look};
use crate::document::{CaseResult, CaseVerdict, Document, Level, RuleResult, RuleVerdict};

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
pub(super) fn of<'a>(document: &'a Document, places: &Places<'a>, keys: &Keys) -> Vec<Broken<'a>> {
    let broken =
        |level| document.rules.iter().filter(move |rule| rule.verdict == RuleVerdict::Broken && rule.level == level);
    broken(Level::Must).chain(broken(Level::Should)).map(|rule| of_rule(document, rule, places, keys)).collect()
}

fn of_rule<'a>(document: &'a Document, rule: &'a RuleResult, places: &Places<'a>, keys: &Keys) -> Broken<'a> {
    let breaks = |case: &CaseResult| case.verdict.is_conclusive() && case.broken_rules.contains(&rule.id);
    // What decided a case's verdict comes first among its broken rules: those cases speak of this rule.
    let decided = |case: &CaseResult| case.broken_rules.first() == Some(&rule.id);
    let mut found: Vec<(usize, &CaseResult)> =
        document.cases.iter().enumerate().filter(|(_, case)| breaks(case)).collect();
    found.sort_by_key(|(_, case)| !decided(case));
    let witnesses = found.iter().take(CASES).map(|&(place, case)| Witness {
        key: keys.of(place),
        title: Shown::line(&case.title),
        // The rule's sentence has been said.
        expected: case.expected.as_deref().filter(|&text| decided(case) && text != rule.text).map(Shown::lines),
        observed: case.observed.as_deref().filter(|_| decided(case)).map(Shown::lines),
    });
    Broken { rule: rules::view(rule, places), witnesses: witnesses.collect(), more: found.len().saturating_sub(CASES) }
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
        let begin = groups.len();
        for case in document.cases.iter().filter(|case| case.verdict == verdict) {
            let reason = match (&case.reason, &case.known_failure) {
                (Some(reason), _) if reason.message.is_empty() => Shown::line(&reason.code),
                (Some(reason), _) => Shown::line(&reason.message),
                (None, Some(known)) => Shown::owned(&known.account()),
                (None, None) => Shown::line("no reason was given"),
            };
            match groups[begin..].iter_mut().find(|group| group.reason == reason) {
                Some(group) => group.count += 1,
                None => groups.push(Unsettled { look: verdicts::case(verdict), reason, count: 1 }),
            }
        }
    }
    groups
}
