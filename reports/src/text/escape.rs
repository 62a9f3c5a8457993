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

fn is_harmless(character: char) -> bool {
    matches!(character, ' '..='~') || character.escape_debug().len() == 1
}
