//! Names: of captured values, of events, of connections. Each is bound before it is used, and used once it is bound.

use std::collections::{BTreeMap, BTreeSet};

use crate::language::{
    Altered, Ask, ConnectionRequestTemplate, Count, Cut, MAIN, MessageTemplate, Number, OctetSource, Octets,
    PREDEFINED, Pattern, PublishTemplate, RawOctets, Scenario, ServerIdPattern, Step, Values, Verb,
};
use crate::yaml::{Diagnostic, Path, Source};

pub(super) fn check(scenario: &Scenario, source: &Source) -> Vec<Diagnostic> {
    let mut names = Names {
        source,
        values: BTreeMap::new(),
        events: BTreeMap::new(),
        connections: BTreeSet::new(),
        found: Vec::new(),
    };
    names.steps(&scenario.steps, scenario);
    let values = std::mem::take(&mut names.values);
    names.complain_of_unused(values);
    for (name, bound) in std::mem::take(&mut names.events) {
        if !bound.used {
            names.complain(&bound.path, format!("the event `{name}` is never used"), "ask for it, or don't name it");
        }
    }
    for name in scenario.connections.keys() {
        if !names.connections.contains(name.as_str()) {
            let path = Path::top().key("connections").key(name.clone());
            names.complain(
                &path,
                format!("no step is on the connection `{name}`"),
                "give a step `on: …`, or don't declare it",
            );
        }
    }
    names.found
}

struct Bound {
    path: Path,
    used: bool,
}

struct Names<'a> {
    source: &'a Source,
    values: BTreeMap<String, Bound>,
    events: BTreeMap<String, Bound>,
    connections: BTreeSet<&'a str>,
    found: Vec<Diagnostic>,
}

impl<'a> Names<'a> {
    fn complain(&mut self, path: &Path, message: String, hint: &str) {
        self.found.push(self.source.error(path, message).hint(hint));
    }

    fn steps(&mut self, steps: &'a [Step], scenario: &'a Scenario) {
        for step in steps {
            self.connections.insert(&step.on);
            if step.on != MAIN && !scenario.connections.contains_key(&step.on) {
                self.complain(
                    &step.path.key("on"),
                    format!("there is no connection `{}`", step.on),
                    "declare it under `connections`",
                );
            }
            match &step.verb {
                Verb::Send(send) => {
                    for message in &send.messages {
                        self.message(message, &step.path);
                    }
                    if let Cut::At(places) = &send.cut {
                        for place in places {
                            self.number(place, &step.path);
                        }
                    }
                }
                Verb::Expect { pattern, .. } => self.pattern(pattern, &step.path),
                Verb::Ask(Ask::Publish(template)) => self.publish(template, &step.path),
                Verb::Ask(Ask::Delivered(events)) => {
                    for event in events {
                        self.use_event(event, &step.path);
                    }
                }
                Verb::ForEach { name, values, steps } => {
                    match values {
                        Values::Cuts(cuts) => self.message(&cuts.cuts_of, &step.path),
                        Values::OtherThan(other) => self.number(&other.other_than, &step.path),
                        Values::List(_) | Values::Range(_) => {}
                    }
                    self.in_a_loop(|names| {
                        names.bind(name, &step.path);
                        names.steps(steps, scenario);
                    });
                }
                Verb::Repeat { steps, .. } => self.in_a_loop(|names| names.steps(steps, scenario)),
                Verb::Connect
                | Verb::Handshake
                | Verb::Close
                | Verb::Finish
                | Verb::Reset
                | Verb::Wait(_)
                | Verb::Ask(Ask::Prepare | Ask::Restart | Ask::Wipe) => {}
            }
        }
    }

    /// Values that a loop binds mean nothing behind it.
    fn in_a_loop(&mut self, inside: impl FnOnce(&mut Self)) {
        let before: BTreeSet<String> = self.values.keys().cloned().collect();
        inside(self);
        let (kept, gone) = std::mem::take(&mut self.values).into_iter().partition(|(name, _)| before.contains(name));
        self.values = kept;
        self.complain_of_unused(gone);
    }

    fn complain_of_unused(&mut self, values: BTreeMap<String, Bound>) {
        for (name, bound) in values.into_iter().filter(|(_, bound)| !bound.used) {
            let message = format!("`${name}` is never used");
            self.complain(&bound.path, message, "use it in a later step, or don't capture it");
        }
    }

    fn bind(&mut self, name: &str, path: &Path) {
        if PREDEFINED.contains(&name) {
            self.complain(path, format!("`${name}` has a meaning already"), "choose another name");
        } else {
            self.values.insert(name.to_owned(), Bound { path: path.clone(), used: false });
        }
    }

    fn use_value(&mut self, name: &str, path: &Path) {
        if PREDEFINED.contains(&name) {
            return;
        }
        match self.values.get_mut(name) {
            Some(bound) => bound.used = true,
            None => {
                let near = self
                    .values
                    .keys()
                    .map(String::as_str)
                    .chain(PREDEFINED)
                    .min_by_key(|known| strsim::levenshtein(known, name));
                let hint = near.map_or_else(String::new, |near| format!("did you mean `${near}`?"));
                self.complain(path, format!("`${name}` has no value here"), &hint);
            }
        }
    }

    fn use_event(&mut self, name: &str, path: &Path) {
        match self.events.get_mut(name) {
            Some(bound) => bound.used = true,
            None => {
                self.complain(path, format!("no event is called `{name}` here"), "name one with `publish: { as: … }`")
            }
        }
    }

    /// In a pattern a name without a value captures one.
    fn capture(&mut self, number: Option<&Number>, path: &Path) {
        if let Some(Number::Name(name)) = number
            && !PREDEFINED.contains(&name.as_str())
        {
            match self.values.get_mut(name) {
                Some(bound) => bound.used = true,
                None => self.bind(name, path),
            }
        }
    }

    fn number(&mut self, number: &Number, path: &Path) {
        match number {
            Number::Name(name) => self.use_value(name, path),
            Number::Long { octets, .. } => self.count(octets, path),
            Number::Literal(_) => {}
        }
    }

    fn count(&mut self, count: &Count, path: &Path) {
        if let Count::Name(name) = count {
            self.use_value(name, path);
        }
    }

    fn octets(&mut self, octets: &Octets, path: &Path) {
        match &octets.source {
            OctetSource::Name(name) => self.use_value(name, path),
            OctetSource::Repeat { times: number, .. } | OctetSource::FillTo(number) => self.number(number, path),
            OctetSource::Octets(_) => {}
        }
        for count in [&octets.declared, &octets.length_octets].into_iter().flatten() {
            self.count(count, path);
        }
    }

    fn raw(&mut self, octets: &RawOctets, path: &Path) {
        if let RawOctets::Name(name) = octets {
            self.use_value(name, path);
        }
    }

    fn publish(&mut self, template: &PublishTemplate, path: &Path) {
        let numbers = [
            &template.message_id,
            &template.event_type_id,
            &template.schema_version,
            &template.offset,
            &template.timestamp,
        ];
        for number in numbers.into_iter().flatten() {
            self.number(number, path);
        }
        for octets in [&template.key, &template.event_data].into_iter().flatten() {
            self.octets(octets, path);
        }
        if let Some(name) = &template.name {
            self.events.entry(name.clone()).or_insert(Bound { path: path.clone(), used: false });
        }
    }

    fn message(&mut self, message: &MessageTemplate, path: &Path) {
        match message {
            MessageTemplate::ConnectionRequest(ConnectionRequestTemplate {
                protocol_version,
                application_version,
                client_instance_id,
                server_instance_id,
            }) => {
                for number in [protocol_version, client_instance_id, server_instance_id].into_iter().flatten() {
                    self.number(number, path);
                }
                if let Some(octets) = application_version {
                    self.octets(octets, path);
                }
            }
            MessageTemplate::HelloNewClient(hello) => self.number(&hello.server_instance_id, path),
            MessageTemplate::Quarantined(reason) | MessageTemplate::Nack(reason) => {
                if let Some(number) = &reason.message_id {
                    self.number(number, path);
                }
                for octets in [&reason.machine_message, &reason.human_message].into_iter().flatten() {
                    self.octets(octets, path);
                }
            }
            MessageTemplate::Publish(template) => self.publish(template, path),
            MessageTemplate::Ack(ack) => self.number(&ack.message_id, path),
            MessageTemplate::Content(octets) | MessageTemplate::Octets(octets) => self.raw(octets, path),
            MessageTemplate::Part(part) => {
                self.message(&part.message, path);
                self.number(&part.octets, path);
            }
            MessageTemplate::Altered(Altered { message, truncate, append, message_type }) => {
                self.message(message, path);
                for number in [truncate, message_type].into_iter().flatten() {
                    self.number(number, path);
                }
                if let Some(octets) = append {
                    self.raw(octets, path);
                }
            }
            MessageTemplate::Ping
            | MessageTemplate::Pong
            | MessageTemplate::Connected
            | MessageTemplate::InstanceIdMismatch
            | MessageTemplate::UnsupportedProtocolVersion
            | MessageTemplate::UnsupportedApplicationVersion
            | MessageTemplate::Burst(_) => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern, path: &Path) {
        match pattern {
            Pattern::HelloNewClient(hello) => self.capture(Some(&hello.server_instance_id), path),
            Pattern::Nack(nack) => {
                self.capture(Some(&nack.message_id), path);
                if let Some(octets) = &nack.machine_message {
                    self.octets(octets, path);
                }
            }
            Pattern::Publish(publish) => {
                self.use_event(&publish.event, path);
                self.capture(publish.message_id.as_ref(), path);
            }
            Pattern::Event(event) => {
                self.capture(event.message_id.as_ref(), path);
                if let Some(name) = &event.name {
                    self.events.entry(name.clone()).or_insert(Bound { path: path.clone(), used: false });
                }
            }
            Pattern::ConnectionRequest(request) => {
                self.capture(request.client_instance_id.as_ref(), path);
                if let Some(ServerIdPattern::Is(number)) = &request.server_instance_id {
                    self.capture(Some(number), path);
                }
                if let Some(octets) = &request.application_version {
                    self.octets(octets, path);
                }
            }
            Pattern::OneOf(list) | Pattern::AnyOrder(list) => {
                for pattern in list {
                    self.pattern(pattern, path);
                }
            }
            _ => {}
        }
    }
}
