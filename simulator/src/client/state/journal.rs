//! The journal's lines, and what they come to.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sinkcheck_spec::machine::Outbox;
use sinkcheck_spec::wire::{Event, InstanceId};

/// The form of the file.
const FORMAT: u32 = 1;
/// What every journal begins with.
const BEGINNING: &str = r#"{"begin":{"format":"#;

/// Who a client is, and whom it has met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The client's own id.
    pub client: InstanceId,
    /// The id of the server that last accepted it; `None` before the first acceptance.
    pub server: Option<InstanceId>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    /// A client begins: the first of all, or one that was wiped. Nothing before it counts.
    Begin { format: u32, client: InstanceId, server: Option<InstanceId>, lines: u64 },
    /// The id of the server changed.
    Server(InstanceId),
    /// An event was taken, and maybe a line of an events file with it.
    Event {
        number: u64,
        event: Event<'static>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lines: Option<u64>,
    },
    /// The event of this number was answered.
    Answered(u64),
}

impl Entry {
    pub(super) fn begin(identity: Identity, lines: u64) -> Self {
        Self::Begin { format: FORMAT, client: identity.client, server: identity.server, lines }
    }

    /// The line, with its line feed.
    pub(super) fn line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }
}

/// What a journal comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Contents {
    pub(super) identity: Identity,
    pub(super) lines: u64,
    pub(super) unanswered: BTreeMap<u64, Event<'static>>,
}

/// Why a journal comes to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    NotAJournal,
    Line { line: usize, problem: String },
}

impl Contents {
    fn new(identity: Identity, lines: u64) -> Self {
        Self { identity, lines, unanswered: BTreeMap::new() }
    }

    /// Reads a journal. `None` if nothing was ever finished in it. A last line without a line feed is left out.
    pub(super) fn read(octets: &[u8]) -> Result<Option<Self>, Unreadable> {
        let Some(end) = octets.iter().rposition(|&octet| octet == b'\n') else {
            let begun = octets.len().min(BEGINNING.len());
            let is_begun = octets.get(..begun) == BEGINNING.as_bytes().get(..begun);
            return if is_begun { Ok(None) } else { Err(Unreadable::NotAJournal) };
        };
        let mut contents: Option<Self> = None;
        let finished = octets.get(..end).unwrap_or_default();
        for (index, text) in finished.split(|&octet| octet == b'\n').enumerate() {
            let wrong = |problem: String| Unreadable::Line { line: index + 1, problem };
            match (serde_json::from_slice(text), &mut contents) {
                (Ok(Entry::Begin { format: FORMAT, client, server, lines }), _) => {
                    contents = Some(Self::new(Identity { client, server }, lines));
                }
                (Ok(Entry::Begin { format, .. }), _) => {
                    return Err(wrong(format!("has the format {format}, and this program knows {FORMAT}")));
                }
                (_, None) => return Err(Unreadable::NotAJournal),
                (Ok(entry), Some(contents)) => contents.apply(entry).map_err(wrong)?,
                (Err(error), Some(_)) => return Err(wrong(error.to_string())),
            }
        }
        Ok(contents)
    }

    fn apply(&mut self, entry: Entry) -> Result<(), String> {
        match entry {
            Entry::Begin { .. } => {}
            Entry::Server(id) => self.identity.server = Some(id),
            Entry::Event { number, event, lines } => {
                if self.unanswered.insert(number, event).is_some() {
                    return Err(format!("event {number} is there already"));
                }
                if self.unanswered.len() > Outbox::CAPACITY {
                    return Err(format!("more than {} events are unanswered", Outbox::CAPACITY));
                }
                self.lines = lines.unwrap_or(self.lines);
            }
            Entry::Answered(number) => {
                if self.unanswered.remove(&number).is_none() {
                    return Err(format!("event {number} is not there"));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sinkcheck_spec::wire::EventFields;

    use super::*;

    fn event(offset: u64) -> Event<'static> {
        let fields = EventFields {
            event_type_id: u64::MAX,
            schema_version: 1,
            key: vec![0, 10, 255].into(),
            offset,
            timestamp: 0,
            event_data: b"line\nfeed \"\\ \xc3\xbc"[..].into(),
        };
        Event::new(fields).expect("a small event")
    }

    #[test]
    fn a_journal_that_is_cut_at_any_octet_comes_to_what_was_finished_before() {
        let identity =
            |client, server: Option<u32>| Identity { client: InstanceId(client), server: server.map(InstanceId) };
        let entries = [
            Entry::begin(identity(1, None), 0),
            Entry::Event { number: 0, event: event(0), lines: Some(1) },
            Entry::Server(InstanceId(2)),
            Entry::Event { number: 1, event: event(1), lines: None },
            Entry::Answered(0),
            Entry::begin(identity(9, None), 0),
            Entry::Event { number: 5, event: event(5), lines: Some(7) },
        ];
        // What each comes to, told without reading.
        let met = identity(1, Some(2));
        let expected = [
            (identity(1, None), 0, vec![]),
            (identity(1, None), 1, vec![(0, event(0))]),
            (met, 1, vec![(0, event(0))]),
            (met, 1, vec![(0, event(0)), (1, event(1))]),
            (met, 1, vec![(1, event(1))]),
            (identity(9, None), 0, vec![]),
            (identity(9, None), 7, vec![(5, event(5))]),
        ];
        let lines: Vec<Vec<u8>> = entries.iter().map(|entry| entry.line().expect("a line")).collect();
        let journal = lines.concat();
        for cut in 0..=journal.len() {
            let ends = lines.iter().scan(0, |end, line| {
                *end += line.len();
                Some(*end)
            });
            let finished = ends.filter(|&end| end <= cut).count();
            let contents = Contents::read(&journal[..cut]).unwrap_or_else(|error| panic!("cut at {cut}: {error:?}"));
            let found = contents.map(|c| (c.identity, c.lines, c.unanswered.into_iter().collect::<Vec<_>>()));
            assert_eq!(found.as_ref(), finished.checked_sub(1).map(|last| &expected[last]), "cut at {cut}");
        }
    }
}
