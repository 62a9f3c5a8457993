//! Something that was found on a connection, with the frames that prove it.

use std::sync::Arc;

use sinkcheck_reports::document::TranscriptEntry;
use sinkcheck_reports::finding::{self, FindingKind as ReportKind};
use sinkcheck_spec::catalogue::{Level, catalogue};
use sinkcheck_spec::oracle::{Finding, FindingKind};

use super::kept::{milliseconds, report_role};

/// Something that was found, as soon as it was.
#[derive(Debug, Clone)]
pub struct Found {
    /// The connection's name.
    pub connection: Arc<str>,
    /// What the oracle says.
    pub finding: Finding,
    /// The frames that prove it, in the order in which they passed, and what happened beside them. Times are in ms since the
    /// common start. What broke the rule is marked.
    pub proof: Vec<TranscriptEntry>,
}

impl Found {
    /// The rule that was broken, if one was.
    #[must_use]
    pub fn rule(&self) -> Option<&'static str> {
        self.finding.rule()
    }

    /// How binding that rule is. One that nobody knows is a MUST, to be on the safe side.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        self.rule().map(|rule| catalogue().level_of(rule))
    }

    /// The same in the published form.
    #[must_use]
    pub fn report(&self) -> finding::Finding {
        let Finding { kind, by, at, what, frames } = &self.finding;
        let rule = self.rule().and_then(|rule| catalogue().rule(rule));
        finding::Finding {
            finding: match kind {
                FindingKind::Broken(_) => ReportKind::Broken,
                FindingKind::Disagreement => ReportKind::Disagreement,
                FindingKind::GaveUp => ReportKind::GaveUp,
            },
            ms: milliseconds(*at),
            connection: self.connection.to_string(),
            side: report_role(*by),
            rule: self.rule().map(str::to_owned),
            level: self.level().map(|level| match level {
                Level::Must => sinkcheck_reports::document::Level::Must,
                Level::Should => sinkcheck_reports::document::Level::Should,
            }),
            text: rule.map(|rule| rule.text.clone()),
            what: what.clone(),
            frame_numbers: frames.clone(),
            frames: self.proof.clone(),
        }
    }
}
