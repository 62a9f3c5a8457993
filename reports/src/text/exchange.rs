use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use textwrap::core::display_width;

use super::abridge::{abridged, abridged_hex, shortened};
use super::escape::escaped;
use super::page::Page;
use super::palette::{BAD, BROKEN_MARK, FAINT, PLAIN, STRONG};
use super::wording::counted;
use crate::document::{Carried, CaseResult, Role, TargetRole, TranscriptEntry};

/// How many of a long transcript's last entries are shown: where none is known to have broken a rule, and where one is.
const LAST: usize = 40;
const LAST_IF_BROKEN: usize = 12;
/// How many of its first: who connected, and how it went.
const FIRST: usize = 4;
/// How many entries that broke a rule are shown if they are neither first nor last.
const MOST_BROKEN: usize = 3;
/// How many entries are shown before and after one of those.
const AROUND: usize = 3;
/// The longest meaning, in characters.
const LONGEST_MEANING: usize = 240;
/// A meaning of more columns than this has its octets below it.
const SHORT_MEANING: usize = 36;
/// The most columns that octets take.
const WIDEST_OCTETS: usize = 80;
/// The longest connection's name, in columns.
const WIDEST_NAME: usize = 16;
/// What the arrows mean.
const OF_TARGET: &str = "in ms   → to the target   ← from the target";
const OF_BOTH: &str = "in ms   → from the client   ← from the server";
/// The columns before the time.
const MARGIN: usize = 3;

/// A case's transcript as a table.
pub(super) fn write(page: &mut Page<'_>, case: &CaseResult, target: TargetRole) -> io::Result<()> {
    let entries = &case.transcript;
    if entries.is_empty() {
        return page.line(&[(FAINT, "  Exchange  "), (PLAIN, "nothing was exchanged")]);
    }
    // In traffic that was watched the arrows are those of the client's end, too.
    let (legend, left) = match target {
        TargetRole::Server => (OF_TARGET, Role::Server),
        TargetRole::Client => (OF_TARGET, Role::Client),
        TargetRole::Both => (OF_BOTH, Role::Server),
    };
    page.line(&[(FAINT, "  Exchange  "), (FAINT, legend)])?;
    write_entries(page, entries, left)
}

/// The entries of a transcript as a table. What `left` sent points to the left.
pub(super) fn write_entries(page: &mut Page<'_>, entries: &[TranscriptEntry], left: Role) -> io::Result<()> {
    let columns = Columns::of(entries);
    let mut left_out = 0;
    for (entry, shown) in entries.iter().zip(selection(entries, page.verbose())) {
        if !shown {
            left_out += 1;
            continue;
        }
        write_gap(page, &mut left_out)?;
        write_entry(page, entry, &columns, left)?;
    }
    write_gap(page, &mut left_out)
}

/// Which entries are shown.
fn selection(entries: &[TranscriptEntry], verbose: bool) -> Vec<bool> {
    let length = entries.len();
    if verbose || length <= LAST + FIRST {
        return vec![true; length];
    }
    let broken = entries.iter().enumerate().filter(|(_, entry)| !entry.breaks.is_empty());
    let broken: Vec<usize> = broken.map(|(place, _)| place).take(MOST_BROKEN).collect();
    let last = if broken.is_empty() { LAST } else { LAST_IF_BROKEN };
    let mut shown: Vec<bool> = (0..length).map(|place| place < FIRST || place + last >= length).collect();
    for place in broken {
        shown[place.saturating_sub(AROUND)..length.min(place + AROUND + 1)].fill(true);
    }
    shown
}

fn write_gap(page: &mut Page<'_>, left_out: &mut usize) -> io::Result<()> {
    if *left_out > 0 {
        let gap = format!("          … {} left out …", counted(*left_out, "entry"));
        page.line(&[(FAINT, &gap)])?;
    }
    *left_out = 0;
    Ok(())
}

/// Where the table's columns are.
struct Columns {
    /// The width of the connection's name; none where there is but one connection.
    connection: Option<usize>,
    /// The width of the meanings that have their octets beside them.
    meaning: usize,
}

impl Columns {
    fn of(entries: &[TranscriptEntry]) -> Self {
        let connections: BTreeSet<&str> = entries.iter().map(|entry| entry.connection.as_str()).collect();
        let widest = connections.iter().map(|name| display_width(&escaped(name))).max().unwrap_or(0);
        let meanings = entries.iter().filter_map(|entry| entry.message.as_deref()).map(display_width);
        Self {
            connection: (connections.len() > 1).then_some(widest.min(WIDEST_NAME)),
            meaning: meanings.filter(|&width| width <= SHORT_MEANING).max().unwrap_or(0),
        }
    }
}

/// One entry: when, in which direction, what it means, and its octets: beside a short meaning, below a long one.
fn write_entry(page: &mut Page<'_>, entry: &TranscriptEntry, columns: &Columns, left: Role) -> io::Result<()> {
    let broken = !entry.breaks.is_empty();
    let mark = if broken { BROKEN_MARK } else { " " };
    let time = format!(" {:>8.1}  ", entry.ms);
    let connection = match columns.connection {
        Some(width) => format!("{:<width$}  ", shortened(&escaped(&entry.connection), width)),
        None => String::new(),
    };
    let (style, arrow) = if entry.from == left { (STRONG, "←  ") } else { (PLAIN, "→  ") };
    let style = if broken { BAD } else { style };
    let margin = " ".repeat(MARGIN + time.len() + display_width(&connection) + display_width(arrow));
    let room = page.width().saturating_sub(margin.len());
    let mut lead = vec![(PLAIN, "  "), (BAD, mark), (FAINT, &time), (PLAIN, &connection), (style, arrow)];

    let whole = page.verbose();
    let octets = match &entry.carried {
        Carried::Hex(hex) if whole => Cow::Borrowed(hex.as_str()),
        Carried::Hex(hex) => abridged_hex(hex, room.min(WIDEST_OCTETS)),
        Carried::Event(_) => Cow::Borrowed(""),
    };
    let meaning = meaning(entry, whole);
    let beside = format!("{meaning:<width$}  ", width = columns.meaning);
    if meaning.is_empty() {
        page.paragraph(&lead, FAINT, &octets)?;
    } else if display_width(&beside) + display_width(&octets) <= room {
        lead.extend([(style, beside.as_str()), (FAINT, &*octets)]);
        page.line(&lead)?;
    } else {
        page.paragraph(&lead, style, &meaning)?;
        if !octets.is_empty() {
            page.paragraph(&[(PLAIN, &margin)], FAINT, &octets)?;
        }
    }
    if broken {
        page.paragraph(&[(PLAIN, &margin), (BAD, "breaks ")], BAD, &entry.breaks.join(", "))?;
    }
    Ok(())
}

/// What the entry means, or what happened, on one line; nothing for octets that nobody explained.
fn meaning(entry: &TranscriptEntry, whole: bool) -> String {
    let meaning = match (&entry.carried, entry.message.as_deref()) {
        (Carried::Event(event), None) => format!("({event})"),
        (Carried::Event(event), Some(message)) => format!("({event}) {message}"),
        (Carried::Hex(_), message) => message.unwrap_or_default().to_owned(),
    };
    let meaning = if whole { meaning } else { abridged(&meaning, LONGEST_MEANING).into_owned() };
    escaped(&meaning).into_owned()
}
