use std::collections::HashMap;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};

use super::data;
use super::shown::Shown;
use crate::document::{Carried, CaseResult, Document, Role, TranscriptEntry};

/// What the script draws of one case. Short names, for a page holds thousands of entries.
#[derive(Serialize)]
struct CaseData<'a> {
    /// The scenario's place among those of the page, and the line to mark.
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<(usize, usize)>,
    /// The connections' names.
    connections: Vec<String>,
    entries: Entries<'a>,
    /// Which entries broke a rule, and which rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    breaks: Vec<(usize, Vec<String>)>,
    /// What the launched program wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

/// Where each scenario is among those of the page, by its file.
pub(super) fn scenario_places(document: &Document) -> HashMap<&str, usize> {
    // The first of a file counts.
    document.scenarios.iter().enumerate().rev().map(|(place, scenario)| (scenario.file.as_str(), place)).collect()
}

/// The data of one case, as an element of the page. Its scenario is at this place among those of the page.
pub(super) fn element(case: &CaseResult, scenario: Option<usize>) -> String {
    let (_, line) = case.file_and_line();
    let entries = &case.transcript;
    let mut connections: Vec<&str> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in entries {
        places.entry(&entry.connection).or_insert_with(|| {
            connections.push(&entry.connection);
            connections.len() - 1
        });
    }
    let breaks = entries.iter().enumerate().filter(|(_, entry)| !entry.breaks.is_empty());
    let shown = |text: &str| Shown::line(text).to_string();
    let data = CaseData {
        scenario: scenario.map(|place| (place, line)),
        connections: connections.iter().map(|name| shown(name)).collect(),
        entries: Entries { entries, places: &places },
        breaks: breaks.map(|(place, entry)| (place, entry.breaks.iter().map(|rule| shown(rule)).collect())).collect(),
        output: case.output.as_deref().map(|output| Shown::lines(output).to_string()),
    };
    data::element("case-data", &data)
}

/// The scenarios' texts, as an element of the page: each a list of lines.
pub(super) fn scenarios(document: &Document) -> String {
    let texts: Vec<String> =
        document.scenarios.iter().map(|scenario| Shown::lines(&scenario.text).to_string()).collect();
    data::element("scenarios", &texts)
}

/// Entries, each a list: milliseconds, the connection's place, 0 from the client or 1 from the server, the octets in hex or null,
/// and what they mean or what happened, which may be absent.
struct Entries<'a> {
    entries: &'a [TranscriptEntry],
    /// The connections' places, by their names.
    places: &'a HashMap<&'a str, usize>,
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.entries.len()))?;
        for entry in self.entries {
            let connection = self.places.get(entry.connection.as_str()).copied().unwrap_or_default();
            let from = u8::from(entry.from == Role::Server);
            let message = entry.message.as_deref().map(|message| Shown::line(message).to_string());
            match &entry.carried {
                Carried::Hex(hex) => {
                    list.serialize_element(&(entry.ms, connection, from, Shown::line(hex).as_str(), message))?
                }
                Carried::Event(event) => {
                    let said = match &message {
                        Some(message) => format!("{} ({message})", Shown::line(event)),
                        None => Shown::line(event).to_string(),
                    };
                    list.serialize_element(&(entry.ms, connection, from, (), said))?;
                }
            }
        }
        list.end()
    }
}
