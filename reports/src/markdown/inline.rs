use std::fmt;

use crate::text::escape::{escaped, obeyed_by_nobody};

/// A text in code, on one line: nothing in it is markup, a mention or a link.
pub(crate) struct Code<'a>(pub(crate) &'a str);

/// A sentence. What a page could act on makes it a text in code.
pub(crate) struct Prose<'a>(pub(crate) &'a str);

/// A text in code within markup of HTML.
pub(crate) struct HtmlCode<'a>(pub(crate) &'a str);

impl fmt::Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = escaped(self.0);
        // A mark of code stands before it.
        let text = obeyed_by_nobody(&text, false);
        if text.trim().is_empty() {
            return f.write_str("(empty)");
        }
        let fence = "`".repeat(longest_run(&text, '`') + 1);
        let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
        write!(f, "{fence}{blank}{text}{blank}{fence}")
    }
}

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.split_whitespace().collect::<Vec<_>>().join(" ");
        if escaped(&text) != text || acts(&text) {
            return Code(&text).fmt(f);
        }
        for (at, character) in text.char_indices() {
            let begins_a_block = match character {
                // A colon begins no block, but what a log takes for a command.
                '-' | '+' | '=' | ':' => at == 0,
                // The number of a list's item.
                '.' | ')' => {
                    let ends_a_word = text[at + 1..].chars().next().is_none_or(char::is_whitespace);
                    at > 0 && ends_a_word && text[..at].bytes().all(|octet| octet.is_ascii_digit())
                }
                _ => false,
            };
            if begins_a_block || matches!(character, '*' | '_' | '~' | '[' | ']' | '$' | '^') {
                f.write_str("\\")?;
            }
            write!(f, "{character}")?;
        }
        Ok(())
    }
}

impl fmt::Display for HtmlCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<code>")?;
        for character in obeyed_by_nobody(&escaped(self.0), false).chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                _ => write!(f, "{character}")?,
            }
        }
        f.write_str("</code>")
    }
}

/// The length of the longest run of `of` in the text.
pub(super) fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Whether a page may make more of the text than a text, even where its markup is escaped: a mention, a number of an issue, a link,
/// a hash of a commit.
fn acts(text: &str) -> bool {
    let is_hash = |word: &str| word.len() >= 7 && word.bytes().all(|octet| octet.is_ascii_hexdigit());
    text.contains(['@', '#', '<', '>', '&', '|', '`', '\\'])
        || text.contains("://")
        || text.to_ascii_lowercase().contains("www.")
        || text.to_ascii_lowercase().contains("gh-")
        || text.split(|character: char| !character.is_alphanumeric()).any(is_hash)
}
