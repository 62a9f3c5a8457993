//! What a run emits while it goes on. The harness sends these; the document is folded from them, and a progress display may
//! watch them too.

use crate::document::{CaseResult, Level, ScenarioText, Shard, Suite, Target};

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// The run begins. Comes first, once.
    RunStarted {
        /// The suite that is run.
        suite: Suite,
        /// The implementation under test.
        target: Target,
        /// Every rule that applies to the target's role, in the catalogue's order.
        rules: Vec<RuleInfo>,
        /// The cases that will be run, in the suite's order, which is the order of the document whatever the order in which
        /// they are run. One that is repeated is listed as often as it is run.
        planned: Vec<PlannedCase>,
    },
    /// The words after `sinkcheck` that play this suite at this target again.
    CalledAs(Vec<String>),
    /// The text of a scenario that is played. Comes once for each file.
    Scenario(ScenarioText),
    /// A case begins. Several may be under way at a time.
    CaseStarted {
        /// Its id.
        id: String,
    },
    /// A case came to its end.
    CaseFinished(Box<CaseResult>),
    /// The run waits for something outside it, such as a client that has yet to connect.
    Waiting {
        /// What it waits for, in words.
        what: String,
    },
    /// Only a part of the selected cases is run, and other runs have the others.
    Shard(Shard),
    /// A remark about the run as a whole.
    Note(String),
    /// What the run would need in order to exercise a rule. Told where the harness knows that it lacks it.
    RuleNeeds {
        /// The rule's id.
        rule: String,
        /// The need, as a noun phrase without the rule's name, so that rules can be grouped by it: `an adapter`.
        need: String,
    },
    /// The run is over. Comes last, once.
    RunFinished {
        /// Whether it was stopped before every planned case had its turn.
        interrupted: bool,
    },
}

/// What a report needs to know about a rule of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Its stable id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// The section of the catalogue that it belongs to, such as `handshake`.
    pub section: String,
    /// That section's title.
    pub section_title: String,
    /// The number of its clause in the protocol text, such as `5.3`; empty if it has none.
    pub clause: String,
    /// Where it comes from: `stated`, `deployed`, `derived` or `advised`.
    pub source: String,
    /// Its sentence in the protocol text.
    pub text: String,
}

/// A case that a run means to perform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlannedCase {
    /// Its id.
    pub id: String,
    /// What it shows, in a sentence.
    pub title: String,
    /// The part of the suite that it belongs to.
    pub section: String,
    /// The ids of the rules that it cites.
    pub rules: Vec<String>,
    /// Where its scenario begins, as `FILE:LINE`.
    pub location: String,
    /// Whether the suite marks it as slow.
    pub slow: bool,
}
