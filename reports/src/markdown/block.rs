use std::fmt::Display;
use std::io::{self, Write};

use super::inline::{HtmlCode, longest_run};

/// The characters that a page may have: a comment on a pull request takes 65,536.
const MOST: usize = 60_000;
/// Of these, so many are for what is listed behind the cases in detail.
const KEPT_FOR_LISTS: usize = 12_000;

/// The page, and how much it may still have. What has no room is left out by whoever writes, who says so.
pub(crate) struct Paper<'a> {
    out: &'a mut dyn Write,
    room: usize,
}

impl<'a> Paper<'a> {
    /// A page for a comment, or one of any length.
    pub(crate) fn new(out: &'a mut dyn Write, any_length: bool) -> Self {
        Self { out, room: if any_length { usize::MAX } else { MOST } }
    }

    /// How many characters a detail may have.
    pub(crate) fn room_for_details(&self) -> usize {
        self.room.saturating_sub(KEPT_FOR_LISTS)
    }

    /// How many characters one of several lists may have.
    pub(crate) fn room_for_a_list(&self) -> usize {
        self.room / 8
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.room = self.room.saturating_sub(text.chars().count());
        self.out.write_all(text.as_bytes())
    }

    /// Writes what `write` writes, if it has room; whether it had.
    pub(crate) fn if_it_fits(&mut self, write: impl FnOnce(&mut Paper<'_>) -> io::Result<()>) -> io::Result<bool> {
        let mut text = Vec::new();
        write(&mut Paper { out: &mut text, room: self.room })?;
        let text = String::from_utf8(text).map_err(io::Error::other)?;
        let fits = text.chars().count() <= self.room_for_details();
        if fits {
            self.write(&text)?;
        }
        Ok(fits)
    }

    pub(crate) fn heading(&mut self, level: usize, text: impl Display) -> io::Result<()> {
        self.write(&format!("{} {text}\n\n", "#".repeat(level)))
    }

    pub(crate) fn paragraph(&mut self, text: impl Display) -> io::Result<()> {
        self.write(&format!("{text}\n\n"))
    }

    /// A list; nothing if it is empty.
    pub(crate) fn list(&mut self, items: impl IntoIterator<Item = String>) -> io::Result<()> {
        let mut any = false;
        for item in items {
            any = true;
            self.write(&format!("- {item}\n"))?;
        }
        if any { self.write("\n") } else { Ok(()) }
    }

    /// A list, or as much of it as a list has room for, and how many items more there are.
    pub(crate) fn list_while_there_is_room(&mut self, items: impl Iterator<Item = String>) -> io::Result<()> {
        let mut room = self.room_for_a_list();
        let (mut listed, mut left_out) = (Vec::new(), 0usize);
        for item in items {
            let length = item.chars().count();
            if length > room {
                room = 0;
                left_out += 1;
            } else {
                room -= length;
                listed.push(item);
            }
        }
        if left_out > 0 {
            listed.push(format!("and {left_out} more"));
        }
        self.list(listed)
    }

    /// A table. Its cells have no line ends.
    pub(crate) fn table(&mut self, heads: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> io::Result<()> {
        self.row(heads)?;
        self.row(&vec!["---".to_owned(); heads.len()])?;
        for row in rows {
            self.row(&row)?;
        }
        self.write("\n")
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        // A bar ends a cell, in code too, unless a backslash is before it; and one that is there already would escape ours.
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace("\\|", "\\¦").replace('|', "\\|")).collect();
        self.write(&format!("| {} |\n", cells.join(" | ")))
    }

    /// A text as it is, whose lines are free of control characters.
    pub(crate) fn code(&mut self, text: &str) -> io::Result<()> {
        let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
        self.write(&format!("{fence}text\n{}\n{fence}\n\n", text.trim_end()))
    }

    /// Begins what is folded away behind a remark of ours and a text in code.
    pub(crate) fn begin_fold(&mut self, remark: &str, text: &str) -> io::Result<()> {
        let text = if text.is_empty() { String::new() } else { HtmlCode(text).to_string() };
        self.write(&format!("<details><summary>{remark}{text}</summary>\n\n"))
    }

    pub(crate) fn end_fold(&mut self) -> io::Result<()> {
        self.write("</details>\n\n")
    }
}
