use std::io::{self, Write};

use anstyle::Style;
use textwrap::core::display_width;
use textwrap::{Options, WordSplitter, WrapAlgorithm};

use super::escape::{escaped, obeyed_by_nobody};
use super::palette::{PLAIN, STRONG};
use crate::render::RenderOptions;

/// A piece of a line and how it looks.
pub(crate) type Span<'a> = (Style, &'a str);

/// Where the report is written: escapes, wraps and colours.
pub(crate) struct Page<'a> {
    out: &'a mut dyn Write,
    width: usize,
    colour: bool,
    verbose: bool,
}

impl<'a> Page<'a> {
    pub(crate) fn new(out: &'a mut dyn Write, options: &RenderOptions) -> Self {
        let RenderOptions { colour, width, verbose } = *options;
        Self { out, width: width.max(40), colour, verbose }
    }

    /// Columns of a line.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Whether nothing is to be abridged.
    pub(crate) fn verbose(&self) -> bool {
        self.verbose
    }

    pub(crate) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A part's heading after an empty line: its name in capitals, and a remark.
    pub(crate) fn heading(&mut self, name: &str, remark: &str) -> io::Result<()> {
        self.blank()?;
        let name = name.to_uppercase();
        if remark.is_empty() {
            self.line(&[(STRONG, &name)])
        } else {
            self.paragraph(&[(STRONG, &name), (PLAIN, "  ")], PLAIN, remark)
        }
    }

    /// One line, however long.
    pub(crate) fn line(&mut self, spans: &[Span<'_>]) -> io::Result<()> {
        let last = spans.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        let mut begins = true;
        for (place, (style, text)) in spans.iter().enumerate() {
            let text = escaped(text);
            let text = obeyed_by_nobody(&text, begins);
            begins &= text.trim().is_empty();
            match last {
                Some(last) if place < last => self.span(*style, &text)?,
                Some(last) if place == last => self.span(*style, text.trim_end())?,
                _ => {}
            }
        }
        writeln!(self.out)
    }

    /// `text` after `lead`, wrapped; later lines begin where the text began. Line ends in the text are kept. After a lead
    /// that takes more than half of the width the text begins on the next line, where the lead's second word would.
    pub(crate) fn paragraph(&mut self, lead: &[Span<'_>], style: Style, text: &str) -> io::Result<()> {
        let lead_width: usize = lead.iter().map(|(_, text)| display_width(&escaped(text))).sum();
        let indent = if lead_width > self.width / 2 { 6 } else { lead_width };
        let mut lines = Vec::new();
        for line in text.split('\n') {
            lines.extend(self.wrapped(&escaped(line), self.width - indent));
        }
        let mut lines = lines.into_iter();
        if indent == lead_width {
            let first = lines.next().unwrap_or_default();
            let mut spans = lead.to_vec();
            spans.push((style, &first));
            self.line(&spans)?;
        } else {
            self.line(lead)?;
        }
        let margin = " ".repeat(indent);
        for line in lines {
            self.line(&[(PLAIN, &margin), (style, &line)])?;
        }
        Ok(())
    }

    /// The text, which is escaped already, in lines of so many columns.
    pub(crate) fn wrapped(&self, text: &str, width: usize) -> Vec<String> {
        let options =
            Options::new(width).word_splitter(WordSplitter::NoHyphenation).wrap_algorithm(WrapAlgorithm::FirstFit);
        textwrap::wrap(text, options).into_iter().map(|line| line.into_owned()).collect()
    }

    fn span(&mut self, style: Style, text: &str) -> io::Result<()> {
        if self.colour && style != PLAIN && !text.trim().is_empty() {
            write!(self.out, "{style}{text}{style:#}")
        } else {
            write!(self.out, "{text}")
        }
    }
}
