//! A badge: one line for a page that lists many implementations.
//!
//! It says the verdict and how many of the rules were exercised, for a verdict alone says little if most were not.

mod width;

use std::io::{self, Write};

use askama::Template;

use crate::document::{Document, Verdict};
use crate::render::RenderOptions;
use crate::text::escape::escaped;
use crate::text::wording::verdict;
use width::width;

/// What is left and right of a text, in pixels.
const PADDING: usize = 7;

const LABEL: &str = "sink conformance";

/// Writes the badge as SVG. The options change nothing.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, _: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    Badge::of(document).write_into(out)?;
    out.write_all(b"\n")
}

#[derive(Template)]
#[template(path = "badge.svg")]
struct Badge {
    title: String,
    label: Text,
    message: Text,
    colour: &'static str,
    width: usize,
}

/// A text and the box that it is centred in, in pixels.
struct Text {
    text: String,
    /// Where the box begins, and how wide it is.
    from: usize,
    width: usize,
    middle: usize,
    /// How wide the text itself is made, whatever the font.
    length: usize,
}

impl Text {
    fn new(text: String, from: usize) -> Self {
        let length = width(&text);
        let width = length + 2 * PADDING;
        Self { text, from, width, middle: from + width / 2, length }
    }
}

impl Badge {
    fn texts(&self) -> [&Text; 2] {
        [&self.label, &self.message]
    }

    fn of(document: &Document) -> Self {
        let message = message(document);
        let name = if document.target.name.is_empty() { "a nameless target" } else { &document.target.name };
        let label = Text::new(LABEL.to_owned(), 0);
        let title = format!("{LABEL} of {}: {message}", escaped(name));
        let message = Text::new(message, label.width);
        Self {
            title,
            width: label.width + message.width,
            label,
            message,
            // White text on each of these has a contrast of more than 4.5.
            colour: match document.verdict {
                Verdict::Conforms => "#17703f",
                Verdict::DoesNotConform => "#b8232b",
                Verdict::Inconclusive => "#8a5300",
            },
        }
    }
}

/// `conforms · 94 % of rules exercised`.
fn message(document: &Document) -> String {
    let reach = document.reach();
    let verdict = verdict(document.verdict);
    match reach.total() {
        0 => verdict.to_owned(),
        // Rounded down: 100 % are all.
        total => format!("{verdict} · {} % of rules exercised", 100 * (total - reach.not_exercised.total()) / total),
    }
}
