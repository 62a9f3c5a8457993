//! What comes of a case, and how that is made of what its steps and the oracle found.

use std::time::Duration;

use sinkcheck_reports::document::TranscriptEntry;
use sinkcheck_spec::catalogue::{Level, catalogue};
use sinkcheck_spec::wire::InstanceId;

use super::Player;
use super::habits::ASKS_AGAIN;
use crate::connection::Doubt;

/// A rule that was found broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// Line of the step in the scenario file.
    pub line: usize,
    /// What was expected.
    pub expected: String,
    /// What was seen.
    pub observed: String,
}

/// Why a case ended before its last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A rule was found broken: see the findings.
    Broken,
    /// It can't be told whether the target does right.
    CantTell {
        /// A stable code in kebab case.
        code: &'static str,
        /// In words.
        message: String,
        /// Line of the step.
        line: usize,
    },
    /// The target lacks what the step needs.
    Lacks {
        /// What it lacks, as a noun phrase.
        what: String,
        /// Line of the step.
        line: usize,
    },
    /// The harness itself failed.
    Fault(String),
}

/// What happened when a case was played.
#[derive(Debug, Clone)]
pub struct Played {
    /// Broken rules, in the order in which they were found.
    pub findings: Vec<Finding>,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// How each "nothing" was shown.
    pub shown_by: Vec<String>,
    /// All that was exchanged.
    pub transcript: Vec<TranscriptEntry>,
    /// The ids that the server accepted the main identity with, in order.
    pub accepted_as: Vec<InstanceId>,
    /// How long it took.
    pub took: Duration,
}

/// How a step ended that did not go as it should.
pub(super) enum Halt {
    Broken {
        rule: Option<String>,
        expected: String,
        observed: String,
    },
    /// What has to come didn't, on a connection that is open. Where the case is about a SHOULD, and the step only leads up to it, that is
    /// not what is broken.
    Missing {
        must: &'static str,
        expected: String,
        observed: String,
    },
    CantTell {
        code: &'static str,
        message: String,
    },
    Lacks(String),
    /// A name that no step has given a value.
    Unset(String),
    Fault(String),
}

impl Player<'_> {
    /// The rule that is broken if a step ends like this, be it named by the step or the case's first; none if that isn't the question.
    pub(super) fn broken_by(&self, halt: &Halt, rule_of_step: Option<&str>) -> Option<String> {
        let of_step = rule_of_step.unwrap_or(&self.scenario.requirements[0]);
        let is_must = || catalogue().level_of(of_step) == Level::Must;
        match halt {
            Halt::Broken { rule, .. } => Some(rule.as_deref().unwrap_or(of_step).to_owned()),
            // Behind a SHOULD that is broken it may be missing for that, and a step that names a SHOULD says that it is.
            Halt::Missing { must, .. } => {
                let is_of_step = is_must() || rule_of_step.is_some() || !self.findings.is_empty();
                Some(if is_of_step { of_step } else { must }.to_owned())
            }
            Halt::CantTell { .. } | Halt::Lacks(_) | Halt::Unset(_) | Halt::Fault(_) => None,
        }
    }

    /// Turns what a step came to into a reason to stop; a broken SHOULD is noted, and the case goes on.
    pub(super) fn stop(&mut self, halt: Halt, rule_of_step: Option<&str>, line: usize) -> Stop {
        let rule = self.broken_by(&halt, rule_of_step).unwrap_or_default();
        match halt {
            Halt::Broken { expected, observed, .. } | Halt::Missing { expected, observed, .. } => {
                self.findings.push(Finding { rule, line, expected, observed });
                Stop::Broken
            }
            Halt::CantTell { code, message } => Stop::CantTell { code, message, line },
            Halt::Lacks(what) => Stop::Lacks { what, line },
            // The step that would have given it found a SHOULD broken, and without it the case can't go on.
            Halt::Unset(_) if !self.findings.is_empty() => Stop::Broken,
            Halt::Unset(name) => Stop::Fault(format!("${name} has no value")),
            Halt::Fault(what) => Stop::Fault(what),
        }
    }

    /// Moves what the oracle found on any connection into the findings. True if a MUST is among them.
    pub(super) fn collect_breaches(&mut self, line: usize) -> bool {
        let mut must = false;
        for link in self.connections.values_mut() {
            let inbox = link.connection.inbox();
            for breach in &inbox.breaches[link.reported..] {
                let level = catalogue().level_of(breach.rule);
                let expected = catalogue().rule(breach.rule).map_or_else(String::new, |rule| rule.text.clone());
                let finding = Finding { rule: breach.rule.to_owned(), line, expected, observed: breach.what.clone() };
                if breach.rule == ASKS_AGAIN && !inbox.asked_back {
                    self.setting.habits.asked_again();
                }
                if breach.is_of_pong() {
                    self.suspicions.push(finding);
                    continue;
                }
                must |= level == Level::Must;
                if !self.findings.iter().any(|known| known.rule == finding.rule) {
                    self.findings.push(finding);
                }
            }
            link.reported = inbox.breaches.len();
            if inbox.oracle.ponged_unasked() {
                self.setting.habits.ponged_unasked();
            }
        }
        must
    }

    /// Why nothing can be said, if the oracle lost its way on one of the connections. A contradiction of its own makes what it
    /// found worthless.
    pub(super) fn doubt(&mut self) -> Option<Stop> {
        let inboxes = self.connections.values().map(|link| link.connection.inbox().oracle.doubt().cloned());
        let doubts: Vec<Doubt> = inboxes.flatten().collect();
        let contradiction = doubts.iter().find(|doubt| matches!(doubt, Doubt::Contradiction(_)));
        match contradiction.or(doubts.first())? {
            Doubt::Contradiction(what) => {
                self.findings.clear();
                Some(Stop::Fault(format!("the oracle contradicts itself: {what}")))
            }
            Doubt::GaveUp(what) => {
                Some(Stop::CantTell { code: "too-many-readings", message: what.clone(), line: self.line })
            }
        }
    }
}
