//! Expectations that no peer could fail, and cases without any.

use std::collections::BTreeSet;

use crate::language::{Altered, Ask, Cut, MessageTemplate, Number, Part, Pattern, Scenario, Step, Verb};
use crate::yaml::{Diagnostic, Path, Source};

use super::each_step;

pub(super) fn check(scenario: &Scenario, source: &Source) -> Vec<Diagnostic> {
    let mut checks = Checks {
        source,
        published: BTreeSet::new(),
        pinged: BTreeSet::new(),
        expects: false,
        sends_pong: false,
        found: Vec::new(),
    };
    each_step(&scenario.steps, &mut |step| checks.step(step));
    if !checks.expects {
        checks.complain(
            &Path::top().key("steps"),
            "the case expects nothing: no peer could fail it",
            "add an `expect`",
        );
    }
    if scenario.holds_pongs && !checks.sends_pong {
        checks.complain(
            &Path::top().key("holds_pongs"),
            "PINGs are never answered, for the case sends no PONG",
            "add a `send: pong` where they are to be answered",
        );
    }
    checks.found
}

struct Checks<'a> {
    source: &'a Source,
    published: BTreeSet<&'a str>,
    pinged: BTreeSet<&'a str>,
    expects: bool,
    sends_pong: bool,
    found: Vec<Diagnostic>,
}

impl<'a> Checks<'a> {
    fn complain(&mut self, path: &Path, message: &str, hint: &str) {
        self.found.push(self.source.error(path, message).hint(hint));
    }

    fn step(&mut self, step: &'a Step) {
        match &step.verb {
            Verb::Send(send) => {
                for message in &send.messages {
                    self.sends_pong |= *message == MessageTemplate::Pong;
                    self.sent(message, step);
                }
                if let Cut::At(places) = &send.cut
                    && places.contains(&Number::Literal(0))
                {
                    self.complain(
                        &step.path.key("cut"),
                        "a cut before the first octet cuts nothing",
                        "places are counted from 0; 1 is the first cut",
                    );
                }
            }
            Verb::Expect { pattern, .. } => {
                self.expects = true;
                self.pattern(pattern, step);
            }
            Verb::Ask(Ask::Delivered(_)) => self.expects = true,
            Verb::Connect | Verb::Handshake if step.rule.is_some() => self.expects = true,
            _ => {}
        }
    }

    fn sent(&mut self, message: &MessageTemplate, step: &'a Step) {
        match message {
            MessageTemplate::Burst(burst) if !(1..=4096).contains(&burst.count) => {
                self.complain(
                    &step.path,
                    "a burst has 1 to 4096 events: there are no more message ids",
                    "send two bursts",
                );
            }
            MessageTemplate::Publish(_) | MessageTemplate::Burst(_) => {
                self.published.insert(&step.on);
            }
            MessageTemplate::Ping => {
                self.pinged.insert(&step.on);
            }
            // Raw octets may be anything.
            MessageTemplate::Content(_) | MessageTemplate::Octets(_) => {
                self.published.insert(&step.on);
                self.pinged.insert(&step.on);
            }
            MessageTemplate::Part(Part { message, .. }) => self.sent(message, step),
            MessageTemplate::Altered(Altered { message, truncate, append, message_type }) => {
                if truncate.is_none() && append.is_none() && message_type.is_none() {
                    self.complain(
                        &step.path,
                        "nothing is altered",
                        "say what to `truncate`, what to `append`, or another `message_type`",
                    );
                }
                self.sent(message, step);
            }
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern, step: &'a Step) {
        let path = step.path.key("expect");
        match pattern {
            Pattern::OneOf(list) | Pattern::AnyOrder(list) => {
                if list.len() < 2 {
                    self.complain(&path, "a choice of fewer than two", "write the one expectation alone");
                }
                if matches!(pattern, Pattern::OneOf(_))
                    && list.contains(&Pattern::Closed)
                    && list.contains(&Pattern::Open)
                {
                    self.complain(&path, "open or closed: no peer could fail this", "expect one of them");
                }
                let nested = |inner: &Pattern| matches!(inner, Pattern::OneOf(_) | Pattern::AnyOrder(_));
                if list.iter().any(nested) {
                    self.complain(&path, "a choice inside a choice", "write one list");
                }
                let timed = |inner: &Pattern| matches!(inner, Pattern::Open | Pattern::Nothing | Pattern::NoAck);
                if list.iter().any(timed) {
                    self.complain(
                        &path,
                        "`open`, `nothing` and `no_ack` take a wait of their own and can't stand in a list",
                        "give it a step of its own",
                    );
                }
                for pattern in list {
                    self.pattern(pattern, step);
                }
            }
            Pattern::Answers | Pattern::AnyAnswers | Pattern::Acks | Pattern::Nacks
                if !self.published.contains(step.on.as_str()) =>
            {
                self.complain(
                    &path,
                    "no PUBLISH was sent on this connection: there is nothing to answer",
                    "send one first",
                );
            }
            Pattern::Pong if !self.pinged.contains(step.on.as_str()) => {
                self.complain(&path, "no PING was sent on this connection", "send one first");
            }
            _ => {}
        }
    }
}
