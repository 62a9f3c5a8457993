use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;

use anstyle::Style;
use textwrap::core::display_width;

use super::abridge::{abridged, abridged_hex, shortened};
use super::escape::escaped;
use super::page::Page;
use super::palette::{BAD, BROKEN_MARK, FAINT, PLAIN, STRONG};
use super::wording::counted;
use crate::document::{Carried, CaseResult, CaseVerdict, Role, TargetRole, TranscriptEntry};

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
/// The widest room between the two lanes, and what there is at least, in columns.
const WIDEST_ROOM: usize = 96;
const LEAST_ROOM: usize = 12;
/// The longest connection's name, in columns; in a narrow page, the share of its columns that it may take.
const WIDEST_NAME: usize = 16;
const SHARE_OF_NAME: usize = 8;
/// The columns before the lanes and the connection's name: a margin, the mark and the time.
const BEFORE: usize = 13;

/// A case's transcript, drawn: a lane for the client, one for the server, and an arrow for each thing that one of them did.
pub(super) fn write(page: &mut Page<'_>, case: &CaseResult, target: TargetRole) -> io::Result<()> {
    let entries = &case.transcript;
    if entries.is_empty() {
        return page.line(&[(FAINT, "  Exchange  "), (PLAIN, "nothing was exchanged")]);
    }
    page.line(&[(FAINT, "  Exchange, times in ms")])?;
    write_entries(page, entries, target)?;
    let breaks = matches!(case.verdict, CaseVerdict::Fail | CaseVerdict::KnownFailure | CaseVerdict::Warn);
    match &case.observed {
        // Often it is what did not come that breaks a rule; no entry can be marked then.
        Some(observed) if breaks && entries.iter().all(|entry| entry.breaks.is_empty()) => {
            Lanes::of(entries, page.width()).write_end(page, observed)
        }
        _ => Ok(()),
    }
}

/// The entries of a transcript between two lanes. What the target did stands out.
pub(super) fn write_entries(page: &mut Page<'_>, entries: &[TranscriptEntry], target: TargetRole) -> io::Result<()> {
    let lanes = Lanes::of(entries, page.width());
    lanes.write_heads(page, target)?;
    let mut left_out = 0;
    for (entry, shown) in entries.iter().zip(selection(entries, page.verbose())) {
        if !shown {
            left_out += 1;
            continue;
        }
        lanes.write_gap(page, &mut left_out)?;
        lanes.write_entry(page, entry, target)?;
    }
    lanes.write_gap(page, &mut left_out)
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

/// Where the lanes are.
struct Lanes {
    /// The width of the connection's name; none where there is but one connection.
    connection: Option<usize>,
    /// The columns between the two lanes.
    room: usize,
}

impl Lanes {
    fn of(entries: &[TranscriptEntry], width: usize) -> Self {
        let connections: BTreeSet<&str> = entries.iter().map(|entry| entry.connection.as_str()).collect();
        let widest = connections.iter().map(|name| display_width(&escaped(name))).max().unwrap_or(0);
        let widest = widest.min(WIDEST_NAME).min(width / SHARE_OF_NAME);
        let connection = (connections.len() > 1).then_some(widest);
        let before = BEFORE + connection.map_or(0, |width| width + 2);
        Self { connection, room: width.saturating_sub(before + 2).clamp(LEAST_ROOM, WIDEST_ROOM) }
    }

    /// What stands before the lanes where there is neither mark nor time.
    fn margin(&self) -> String {
        " ".repeat(BEFORE + self.connection.map_or(0, |width| width + 2))
    }

    /// Whose lane is which.
    fn write_heads(&self, page: &mut Page<'_>, target: TargetRole) -> io::Result<()> {
        let (client, server) = match target {
            TargetRole::Client => ("client (target)", "server"),
            TargetRole::Server => ("client", "server (target)"),
            TargetRole::Both => ("client", "server"),
        };
        let between = (self.room + 2).saturating_sub(client.len() + server.len());
        page.line(&[(FAINT, &format!("{}{client}{}{server}", self.margin(), " ".repeat(between)))])
    }

    fn write_gap(&self, page: &mut Page<'_>, left_out: &mut usize) -> io::Result<()> {
        if *left_out > 0 {
            let gap = format!("… {} left out …", counted(*left_out, "entry"));
            let before = self.room.saturating_sub(display_width(&gap)) / 2;
            let after = self.room.saturating_sub(display_width(&gap) + before);
            let gap = format!("{}┆{}{gap}{}┆", self.margin(), " ".repeat(before), " ".repeat(after));
            page.line(&[(FAINT, &gap)])?;
        }
        *left_out = 0;
        Ok(())
    }

    /// Where the case ended, and what it had seen by then, where no entry is to blame.
    fn write_end(&self, page: &mut Page<'_>, observed: &str) -> io::Result<()> {
        let observed = abridged(observed, LONGEST_MEANING).replace('\n', " ");
        let lines = page.wrapped(&format!("observed: {}", escaped(&observed)), self.room - 5);
        let mut mark = BROKEN_MARK;
        for line in lines {
            let margin = " ".repeat(self.margin().len() - 3);
            let blanks = " ".repeat((self.room - 2).saturating_sub(display_width(&line)));
            let end = format!("{blanks}│");
            page.line(&[(PLAIN, "  "), (BAD, mark), (FAINT, &format!("{margin}│  ")), (BAD, &line), (FAINT, &end)])?;
            mark = " ";
        }
        Ok(())
    }

    /// One entry: when, in which direction, what it means, and its octets: beside a short meaning, below a long one.
    fn write_entry(&self, page: &mut Page<'_>, entry: &TranscriptEntry, target: TargetRole) -> io::Result<()> {
        let broken = !entry.breaks.is_empty();
        let style = match (broken, target == TargetRole::from(entry.from)) {
            (true, _) => BAD,
            (false, true) => STRONG,
            (false, false) => PLAIN,
        };
        // A stroke and a blank before what is written on the arrow; a blank, a stroke and the head behind it.
        let room = self.room - 5;
        let whole = page.verbose();
        let octets = match &entry.carried {
            Carried::Hex(hex) if whole => Cow::Borrowed(hex.as_str()),
            Carried::Hex(hex) => abridged_hex(hex, room),
            Carried::Event(_) => Cow::Borrowed(""),
        };
        let meaning = meaning(entry, whole);
        let fits_beside = display_width(&meaning) + display_width(&octets) + 2 <= room;
        let (written, below) = match (meaning.is_empty(), octets.is_empty()) {
            (true, _) => (octets, Cow::Borrowed("")),
            (false, false) if fits_beside => (Cow::Owned(format!("{meaning}  {octets}")), Cow::Borrowed("")),
            (false, _) => (Cow::Owned(meaning), octets),
        };
        let mut lines = page.wrapped(&written, room).into_iter();
        self.write_arrow(page, entry, style, &lines.next().unwrap_or_default())?;
        for line in lines {
            self.write_between(page, style, &line)?;
        }
        if !below.is_empty() {
            for line in page.wrapped(&below, room) {
                self.write_between(page, FAINT, &line)?;
            }
        }
        if broken {
            for line in page.wrapped(&escaped(&format!("breaks {}", entry.breaks.join(", "))), room) {
                self.write_between(page, BAD, &line)?;
            }
        }
        Ok(())
    }

    /// The mark, the time, and the arrow with what is written on it.
    fn write_arrow(&self, page: &mut Page<'_>, entry: &TranscriptEntry, style: Style, text: &str) -> io::Result<()> {
        let mark = if entry.breaks.is_empty() { " " } else { BROKEN_MARK };
        let mut time = format!("{:>8.1}  ", entry.ms);
        if display_width(&time) > BEFORE - 3 {
            time = format!("{:>8}  ", "…");
        }
        let connection = match self.connection {
            Some(width) => {
                let name = escaped(&entry.connection);
                let name = shortened(&name, width);
                let blanks = " ".repeat((width + 2).saturating_sub(display_width(&name)));
                format!("{name}{blanks}")
            }
            None => String::new(),
        };
        // What is no octets is drawn fainter: a connection that begins or ends.
        let stroke = if matches!(entry.carried, Carried::Event(_)) { "╌" } else { "─" };
        let rest = stroke.repeat((self.room - 4).saturating_sub(display_width(text)));
        let (begin, end) = match entry.from {
            Role::Client => (format!("├{stroke} "), format!(" {rest}→│")),
            Role::Server => ("│← ".to_owned(), format!(" {rest}{stroke}┤")),
        };
        page.line(&[
            (PLAIN, "  "),
            (BAD, mark),
            (FAINT, &time),
            (PLAIN, &connection),
            (FAINT, &begin),
            (style, text),
            (FAINT, &end),
        ])
    }

    /// A further line of what is written on an arrow.
    fn write_between(&self, page: &mut Page<'_>, style: Style, text: &str) -> io::Result<()> {
        let margin = self.margin();
        let blanks = " ".repeat((self.room - 2).saturating_sub(display_width(text)));
        page.line(&[(FAINT, &format!("{margin}│  ")), (style, text), (FAINT, &format!("{blanks}│"))])
    }
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
