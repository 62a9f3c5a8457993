//! Joining the documents of a run's shards.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::document::{CaseResult, Document, RuleResult, Shard};
use crate::event::{RuleInfo, RunEvent};
use crate::fold::{DocumentBuilder, each_once};

/// The need of a rule whose cases another shard plays. The document of all shards doesn't have it.
pub const OTHER_SHARD: &str = "a case of another shard";

/// One document out of several, each with the name that messages give it. Rules, summary and verdict are folded anew from all
/// of the cases.
///
/// The documents must be of one target, one suite and one form, and no case may be in two of them. If they are shards, none
/// may be missing, unless the result may be `partial`; then a note says which are.
///
/// # Errors
///
/// [`MergeError`] says which document doesn't fit, and why.
pub fn merge(documents: Vec<(String, Document)>, partial: bool) -> Result<Document, MergeError> {
    let Some((first_name, first)) = documents.first() else {
        return Err(MergeError::Nothing);
    };
    if let Some((name, _)) = documents.iter().find(|(_, document)| was_watched(document)) {
        return Err(MergeError::Watched { name: name.clone() });
    }
    for (name, document) in &documents[1..] {
        fits(first_name, first, name, document)?;
    }
    no_case_twice(&documents)?;
    let missing = missing_shards(&documents)?;
    if !missing.is_empty() && !partial {
        return Err(MergeError::Missing { shards: missing.join(", ") });
    }
    let mut builder = DocumentBuilder::new();
    let Told { events, notes, needs, cases } = told(documents, &missing)?;
    events.iter().for_each(|event| builder.apply(event));
    notes.into_iter().for_each(|note| builder.note(note));
    for (rule, needs) in needs {
        needs.into_iter().for_each(|need| builder.rule_needs(&rule, need));
    }
    cases.into_iter().for_each(|case| builder.case_finished(case));
    Ok(builder.finish())
}

/// Whether the document is about traffic, and no suite's cases: what it counted can't be counted anew.
fn was_watched(document: &Document) -> bool {
    document.suite.cases == 0 || document.rules.iter().any(|rule| !rule.sides.is_empty())
}

fn fits(first_name: &str, first: &Document, name: &str, document: &Document) -> Result<(), MergeError> {
    let (target, other) = (&first.target, &document.target);
    let differs = |what: &'static str, first: String, found: String| {
        if first == found {
            return Ok(());
        }
        Err(MergeError::Other { what, name: name.to_owned(), first_name: first_name.to_owned(), found, first })
    };
    differs("form", first.schema.to_string(), document.schema.to_string())?;
    differs("target", target.name.clone(), other.name.clone())?;
    differs("role", target.role.to_string(), other.role.to_string())?;
    differs("list of capabilities", target.capabilities.join(", "), other.capabilities.join(", "))?;
    let suite = |document: &Document| {
        let suite = &document.suite;
        format!(
            "{} for protocol version {} with {} cases and {} rules",
            suite.version, suite.protocol_version, suite.cases, suite.rules
        )
    };
    differs("suite", suite(first), suite(document))
}

fn no_case_twice(documents: &[(String, Document)]) -> Result<(), MergeError> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for (name, document) in documents {
        let ids: BTreeSet<&str> = document.cases.iter().map(|case| case.id.as_str()).collect();
        for id in ids {
            if let Some(first) = seen.insert(id, name) {
                return Err(MergeError::CaseTwice {
                    case: id.to_owned(),
                    first: first.to_owned(),
                    name: name.to_owned(),
                });
            }
        }
    }
    Ok(())
}

/// The shards that no document is of, as `2/4`.
fn missing_shards(documents: &[(String, Document)]) -> Result<Vec<String>, MergeError> {
    let mut found: BTreeMap<u32, &str> = BTreeMap::new();
    let mut all = None;
    for (name, document) in documents {
        let Some(Shard { number, of }) = document.shard else { continue };
        if number == 0 || number > of {
            return Err(MergeError::NoShard { shard: format!("{number}/{of}"), name: name.clone() });
        }
        let (of_first, first) = *all.get_or_insert((of, name));
        if of != of_first {
            return Err(MergeError::Other {
                what: "number of shards",
                name: name.clone(),
                first_name: first.clone(),
                found: of.to_string(),
                first: of_first.to_string(),
            });
        }
        if let Some(first) = found.insert(number, name) {
            return Err(MergeError::ShardTwice {
                shard: format!("{number}/{of}"),
                first: first.into(),
                name: name.clone(),
            });
        }
    }
    let Some((of, _)) = all else { return Ok(Vec::new()) };
    // A document may claim any number of shards.
    let missing: Vec<u32> = (1..=of).filter(|number| !found.contains_key(number)).take(MOST_NAMED + 1).collect();
    let mut named: Vec<String> = missing.iter().take(MOST_NAMED).map(|number| format!("{number}/{of}")).collect();
    if missing.len() > MOST_NAMED {
        named.push("and more".to_owned());
    }
    Ok(named)
}

/// How many missing shards are named.
const MOST_NAMED: usize = 16;

/// What a harness would have told of a run that played all of the cases. None is planned, for those that were and didn't run are
/// among the results.
struct Told {
    events: Vec<RunEvent>,
    notes: Vec<String>,
    /// What would reach a rule, rule by rule.
    needs: Vec<(String, Vec<String>)>,
    /// The results in the suite's order.
    cases: Vec<CaseResult>,
}

fn told(documents: Vec<(String, Document)>, missing: &[String]) -> Result<Told, MergeError> {
    let mut addresses = Vec::new();
    let mut notes = Vec::new();
    let mut needs = Vec::new();
    let mut rules: Vec<RuleInfo> = Vec::new();
    let mut places: HashMap<String, (usize, String)> = HashMap::new();
    let mut cases: Vec<CaseResult> = Vec::new();
    let (mut files, mut texts) = (BTreeSet::new(), Vec::new());
    let mut began = None;
    for (name, document) in documents {
        let Document {
            suite, target, arguments, scenarios, notes: its_notes, rules: its_rules, cases: its_cases, ..
        } = document;
        addresses.push(target.address.clone());
        began.get_or_insert((suite, target, arguments));
        for scenario in scenarios {
            if files.insert(scenario.file.clone()) {
                texts.push(RunEvent::Scenario(scenario));
            }
        }
        notes.extend(its_notes);
        for mut rule in its_rules {
            needs.push((rule.id.clone(), std::mem::take(&mut rule.needs)));
            let rule = info(rule);
            match places.get(&rule.id) {
                Some((place, _)) if rules[*place] == rule => {}
                Some((_, first)) => {
                    let (rule, first) = (rule.id, first.clone());
                    return Err(MergeError::OtherRule { rule, first, name });
                }
                None => {
                    places.insert(rule.id.clone(), (rules.len(), name.clone()));
                    rules.push(rule);
                }
            }
        }
        cases.extend(its_cases);
    }
    cases.sort_by(|a, b| a.id.cmp(&b.id));
    let Some((suite, target, arguments)) = began else { return Err(MergeError::Nothing) };
    let mut events = vec![RunEvent::RunStarted { suite, target, rules, planned: Vec::new() }];
    events.push(RunEvent::CalledAs(arguments));
    events.extend(texts);
    let (addresses, mut notes) = (each_once(addresses), each_once(notes));
    if addresses.len() > 1 {
        notes.push(format!("The target was reached at several addresses: {}.", addresses.join(", ")));
    }
    if !missing.is_empty() {
        notes.push(format!("The cases of other shards are missing: {}.", missing.join(", ")));
    }
    if missing.is_empty() {
        needs.iter_mut().for_each(|(_, needs)| needs.retain(|need| need != OTHER_SHARD));
    }
    events.push(RunEvent::RunFinished { interrupted: false });
    Ok(Told { events, notes, needs, cases })
}

fn info(rule: RuleResult) -> RuleInfo {
    let RuleResult { id, level, section, section_title, clause, source, text, .. } = rule;
    RuleInfo { id, level, section, section_title, clause, source, text }
}

/// Why documents can't be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no document to merge")]
    Nothing,
    /// One of them is of no run of a suite.
    #[error("{name} is about traffic that was watched: only documents of `certify` can be merged")]
    Watched {
        /// The document.
        name: String,
    },
    /// Two of them are of different runs.
    #[error(
        "{name} has another {what} than {first_name}: {found}, and not {first}; only documents of one run's shards can be merged"
    )]
    Other {
        /// What differs.
        what: &'static str,
        /// The document that doesn't fit the first one.
        name: String,
        /// The first one.
        first_name: String,
        /// What it has.
        found: String,
        /// What the first one has.
        first: String,
    },
    /// A rule is not the same in two of them.
    #[error("the rule {rule} is not the same in {first} and in {name}: they come from different suites")]
    OtherRule {
        /// The rule's id.
        rule: String,
        /// One document.
        first: String,
        /// The other.
        name: String,
    },
    /// A case is in two of them.
    #[error("the case {case} is in {first} and in {name}: give each shard's document once")]
    CaseTwice {
        /// The case's id.
        case: String,
        /// One document.
        first: String,
        /// The other.
        name: String,
    },
    /// A document is of a shard that there can't be.
    #[error("{name} says that it is of shard {shard}, which there can't be")]
    NoShard {
        /// The shard, as `9/2`.
        shard: String,
        /// The document.
        name: String,
    },
    /// Two documents are of the same shard.
    #[error("{first} and {name} are both of shard {shard}: give each shard's document once")]
    ShardTwice {
        /// The shard, as `2/4`.
        shard: String,
        /// One document.
        first: String,
        /// The other.
        name: String,
    },
    /// Some shards have no document.
    #[error(
        "documents of these shards are missing: {shards}; give them, too, or --partial for a result without their cases"
    )]
    Missing {
        /// The shards, as `2/4`.
        shards: String,
    },
}
