//! The values that names stand for while a case is played.

use std::collections::{BTreeMap, BTreeSet};

use sinkcheck_cases::language::{Number, OctetSource, Octets, Value};
use sinkcheck_spec::wire::{Event, InstanceId};

use crate::target::Target;

/// In Unix seconds, as deployed applications have it; it takes five octets, and so do all that are made from it.
const FIRST_TIMESTAMP: u64 = 1_700_000_000;

/// So many offsets each case has.
const OFFSETS: u64 = 1 << 14;

/// Names and what they stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    values: BTreeMap<String, Value>,
    events: BTreeMap<String, Event<'static>>,
    first_offset: u64,
    timestamp: u64,
    offsets: u64,
}

impl Values {
    /// The predefined names, as far as the target tells them.
    pub(super) fn new(target: &Target, client: InstanceId, is_told: bool, server: Option<InstanceId>) -> Self {
        let mut values = Self::default();
        // What nobody said of a client under test is what it shows.
        if is_told {
            values.set_number("client", client.0.into());
        }
        values.set_number("other_client", client.0.wrapping_add(4242).into());
        let version = match &target.client {
            None => Some(&target.supported_version),
            Some(under_test) => under_test.application_version.as_ref(),
        };
        if let Some(version) = version {
            values.values.insert("supported_version".to_owned(), Value::Text(version.clone()));
        }
        if let Some(version) = &target.unsupported_version {
            values.values.insert("unsupported_version".to_owned(), Value::Text(version.clone()));
        }
        if let Some(server) = server {
            values.set_server(server.0.into());
        }
        values
    }

    /// Makes the events of this play differ from those of others. `serial` tells the plays of a run apart, `salt` the runs.
    pub(super) fn tell_events_apart(&mut self, serial: u64, salt: u64) {
        self.first_offset = (1 << 21) + (serial.wrapping_add(salt) % (1 << 13)) * OFFSETS;
        self.timestamp = FIRST_TIMESTAMP + salt.wrapping_add(serial >> 13) % 100_000_000;
    }

    /// When the events of this play happened, if nothing else is said.
    pub(super) fn timestamp(&self) -> u64 {
        self.timestamp
    }

    /// An offset that no other event of the run has: applications may tell events that they have seen
    /// by it. All of them take four octets, so that frames of one kind are of one length.
    pub(super) fn unique_offset(&mut self) -> u64 {
        self.offsets += 1;
        self.first_offset + self.offsets % OFFSETS
    }

    pub(super) fn set_server(&mut self, server: u64) {
        self.set_number("server", server);
        // Ids have 32 bits.
        self.set_number("other_server", (server as u32).wrapping_add(2424).into());
    }

    pub(super) fn set_number(&mut self, name: &str, number: u64) {
        self.values.insert(name.to_owned(), Value::Number(number));
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }

    /// The names that have a value.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.values.keys().cloned().collect()
    }

    /// Forgets all values but those of these names, and of the server, which stays who it is.
    pub(super) fn keep(&mut self, names: &BTreeSet<String>) {
        self.values.retain(|name, _| names.contains(name) || name == "server" || name == "other_server");
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether a number that came is the one that a pattern wants; a name without a value takes it.
    pub(super) fn matches(&mut self, wanted: &Number, came: u64) -> bool {
        match wanted {
            Number::Literal(number) | Number::Long { value: number, .. } => *number == came,
            Number::Name(name) => match self.values.get(name) {
                Some(Value::Number(number)) => *number == came,
                Some(Value::Text(_)) => false,
                None if name == "server" => {
                    self.set_server(came);
                    true
                }
                None => {
                    self.set_number(name, came);
                    true
                }
            },
        }
    }

    /// Whether a text is the one that a pattern wants.
    pub(super) fn is_text(&self, wanted: &Octets, came: &str) -> bool {
        match &wanted.source {
            OctetSource::Octets(octets) => octets == came.as_bytes(),
            // What the target file doesn't say can't differ.
            OctetSource::Name(name) => match self.values.get(name) {
                Some(Value::Text(text)) => text == came,
                Some(Value::Number(number)) => number.to_string() == came,
                None => true,
            },
            OctetSource::Repeat { .. } | OctetSource::FillTo(_) => false,
        }
    }

    pub(super) fn name_event(&mut self, name: &str, event: Event<'static>) {
        self.events.insert(name.to_owned(), event);
    }

    pub(super) fn event(&self, name: &str) -> Option<&Event<'static>> {
        self.events.get(name)
    }
}
