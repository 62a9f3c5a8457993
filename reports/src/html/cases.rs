use std::collections::{HashMap, HashSet};
use std::fmt;

use super::rules::Places;
use super::sections;
use super::shown::Shown;
use super::transcript;
use super::verdicts::{self, Look};
use crate::command;
use crate::document::{CaseResult, Document, Level};

/// How many rules are listed with a case, those that it found broken first. The catalogue has fewer.
const MOST_CITED: usize = 256;

/// By what name each case is linked to: its id, and the number of the play where there are several.
pub(super) struct Keys<'a> {
    document: &'a Document,
    plays: Vec<u32>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        let mut last: HashMap<&str, u32> = HashMap::new();
        let plays = document.cases.iter().map(|case| {
            let play = last.entry(&case.id).or_default();
            *play += 1;
            *play
        });
        Self { document, plays: plays.collect() }
    }

    /// That of the case at this place of the document.
    pub(super) fn of(&self, place: usize) -> Shown<'static> {
        match (self.plays[place], &self.document.cases[place].id) {
            (1, id) => Shown::owned(id),
            (play, id) => Shown::owned(&format!("{id}~{play}")),
        }
    }
}

/// One case as a row that opens.
pub(super) struct Case<'a> {
    pub(super) key: Shown<'static>,
    pub(super) look: Look,
    pub(super) title: Shown<'a>,
    pub(super) section: Shown<'a>,
    /// The levels of the rules that it is about or found broken, in words.
    pub(super) levels: &'static str,
    pub(super) took: Milliseconds,
    pub(super) rules: Vec<Cited<'a>>,
    /// How many more there are.
    pub(super) more_rules: usize,
    /// What is told about it: a term and its description.
    pub(super) told: Vec<(&'static str, &'static str, Shown<'a>)>,
    pub(super) command: Option<Shown<'static>>,
    case: &'a CaseResult,
    /// Where its scenario is among those of the document, if it is there.
    scenario: Option<usize>,
}

/// A rule that a case cites or found broken.
pub(super) struct Cited<'a> {
    /// Its place in the document, if it is there.
    pub(super) number: Option<usize>,
    pub(super) id: Shown<'a>,
    pub(super) is_broken: bool,
    /// Its sentence, where it was broken.
    pub(super) text: Shown<'a>,
    pub(super) level: Level,
}

impl<'a> Case<'a> {
    pub(super) fn of(
        document: &'a Document,
        place: usize,
        places: &Places<'a>,
        keys: &Keys<'_>,
        scenarios: &HashMap<&str, usize>,
    ) -> Self {
        let case = &document.cases[place];
        let is_broken: HashSet<&String> = case.broken_rules.iter().collect();
        let broken = case.broken_rules.iter().map(|rule| (rule, true));
        let cited = case.rules.iter().filter(|rule| !is_broken.contains(rule)).map(|rule| (rule, false));
        let all = broken.chain(cited);
        let listed = all.clone().take(MOST_CITED);
        let rules: Vec<Cited<'a>> =
            listed.map(|(rule, is_broken)| Cited::of(document, rule, is_broken, places)).collect();
        let more_rules = all.count().saturating_sub(MOST_CITED);
        let has = |level: Level| rules.iter().any(|rule| rule.level == level);
        Self {
            key: keys.of(place),
            look: verdicts::case(case.verdict),
            title: Shown::line(&case.title),
            section: sections::name(&case.section),
            levels: match (has(Level::Must), has(Level::Should)) {
                (true, true) => "MUST SHOULD",
                (false, true) => "SHOULD",
                // What is unknown counts as a MUST, as it does in the verdict.
                (_, false) => "MUST",
            },
            took: Milliseconds(case.duration_ms),
            rules,
            more_rules,
            told: told(case),
            command: command::to_play(document, case).as_deref().map(Shown::owned),
            case,
            scenario: scenarios.get(case.file_and_line().0).copied(),
        }
    }

    /// What the script draws when the case is opened, as an element that holds data.
    pub(super) fn data(&self) -> String {
        transcript::element(self.case, self.scenario)
    }
}

impl<'a> Cited<'a> {
    fn of(document: &'a Document, id: &'a str, is_broken: bool, places: &Places<'a>) -> Self {
        let number = places.get(id).copied();
        let rule = number.map(|place| &document.rules[place]);
        Self {
            number,
            id: Shown::line(id),
            is_broken,
            text: rule.filter(|_| is_broken).map_or(Shown::line(""), |rule| Shown::lines(&rule.text)),
            level: rule.map_or(Level::Must, |rule| rule.level),
        }
    }
}

fn told(case: &CaseResult) -> Vec<(&'static str, &'static str, Shown<'_>)> {
    let mut told = Vec::new();
    if let Some(reason) = &case.reason {
        let message = if reason.message.is_empty() { &reason.code } else { &reason.message };
        told.push(("reason", "Reason", Shown::lines(message)));
    }
    if let Some(known) = &case.known_failure {
        told.push(("known", "Known failure", Shown::owned(&known.account())));
    }
    if let Some(expected) = &case.expected {
        told.push(("expected", "Expected", Shown::lines(expected)));
    }
    if let Some(observed) = &case.observed {
        told.push(("observed", "Observed", Shown::lines(observed)));
    }
    told.extend(case.shown_by.iter().map(|means| ("shown-by", "Nothing, shown by", Shown::line(means))));
    told.push(("location", "Scenario", Shown::line(&case.location)));
    told
}

/// A time that a person reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Milliseconds(f64);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ms if ms >= 10_000.0 => write!(f, "{:.1} s", ms / 1000.0),
            ms if ms >= 100.0 => write!(f, "{ms:.0} ms"),
            ms => write!(f, "{ms:.1} ms"),
        }
    }
}
