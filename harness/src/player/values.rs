//! The values that names stand for while a case is played.

use std::collections::{BTreeMap, BTreeSet};

use sinkcheck_cases::language::{Number, Value};
use sinkcheck_spec::wire::{Event, InstanceId};

use crate::target::Target;

/// So many offsets each case has.
const OFFSETS: u64 = 1 << 14;

/// Names and what they stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    values: BTreeMap<String, Value>,
    events: BTreeMap<String, Event<'static>>,
    first_offset: u64,
    offsets: u64,
}

impl Values {
    /// The predefined names, as far as the target tells them.
    pub(super) fn new(target: &Target, client: InstanceId, server: Option<InstanceId>) -> Self {
        let mut values = Self::default();
        values.set_number("client", client.0.into());
        values.set_number("other_client", client.0.wrapping_add(4242).into());
        values.values.insert("supported_version".to_owned(), Value::Text(target.supported_version.clone()));
        if let Some(version) = &target.unsupported_version {
            values.values.insert("unsupported_version".to_owned(), Value::Text(version.clone()));
        }
        if let Some(server) = server {
            values.set_server(server.0.into());
        }
        values
    }

    /// Begins the offsets of the case's events at a place of its own.
    pub(super) fn begin_offsets(&mut self, case: &str, salt: u64) {
        // FNV-1a: the same for the same case, whatever the machine.
        let hash = case.bytes().fold(0xcbf2_9ce4_8422_2325 ^ salt, |hash: u64, octet| {
            (hash ^ u64::from(octet)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        self.first_offset = (1 << 21) + ((hash ^ (hash >> 32)) % (1 << 13)) * OFFSETS;
    }

    /// An offset that no other event of the case has, and hardly any of another: applications may tell events that they have seen
    /// by it. All of them take four octets, so that frames of one kind are of one length.
    pub(super) fn unique_offset(&mut self) -> u64 {
        self.offsets += 1;
        self.first_offset + self.offsets % OFFSETS
    }

    fn set_server(&mut self, server: u64) {
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

    pub(super) fn name_event(&mut self, name: &str, event: Event<'static>) {
        self.events.insert(name.to_owned(), event);
    }

    pub(super) fn event(&self, name: &str) -> Option<&Event<'static>> {
        self.events.get(name)
    }
}
