//! What came of one connection.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_reports::document::{Reason, TranscriptEntry};
use sinkcheck_spec::catalogue::{Level, Role, catalogue};
use sinkcheck_spec::oracle::{Finding, FindingKind, Tally};

use super::excerpt::Excerpt;
use super::kept::Kept;

/// What came of one connection.
#[derive(Debug)]
pub struct Outcome {
    /// Its name.
    pub name: Arc<str>,
    /// Who the peers are, in words.
    pub about: Option<String>,
    /// When it began to be watched.
    pub begun: Duration,
    /// When that ended.
    pub ended: Duration,
    /// How many frames passed, in both directions.
    pub frames: u64,
    /// What came of the two peers.
    pub sides: [Side; 2],
    /// Why the traffic was lost, if it was.
    pub doubt: Option<Reason>,
    /// What the oracle said when it failed, if it did.
    pub fault: Option<String>,
}

/// What came of one peer of a connection.
#[derive(Debug)]
pub struct Side {
    /// The peer's role.
    pub role: Role,
    /// Whether it was judged at all.
    pub judged: bool,
    /// How many frames it sent.
    pub frames: u64,
    /// How often it met each rule.
    pub tally: Tally,
    /// The rules that it broke, in the order in which it first did.
    pub broken: Vec<Broken>,
    /// Why the oracle gave it up, if it did.
    pub gave_up: Option<String>,
    /// What the oracle disagreed with itself about, if it did.
    pub disagreement: Option<String>,
    /// What is shown of the connection where something was found.
    pub transcript: Vec<TranscriptEntry>,
    excerpt: Excerpt,
}

/// A rule that a peer broke on a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its id.
    pub rule: &'static str,
    /// How binding it is.
    pub level: Level,
    /// How often it was broken.
    pub times: u64,
    /// What was seen the first time.
    pub what: String,
}

impl Side {
    pub(super) fn new(role: Role) -> Self {
        Self {
            role,
            judged: true,
            frames: 0,
            tally: Tally::default(),
            broken: Vec::new(),
            gave_up: None,
            disagreement: None,
            transcript: Vec::new(),
            excerpt: Excerpt::default(),
        }
    }

    /// The worst level of what it broke.
    #[must_use]
    pub fn broke_a_must(&self) -> bool {
        self.broken.iter().any(|broken| broken.level == Level::Must)
    }

    /// Takes in what was found, and says how often it was by now.
    pub(super) fn add(
        &mut self,
        finding: &Finding,
        kept: &Kept,
        passed: u64,
        connection: &str,
        begun: Duration,
    ) -> u64 {
        let mut count = 1;
        match finding.kind {
            FindingKind::Broken(rule) => match self.broken.iter_mut().find(|broken| broken.rule == rule) {
                Some(broken) => {
                    broken.times += 1;
                    count = broken.times;
                }
                None => {
                    let what = finding.what.clone();
                    self.broken.push(Broken { rule, level: catalogue().level_of(rule), times: 1, what });
                }
            },
            FindingKind::Disagreement => {
                self.disagreement.get_or_insert_with(|| finding.what.clone());
            }
            FindingKind::GaveUp => {
                self.gave_up.get_or_insert_with(|| finding.what.clone());
            }
        }
        self.excerpt.add(finding, kept, passed, connection, begun);
        count
    }

    pub(super) fn close(
        &mut self,
        judged: bool,
        tally: &Tally,
        connection: &str,
        opened: TranscriptEntry,
        ends: &[(u64, TranscriptEntry)],
    ) {
        self.judged = judged;
        self.tally = tally.clone();
        self.transcript = std::mem::take(&mut self.excerpt).finish(connection, opened, ends);
    }
}
