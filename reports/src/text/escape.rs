use std::borrow::Cow;

/// The text with every character that a terminal might act on, or that might hide something, spelled out: control
/// characters, direction marks, what has no width, what is no character. Quotes and backslashes stay as they are.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_harmless) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_harmless(character) {
            escaped.push(character);
        } else {
            escaped.extend(character.escape_debug());
        }
    }
    Cow::Owned(escaped)
}

/// A text that a CI server takes no command from, whatever peers wrote into it. The runner of GitHub Actions obeys `::COMMAND::`
/// behind the blanks at the beginning of a line, and `##[COMMAND]` anywhere; others have `##vso[` and `##teamcity[`. A character of
/// those is spelled out. The text is escaped already.
pub(crate) fn obeyed_by_nobody(line: &str, begins_a_line: bool) -> Cow<'_, str> {
    let begins = line.len() - line.trim_start().len();
    let mut rest = line;
    let mut quiet = String::new();
    if begins_a_line && line[begins..].starts_with("::") {
        quiet.push_str(&line[..begins]);
        quiet.push_str("\\u{3a}");
        rest = &line[begins + 1..];
    }
    while let Some(at) = rest.find("##") {
        let name = at + 2;
        let word = rest[name..].bytes().take_while(u8::is_ascii_alphanumeric).count();
        // Of `###[` the last two are the command's.
        let (upto, spelled) = match rest[name + word..].starts_with('[') {
            true => (name + word + 1, "\\u{5b}"),
            false => (at + 1, "#"),
        };
        quiet.push_str(&rest[..upto - 1]);
        quiet.push_str(spelled);
        rest = &rest[upto..];
    }
    if quiet.is_empty() {
        return Cow::Borrowed(line);
    }
    quiet.push_str(rest);
    Cow::Owned(quiet)
}

fn is_harmless(character: char) -> bool {
    matches!(character, ' '..='~') || character.escape_debug().len() == 1
}

#[cfg(test)]
mod tests {
    use super::obeyed_by_nobody;

    #[test]
    fn what_a_ci_server_would_obey_is_spelled_out() {
        for (line, quiet) in [
            ("", ""),
            ("a::error::b", "a::error::b"),
            ("##", "##"),
            ("## a [b]", "## a [b]"),
            ("#[error]", "#[error]"),
            ("::error::x", "\\u{3a}:error::x"),
            ("   ::stop-commands::x ::y", "   \\u{3a}:stop-commands::x ::y"),
            (":::error::x", "\\u{3a}::error::x"),
            ("ü ##[set-output name=a]b ##[error]c", "ü ##\\u{5b}set-output name=a]b ##\\u{5b}error]c"),
            ("####[add-mask]a", "####\\u{5b}add-mask]a"),
            ("##vso[task.setvariable]", "##vso\\u{5b}task.setvariable]"),
            ("::a ##[b]", "\\u{3a}:a ##\\u{5b}b]"),
        ] {
            assert_eq!(obeyed_by_nobody(line, true), quiet, "{line}");
        }
        assert_eq!(obeyed_by_nobody("::a ##[b]", false), "::a ##\\u{5b}b]");
    }
}
