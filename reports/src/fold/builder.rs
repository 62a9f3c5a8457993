use std::collections::{HashMap, HashSet, VecDeque};

use super::overall;
use crate::document::{
    CaseResult, CaseVerdict, Document, Level, Reason, RuleResult, RuleVerdict, SCHEMA, ScenarioText, Shard, Suite,
    Summary, Target, Verdict,
};
use crate::event::{PlannedCase, RuleInfo, RunEvent};

/// The reason code of a case that was planned and never finished.
pub const NOT_RUN: &str = "not-run";

/// So many rules that the run didn't announce have an entry of their own.
const MOST_UNANNOUNCED: usize = 1000;

/// The entry that stands for all of the others.
const OTHER_UNANNOUNCED: &str = "(others that the run did not announce)";

/// Folds the events of one run into its document.
///
/// The order in which cases finish doesn't matter: two runs with the same results give the same document, times aside.
#[derive(Debug, Clone, Default)]
pub struct DocumentBuilder {
    suite: Suite,
    target: Target,
    arguments: Vec<String>,
    scenarios: Vec<ScenarioText>,
    rules: Vec<RuleInfo>,
    planned: Vec<PlannedCase>,
    finished: Vec<CaseResult>,
    shard: Option<Shard>,
    notes: Vec<String>,
    /// What would reach a rule, by its id.
    needs: HashMap<String, Vec<String>>,
    complete: bool,
}

impl DocumentBuilder {
    /// A builder that has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what happened.
    pub fn apply(&mut self, event: &RunEvent) {
        match event {
            RunEvent::RunStarted { suite, target, rules, planned } => {
                self.suite = suite.clone();
                self.target = target.clone();
                self.rules = rules.clone();
                self.planned = planned.clone();
            }
            RunEvent::CaseFinished(case) => self.case_finished(CaseResult::clone(case)),
            RunEvent::Shard(shard) => self.shard = Some(*shard),
            RunEvent::CalledAs(arguments) => self.arguments = arguments.clone(),
            RunEvent::Scenario(scenario) => self.scenarios.push(scenario.clone()),
            RunEvent::Note(note) => self.note(note.clone()),
            RunEvent::RuleNeeds { rule, need } => self.rule_needs(rule, need.clone()),
            RunEvent::RunFinished { interrupted } => self.complete = !interrupted,
            RunEvent::CaseStarted { .. } | RunEvent::Waiting { .. } => {}
        }
    }

    /// The same as [`RunEvent::CaseFinished`], for a result that nobody else needs.
    pub fn case_finished(&mut self, case: CaseResult) {
        self.finished.push(tidied(case));
    }

    /// The same as [`RunEvent::Note`], for a note that nobody else wants.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// The same as [`RunEvent::RuleNeeds`], for a need that nobody else wants.
    pub fn rule_needs(&mut self, rule: &str, need: String) {
        match self.needs.get_mut(rule) {
            Some(needs) => needs.push(need),
            None => drop(self.needs.insert(rule.to_owned(), vec![need])),
        }
    }

    /// The document of all that was taken in. Planned cases that never finished are inconclusive in it, with the reason
    /// [`NOT_RUN`].
    #[must_use]
    pub fn finish(self) -> Document {
        let Self { suite, target, arguments, scenarios, rules, planned, finished, shard, mut notes, needs, complete } =
            self;
        if !complete {
            notes.push(format!(
                "The run was interrupted: {} of {} planned cases finished.",
                finished.len(),
                planned.len()
            ));
        }
        let cases = in_planned_order(planned, finished);
        let rules = judged(rules, &cases, needs, &mut notes);
        let mut document = Document {
            schema: SCHEMA,
            suite,
            target,
            arguments,
            verdict: Verdict::Inconclusive,
            summary: Summary::of(&cases),
            shard,
            notes,
            rules,
            cases,
            scenarios,
        };
        document.verdict = overall(&document);
        document
    }
}

/// Puts each result in the place that was planned for it. Results that nobody planned come last, as they came.
fn in_planned_order(planned: Vec<PlannedCase>, finished: Vec<CaseResult>) -> Vec<CaseResult> {
    if planned.is_empty() {
        return finished;
    }
    let mut waiting: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (place, case) in finished.iter().enumerate() {
        waiting.entry(case.id.clone()).or_default().push_back(place);
    }
    let mut finished: Vec<Option<CaseResult>> = finished.into_iter().map(Some).collect();
    let mut cases = Vec::with_capacity(planned.len());
    for plan in planned {
        let place = waiting.get_mut(&plan.id).and_then(VecDeque::pop_front);
        let result = place.and_then(|place| finished[place].take());
        cases.push(result.unwrap_or_else(|| never_ran(plan)));
    }
    cases.extend(finished.into_iter().flatten());
    cases
}

fn never_ran(plan: PlannedCase) -> CaseResult {
    CaseResult {
        id: plan.id,
        title: plan.title,
        section: plan.section,
        verdict: CaseVerdict::Inconclusive,
        reason: Some(Reason::new(NOT_RUN, "the run ended before this case did")),
        rules: plan.rules,
        location: plan.location,
        slow: plan.slow,
        ..CaseResult::default()
    }
}

/// Times to the microsecond, and none that JSON can't hold.
fn tidied(mut case: CaseResult) -> CaseResult {
    let round = |ms: f64| {
        let rounded = (ms * 1000.0).round() / 1000.0;
        if rounded.is_finite() { rounded } else { 0.0 }
    };
    case.duration_ms = round(case.duration_ms);
    for entry in &mut case.transcript {
        entry.ms = round(entry.ms);
    }
    case
}

/// Judges each rule by the cases. Rules that a case names and the run didn't announce are appended as MUST rules, with a
/// note: a broken rule is never lost, though beyond a thousand of them one stands for the others.
fn judged(
    rules: Vec<RuleInfo>,
    cases: &[CaseResult],
    needs: HashMap<String, Vec<String>>,
    notes: &mut Vec<String>,
) -> Vec<RuleResult> {
    let mut results: Vec<RuleResult> = rules.into_iter().map(unjudged).collect();
    let announced = results.len();
    let mut places: HashMap<String, usize> =
        results.iter().enumerate().map(|(place, rule)| (rule.id.clone(), place)).collect();
    let mut named: HashSet<(usize, &str)> = HashSet::new();
    for case in cases {
        let found_broken: HashSet<&String> = case.broken_rules.iter().collect();
        for id in case.rules.iter().chain(&case.broken_rules) {
            let place = match places.get(id) {
                Some(&place) => place,
                None => {
                    let id = if results.len() < announced + MOST_UNANNOUNCED { id } else { OTHER_UNANNOUNCED };
                    *places.entry(id.to_owned()).or_insert_with(|| {
                        notes.push(format!("Case {} names the rule {id}, which the run did not announce.", case.id));
                        results.push(unjudged(unannounced(id)));
                        results.len() - 1
                    })
                }
            };
            let rule = &mut results[place];
            if named.insert((place, case.id.as_str())) {
                rule.cases.push(case.id.clone());
            }
            let is_broken = case.verdict.is_conclusive() && found_broken.contains(id);
            if is_broken || case.verdict.shows_its_rules() {
                rule.exercised += 1;
            }
            if is_broken {
                rule.verdict = RuleVerdict::Broken;
            } else if case.verdict.shows_its_rules() && rule.verdict == RuleVerdict::NotExercised {
                rule.verdict = RuleVerdict::Held;
            }
        }
    }
    for (rule, needs) in needs {
        let Some(result) = places.get(&rule).map(|&place| &mut results[place]) else {
            continue;
        };
        if result.verdict == RuleVerdict::NotExercised {
            result.needs = each_once(needs);
        }
    }
    results
}

/// The texts in their order, without those that came before.
pub(crate) fn each_once(mut texts: Vec<String>) -> Vec<String> {
    let mut seen: HashSet<&str> = HashSet::new();
    let is_new: Vec<bool> = texts.iter().map(|text| seen.insert(text)).collect();
    let mut is_new = is_new.into_iter();
    texts.retain(|_| is_new.next().unwrap_or_default());
    texts
}

fn unjudged(rule: RuleInfo) -> RuleResult {
    let RuleInfo { id, level, section, section_title, clause, source, text } = rule;
    RuleResult {
        id,
        level,
        verdict: RuleVerdict::NotExercised,
        cases: Vec::new(),
        exercised: 0,
        sides: Vec::new(),
        section,
        section_title,
        clause,
        source,
        text,
        needs: Vec::new(),
    }
}

fn unannounced(id: &str) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        level: Level::Must,
        section: String::new(),
        section_title: String::new(),
        clause: String::new(),
        source: String::new(),
        text: String::new(),
    }
}
