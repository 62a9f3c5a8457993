//! Result documents: the transcripts of their cases.

use std::io::Read;
use std::time::Duration;

use sinkcheck_reports::document::{Carried, Role as ReportRole, TargetRole, TranscriptEntry};
use sinkcheck_reports::json::read_document;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Judged;

use super::account::Account;
use super::json_lines::happened;
use super::roster::{Roster, Sides};
use super::{Form, Happening, RecordError};

/// More than any document that a run writes: it keeps some 50 MiB of transcripts at most.
const LARGEST: u64 = 256 << 20;

/// What a transcript says where entries were left out.
const LEFT_OUT: [&str; 2] = ["were not kept", "left out here"];

/// Tells what the cases' transcripts hold. The target alone is judged: what the harness sends is sent on purpose.
pub(super) fn read(input: impl Read, tell: &mut dyn FnMut(Happening<'_>)) -> Result<Account, RecordError> {
    let mut octets = Vec::new();
    input.take(LARGEST + 1).read_to_end(&mut octets)?;
    if octets.len() as u64 > LARGEST {
        return Err(RecordError::Unknown(format!("a result document of more than {} MiB isn't read", LARGEST >> 20)));
    }
    let document = read_document(&octets).map_err(|error| RecordError::Unknown(error.to_string()))?;
    drop(octets);
    if document.suite.cases == 0 && !document.cases.is_empty() {
        let text =
            "this is a result of watched or recorded traffic, which shows excerpts of it: judge the record itself";
        return Err(RecordError::Unknown(text.to_owned()));
    }
    let mut account = Account::new(Form::Document);
    let judged = match document.target.role {
        TargetRole::Client => Judged::Client,
        TargetRole::Server => Judged::Server,
        TargetRole::Both => Judged::Both,
    };
    let mut connections = 0;
    for case in &document.cases {
        let mut roster = Roster::new(connections, judged, format!("{} ", case.id), tell);
        for (at, entry) in case.transcript.iter().enumerate() {
            if let Some(remark) = told(entry, &mut roster) {
                account.remark(format!("case {}, entry {}", case.id, at + 1), remark);
            }
        }
        connections = roster.finish();
    }
    account.connections = connections;
    if connections == 0 {
        account.remark(None, "No case of this document has a transcript with a connection in it.");
    }
    Ok(account)
}

fn told(entry: &TranscriptEntry, roster: &mut Roster<'_>) -> Option<String> {
    let Ok(at) = Duration::try_from_secs_f64(entry.ms / 1e3) else {
        return Some(format!("`ms` is {}, which is no time: the entry is passed over", entry.ms));
    };
    let from = match entry.from {
        ReportRole::Client => Role::Client,
        ReportRole::Server => Role::Server,
    };
    match &entry.carried {
        Carried::Hex(digits) => match hex::decode(digits) {
            Ok(octets) => {
                roster.octets(&entry.connection, at, from, &octets);
                None
            }
            Err(error) => {
                roster.lose(Some(&entry.connection), "an entry of the transcript can't be read");
                Some(format!("`hex` is no hex: {error}"))
            }
        },
        Carried::Event(event) if LEFT_OUT.iter().any(|words| event.ends_with(words)) => {
            roster.lose(None, &format!("of the transcript {event}"));
            Some(format!("{event}: what follows isn't judged"))
        }
        // A part of a frame that came before an end, or that the harness stopped reading: words for people.
        Carried::Event(event) if !is_known(event) => None,
        Carried::Event(event) => {
            happened(event, &entry.connection, at, from, Sides::default(), roster);
            None
        }
    }
}

fn is_known(event: &str) -> bool {
    ["connected", "closed", "reset"].iter().any(|known| event.split_whitespace().next() == Some(known))
}
