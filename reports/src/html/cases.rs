use std::collections::HashMap;
use std::fmt;

use super::rules::Places;
use super::sections;
use super::shown::Shown;
use super::transcript;
use super::verdicts::{self, Look};
use crate::command;
use crate::document::{CaseResult, Document, Level};

/// By what name each case is linked to: its id, and the number of the play where there are several.
pub(super) struct Keys(Vec<String>);

impl Keys {
    pub(super) fn new(document: &Document) -> Self {
        let mut plays: HashMap<&str, usize> = HashMap::new();
        let keys = document.cases.iter().map(|case| {
            let play = plays.entry(&case.id).or_default();
            *play += 1;
            if *play == 1 { case.id.clone() } else { format!("{}~{play}", case.id) }
        });
        Self(keys.collect())
    }

    /// That of the case at this place of the document.
    pub(super) fn of(&self, place: usize) -> Shown<'static> {
        Shown::owned(self.0.get(place).map_or("", String::as_str))
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
    /// What is told about it: a term and its description.
    pub(super) told: Vec<(&'static str, &'static str, Shown<'a>)>,
    pub(super) command: Option<Shown<'static>>,
    document: &'a Document,
    case: &'a CaseResult,
}

/// A rule that a case cites or found broken.
pub(super) struct Cited<'a> {
    /// Its place in the document, if it is there.
    pub(super) number: Option<usize>,
    pub(super) id: Shown<'a>,
    pub(super) is_broken: bool,
    pub(super) text: Shown<'a>,
    pub(super) level: String,
}

impl<'a> Case<'a> {
    pub(super) fn of(document: &'a Document, place: usize, places: &Places<'a>, keys: &Keys) -> Self {
        let case = &document.cases[place];
        let broken = case.broken_rules.iter().map(|rule| (rule, true));
        let cited = case.rules.iter().filter(|rule| !case.broken_rules.contains(rule)).map(|rule| (rule, false));
        let rules: Vec<Cited<'a>> =
            broken.chain(cited).map(|(rule, is_broken)| Cited::of(document, rule, is_broken, places)).collect();
        let has = |level: Level| rules.iter().any(|rule| rule.level == level.to_string());
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
            told: told(case),
            command: command::to_play(document, case).as_deref().map(Shown::owned),
            document,
            case,
        }
    }

    /// What the script draws when the case is opened, as an element that holds data.
    pub(super) fn data(&self) -> String {
        transcript::element(self.document, self.case)
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
            text: rule.map_or(Shown::line(""), |rule| Shown::lines(&rule.text)),
            level: rule.map_or(Level::Must, |rule| rule.level).to_string(),
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
