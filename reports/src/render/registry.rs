use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use super::RenderOptions;
use crate::document::Document;

/// Declares [`Format`] from one line a format: its name on the command line, the renderer and what it is for.
macro_rules! formats {
    ($($variant:ident = $name:literal, $renderer:path, $about:literal;)+) => {
        /// A form in which a document can be written.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Format {
            $(#[doc = $about] $variant,)+
        }

        impl Format {
            /// Every format, in the order in which the command line lists them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its name on the command line.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it is for, in a sentence.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),+ }
            }

            fn renderer(self) -> Renderer {
                match self { $(Self::$variant => $renderer),+ }
            }
        }
    };
}

type Renderer = fn(&Document, &RenderOptions, &mut dyn Write) -> io::Result<()>;

formats! {
    Text = "text", crate::text::render, "A report to read in a terminal.";
    Json = "json", crate::json::render, "The result document itself.";
    Junit = "junit", crate::ci::junit, "JUnit XML, which CI servers read.";
    Tap = "tap", crate::ci::tap, "TAP 14, with a YAML block for each case that did not pass.";
    Markdown = "markdown", crate::markdown::render, "A page for a pull request.";
    Github = "github", crate::ci::github, "Annotations of a GitHub workflow.";
    Badge = "badge", crate::badge::render, "A badge in SVG: the verdict, and how many of the rules were exercised.";
    Html = "html", crate::html::render, "A page for a browser, in one file that fetches nothing.";
}

/// Writes `document` to `out` in `format`.
///
/// # Errors
///
/// Those of `out`.
pub fn render(document: &Document, format: Format, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    format.renderer()(document, options, out)
}

impl Format {
    /// The names of all formats, in the order in which the command line lists them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|format| format.name())
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no format is called `{name}`: there are {}", Format::names().collect::<Vec<_>>().join(", "))]
pub struct UnknownFormat {
    /// The name that was asked for.
    pub name: String,
}
