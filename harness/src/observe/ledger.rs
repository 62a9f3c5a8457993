//! All connections together, and the document that is made of them.

use std::collections::{BTreeMap, BTreeSet};

use sinkcheck_reports::Document;
use sinkcheck_reports::document::{CaseResult, CaseVerdict, SCHEMA, Suite, Summary, Target, TargetRole, Verdict};
use sinkcheck_reports::fold::overall;
use sinkcheck_spec::catalogue::{Role, catalogue};
use sinkcheck_spec::oracle::Tally;

use super::case::{case, judged};
use super::connection::index;
use super::kept::report_role;
use super::outcome::{Outcome, Side};
use super::rules;

/// The version of the protocol that the suite speaks.
const PROTOCOL_VERSION: u8 = 0;

/// So many sides that nothing was found about have a case of their own.
const MOST_UNREMARKABLE: usize = 200;

/// So many others.
const MOST_REMARKABLE: usize = 800;

/// What is known of all connections so far. It is bounded: beyond a thousand cases connections are only counted.
#[derive(Debug, Default)]
pub struct Ledger {
    cases: Vec<CaseResult>,
    unremarkable: usize,
    remarkable: usize,
    /// The sides without a case of their own, by role and verdict.
    folded: BTreeMap<(Role, &'static str), Folded>,
    tallies: [Tally; 2],
    judged: [bool; 2],
    connections: u64,
    frames: u64,
    notes: Vec<String>,
}

/// Sides of one role and verdict that have no case of their own.
#[derive(Debug)]
struct Folded {
    verdict: CaseVerdict,
    count: u64,
    rules: BTreeSet<String>,
    broken: BTreeSet<String>,
    example: CaseResult,
}

impl Ledger {
    /// Takes in what came of a connection.
    pub fn add(&mut self, outcome: Outcome) {
        self.connections += 1;
        self.frames += outcome.frames;
        for side in outcome.sides.iter().filter(|side| side.judged) {
            self.judged[index(side.role)] = true;
            self.tallies[index(side.role)].add(&side.tally);
            self.add_side(&outcome, side);
        }
        for side in outcome.sides.iter().filter(|side| side.judged && side.broke_a_must()) {
            // The case can't say it beside its failure.
            let trouble = side.disagreement.as_ref().or(outcome.fault.as_ref());
            if let Some(what) = trouble {
                let name = &outcome.name;
                self.note(format!("On connection {name} the oracle itself failed, too: {what}. Please report it."));
            }
        }
    }

    fn add_side(&mut self, outcome: &Outcome, side: &Side) {
        let (verdict, reason) = judged(outcome, side);
        let case = case(outcome, side, verdict, reason);
        let (count, most) = match verdict {
            CaseVerdict::Pass | CaseVerdict::NotApplicable => (&mut self.unremarkable, MOST_UNREMARKABLE),
            _ => (&mut self.remarkable, MOST_REMARKABLE),
        };
        if *count < most {
            *count += 1;
            self.cases.push(case);
            return;
        }
        let folded = self.folded.entry((side.role, word(verdict))).or_insert_with(|| Folded {
            verdict,
            count: 0,
            rules: BTreeSet::new(),
            broken: BTreeSet::new(),
            example: CaseResult { transcript: Vec::new(), ..case.clone() },
        });
        folded.count += 1;
        folded.rules.extend(case.rules);
        folded.broken.extend(case.broken_rules);
    }

    /// A remark about the whole, for the document.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// How many connections were taken in.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// The document. `name` says what was watched and `address` where.
    #[must_use]
    pub fn document(self, name: impl Into<String>, address: impl Into<String>) -> Document {
        let Self { mut cases, folded, tallies, judged, connections, frames, mut notes, .. } = self;
        let count = |count: u64, noun: &str| match count {
            1 => format!("1 {noun}"),
            _ => format!("{count} {noun}s"),
        };
        notes.insert(0, format!("Watched {} with {}.", count(connections, "connection"), count(frames, "frame")));
        for ((role, _), folded) in folded {
            cases.push(folded.case(role));
        }
        // Where nothing came both sides would have been judged.
        let judged = match judged {
            [false, false] => Role::ALL.to_vec(),
            _ => Role::ALL.into_iter().filter(|role| judged[index(*role)]).collect(),
        };
        let rules = rules::results(&judged, |role| tallies[index(role)].clone(), &cases);
        let mut document = Document {
            schema: SCHEMA,
            suite: Suite {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                protocol_version: PROTOCOL_VERSION,
                cases: 0,
                rules: catalogue().rules().len(),
            },
            target: Target {
                name: name.into(),
                role: match judged[..] {
                    [role] => report_role(role).into(),
                    _ => TargetRole::Both,
                },
                address: address.into(),
                capabilities: Vec::new(),
            },
            arguments: Vec::new(),
            verdict: Verdict::Inconclusive,
            summary: Summary::of(&cases),
            shard: None,
            notes,
            rules,
            cases,
            scenarios: Vec::new(),
        };
        document.verdict = overall(&document);
        document
    }
}

impl Folded {
    /// One case that stands for all of them.
    fn case(self, role: Role) -> CaseResult {
        let Self { verdict, count, rules, broken, example } = self;
        let connections = if count == 1 { "connection" } else { "connections" };
        let observed = example.observed.map(|observed| format!("for example on {}: {observed}", example.id));
        CaseResult {
            id: format!("connections/{}/{role}", word(verdict)),
            title: format!("The {role} on {count} further {connections}, which this case stands for"),
            section: report_role(role).to_string(),
            verdict,
            reason: example.reason,
            rules: rules.into_iter().collect(),
            broken_rules: broken.into_iter().collect(),
            observed,
            ..CaseResult::default()
        }
    }
}

/// A verdict in the id of a case.
fn word(verdict: CaseVerdict) -> &'static str {
    match verdict {
        CaseVerdict::Pass => "passed",
        CaseVerdict::Fail => "failed",
        CaseVerdict::Warn => "warned",
        CaseVerdict::Inconclusive => "inconclusive",
        CaseVerdict::NotApplicable => "not-applicable",
        CaseVerdict::KnownFailure => "known-failure",
        CaseVerdict::UnexpectedPass => "unexpected-pass",
        CaseVerdict::Error => "error",
    }
}
