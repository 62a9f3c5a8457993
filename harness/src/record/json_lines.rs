//! JSON lines: an object for each read or event, as deployed captures and the proxy's records have them.

use std::io::{BufRead, Read};
use std::time::Duration;

use serde::Deserialize;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Judged;

use super::account::Account;
use super::roster::{Roster, Sides};
use super::{Form, Happening, RecordError};

/// Longer than the hex of any read: that is 64 KiB where a record is made by a program that reads a socket.
const LONGEST_LINE: u64 = 8 << 20;

#[derive(Deserialize)]
pub(super) struct Line {
    ms: f64,
    connection: Name,
    from: Role,
    hex: Option<String>,
    event: Option<String>,
    client: Option<String>,
    server: Option<String>,
    identity: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Name {
    Number(u64),
    Text(String),
}

impl Name {
    fn into_text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// Tells what the lines hold. A line that can't be read ends what can be said about the connections that are open there.
pub(super) fn read(mut input: impl BufRead, tell: &mut dyn FnMut(Happening<'_>)) -> Result<Account, RecordError> {
    let mut account = Account::new(Form::JsonLines);
    let mut roster = Roster::new(0, Judged::Both, "", tell);
    let mut text = Vec::new();
    let mut understood = 0_u64;
    let mut at_line = 0_u64;
    loop {
        text.clear();
        let count = match input.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text) {
            Ok(count) => count,
            Err(error) if understood == 0 => return Err(error.into()),
            Err(error) => {
                account.remark(format!("behind line {at_line}"), format!("reading failed: {error}"));
                roster.lose(None, "the record could not be read any further");
                break;
            }
        };
        if count == 0 {
            break;
        }
        at_line += 1;
        let is_cut = text.last() != Some(&b'\n');
        let line = if at_line == 1 { text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text) } else { &text };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let problem = match serde_json::from_slice::<Line>(line) {
            Ok(line) => match entry(line, &mut roster) {
                Ok(remark) => {
                    understood += 1;
                    if let Some(remark) = remark {
                        account.remark(format!("line {at_line}"), remark);
                    }
                    continue;
                }
                Err(problem) => problem,
            },
            Err(error) if is_cut && error.is_eof() && understood > 0 => {
                account.remark(
                    format!("line {at_line}"),
                    "the record is cut off within this line; what comes before is judged",
                );
                break;
            }
            Err(error) => format!("no entry of a record: {}", without_place(&error)),
        };
        let place = format!("line {at_line}");
        if understood == 0 {
            return Err(RecordError::wrong(place, problem));
        }
        roster.lose(None, &format!("{place} of the record can't be read"));
        account.remark(place, format!("{problem}; connections that are open here aren't judged any further"));
        if is_cut && text.len() as u64 == LONGEST_LINE {
            account.remark(None, "What follows the line is left out, for no line of a record is so long.");
            break;
        }
    }
    if at_line == 0 {
        return Err(RecordError::Empty);
    }
    account.connections = roster.finish();
    Ok(account)
}

/// Tells of one entry; what is to be remarked about it, if anything is.
fn entry(line: Line, roster: &mut Roster<'_>) -> Result<Option<String>, String> {
    let at =
        Duration::try_from_secs_f64(line.ms / 1e3).map_err(|_| format!("`ms` is {}, which is no time", line.ms))?;
    let name = line.connection.into_text();
    match (line.hex, line.event) {
        (Some(digits), None) => {
            let octets = hex::decode(&digits).map_err(|error| format!("`hex` is no hex: {error}"))?;
            let begins_within = roster.octets(&name, at, line.from, &octets);
            Ok(begins_within.then(|| {
                format!(
                    "the record begins within connection {name}: what only its start would explain is blamed on nobody"
                )
            }))
        }
        (None, Some(event)) => {
            let sides = Sides { client: line.client, server: line.server, identity: line.identity };
            Ok(happened(&event, &name, at, line.from, sides, roster))
        }
        (Some(_), Some(_)) => Err("both `hex` and `event`: an entry has one of them".to_owned()),
        (None, None) => Err("neither `hex` nor `event`".to_owned()),
    }
}

/// Tells of an event; what is to be remarked if it is none that is known.
pub(super) fn happened(
    event: &str,
    name: &str,
    at: Duration,
    from: Role,
    sides: Sides,
    roster: &mut Roster<'_>,
) -> Option<String> {
    match event.split_whitespace().next() {
        Some("connected") => roster.connected(name, at, sides),
        Some("closed") => roster.ended(name, at, from, false),
        Some("reset") => roster.ended(name, at, from, true),
        // The proxy couldn't keep up.
        Some("lost") => roster.lose(Some(name), "the record says that it doesn't have what follows"),
        _ => return Some(format!("nothing is known of the event `{}`: it is passed over", event.escape_debug())),
    }
    None
}

/// A line's error says "line 1", which is not the line of the record.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(at) => format!("{} (column {})", &text[..at], error.column()),
        None => text,
    }
}
