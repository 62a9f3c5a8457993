use std::borrow::Cow;
use std::fmt;

use crate::text::escape::escaped;

/// A text as a page shows it: control characters, direction marks and what has no width are spelled out. Markup in it is
/// for the template to escape.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Shown<'a>(Cow<'a, str>);

impl<'a> Shown<'a> {
    /// A text of one line: line ends are spelled out, too.
    pub(super) fn line(text: &'a str) -> Self {
        Self(escaped(text))
    }

    /// A text that may have several lines, which stay lines.
    pub(super) fn lines(text: &'a str) -> Self {
        if !text.contains(['\n', '\t']) {
            return Self::line(text);
        }
        let lines: Vec<String> = text
            .split('\n')
            .map(|line| escaped(&line.strip_suffix('\r').unwrap_or(line).replace('\t', "    ")).into_owned())
            .collect();
        Self(Cow::Owned(lines.join("\n")))
    }

    /// A text that was put together here.
    pub(super) fn owned(text: &str) -> Shown<'static> {
        Shown(Cow::Owned(escaped(text).into_owned()))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn what_hides_or_reorders_is_spelled_out_and_lines_stay() {
        assert_eq!(Shown::line("a\u{202e}b\0\nc").as_str(), "a\\u{202e}b\\0\\nc");
        assert_eq!(Shown::lines("a\u{1b}[2J\r\n\tb\u{200b}\n").as_str(), "a\\u{1b}[2J\n    b\\u{200b}\n");
        assert_eq!(Shown::line("<b> ü 漢").as_str(), "<b> ü 漢");
    }
}
