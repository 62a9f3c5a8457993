//! Steps of a scenario in the making.

use std::collections::BTreeMap;

use serde_yaml::{Mapping, Value};
use sinkcheck_spec::wire::{EventFields, MessageId};

/// A block of steps that comes again and again may be this long.
const LONGEST_BLOCK: usize = 4;

/// Steps, the rules that they can show to be broken, and what no step was made of.
#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) list: Vec<Value>,
    /// The rules, in the order in which steps first name them.
    pub(super) rules: Vec<&'static str>,
    /// What could not be turned into a step.
    pub(super) left_out: Vec<String>,
    names: BTreeMap<&'static str, usize>,
}

impl Steps {
    /// A step of one verb.
    pub(super) fn verb(&mut self, verb: &str, what: Value) {
        self.list.push(mapping([(verb, what)]));
    }

    /// A step that is a word.
    pub(super) fn word(&mut self, word: &str) {
        self.list.push(word.into());
    }

    pub(super) fn send(&mut self, message: Value) {
        self.verb("send", message);
    }

    /// An expectation, and the rule that is broken if it isn't met.
    pub(super) fn expect(&mut self, pattern: Value, rule: &'static str) {
        if !self.rules.contains(&rule) {
            self.rules.push(rule);
        }
        self.list.push(mapping([("expect", pattern), ("rule", rule.into())]));
    }

    /// The same, with a span of time in keepalive intervals.
    pub(super) fn expect_within(&mut self, pattern: Value, rule: &'static str, from: f64, to: f64) {
        self.expect(pattern, rule);
        if let Some(Value::Mapping(step)) = self.list.last_mut() {
            step.insert("within".into(), mapping([("from", from.into()), ("to", to.into())]));
        }
    }

    /// An expectation that only leads up to the others.
    pub(super) fn expect_unjudged(&mut self, pattern: Value) {
        self.verb("expect", pattern);
    }

    pub(super) fn leave_out(&mut self, what: impl Into<String>) {
        let what = what.into();
        if !self.left_out.contains(&what) {
            self.left_out.push(what);
        }
    }

    /// A name that nothing has yet.
    pub(super) fn name(&mut self, kind: &'static str) -> String {
        let count = self.names.entry(kind).or_default();
        *count += 1;
        format!("{kind}_{count}")
    }

    /// Blocks that come several times in a row, written once.
    pub(super) fn folded(self) -> (Vec<Value>, Vec<&'static str>, Vec<String>) {
        let mut list: Vec<Value> = Vec::new();
        let mut at = 0;
        while at < self.list.len() {
            let rest = &self.list[at..];
            let best = (1..=LONGEST_BLOCK.min(rest.len() / 2))
                .map(|length| (length, rest.chunks_exact(length).take_while(|block| *block == &rest[..length]).count()))
                .filter(|(length, times)| *times > 1 && length * times > 2)
                .max_by_key(|(length, times)| (length * times, usize::MAX - length));
            match best {
                Some((length, times)) => {
                    let steps = Value::Sequence(rest[..length].to_vec());
                    list.push(mapping([("repeat", times.into()), ("steps", steps)]));
                    at += length * times;
                }
                None => {
                    list.push(rest[0].clone());
                    at += 1;
                }
            }
        }
        (list, self.rules, self.left_out)
    }
}

pub(super) fn mapping<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Mapping(entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

/// Octets as the language has them.
pub(super) fn octets(octets: &[u8]) -> Value {
    match std::str::from_utf8(octets) {
        Ok(text) if text.chars().any(char::is_control) => mapping([("hex", hex::encode(octets).into())]),
        // A dollar sign would make a name of it.
        Ok(text) if text.starts_with('$') => mapping([("text", text.into())]),
        Ok(text) => text.into(),
        Err(_) => mapping([("hex", hex::encode(octets).into())]),
    }
}

/// What of a recorded event is sent again. Its type is the target's to choose, and its offset tells events apart.
pub(super) fn event(fields: &EventFields<'_>) -> Mapping {
    let mut event = Mapping::new();
    event.insert("key".into(), octets(&fields.key));
    event.insert("timestamp".into(), fields.timestamp.into());
    event.insert("event_data".into(), octets(&fields.event_data));
    event
}

/// A reason, in a NACK or in "quarantined".
pub(super) fn reason(machine: &[u8], human: &str) -> Mapping {
    let mut reason = Mapping::new();
    if !machine.is_empty() {
        reason.insert("machine_message".into(), octets(machine));
    }
    if !human.is_empty() {
        reason.insert("human_message".into(), octets(human.as_bytes()));
    }
    reason
}

pub(super) fn raw(content: &[u8]) -> Value {
    mapping([("content", hex::encode(content).into())])
}

/// The answer to a PUBLISH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Ack,
    Nack,
}

/// PUBLISHes that the role under test has yet to answer.
#[derive(Debug, Default)]
pub(super) struct Owed {
    open: Vec<MessageId>,
    given: Vec<Answer>,
}

impl Owed {
    pub(super) fn published(&mut self, id: MessageId) {
        self.open.push(id);
    }

    /// An answer came; false if there is nothing that it answers. Once all are answered there is something to expect.
    pub(super) fn answered(&mut self, id: MessageId, answer: Answer, steps: &mut Steps) -> bool {
        let Some(at) = self.open.iter().position(|open| *open == id) else { return false };
        self.open.remove(at);
        self.given.push(answer);
        if self.open.is_empty() {
            let given = std::mem::take(&mut self.given);
            let is_all = |answer| given.iter().all(|given| *given == answer);
            let (pattern, rule) = match () {
                () if is_all(Answer::Ack) => ("acks", "events.answered"),
                () if is_all(Answer::Nack) => ("nacks", "events.problem-not-acked"),
                () => ("answers", "events.answered"),
            };
            steps.expect(pattern.into(), rule);
        }
        true
    }

    /// What is to be said about those that were never answered.
    pub(super) fn finish(&self, who: &str, steps: &mut Steps) {
        if !self.open.is_empty() {
            steps.leave_out(format!(
                "{} of the events were not answered by the {who} in the record: no answer is expected for the last ones",
                self.open.len()
            ));
        }
    }
}
