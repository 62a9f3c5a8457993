use std::borrow::Cow;

/// The text, or its beginning and the number of characters that were left out.
pub(crate) fn abridged(text: &str, most: usize) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= most {
        return Cow::Borrowed(text);
    }
    let beginning: String = text.chars().take(most).collect();
    Cow::Owned(format!("{beginning}… ({} more characters)", length - most))
}

/// The text, or its beginning and an ellipsis, within that many characters.
pub(crate) fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.chars().count() <= most {
        return Cow::Borrowed(text);
    }
    let beginning: String = text.chars().take(most.saturating_sub(1)).collect();
    Cow::Owned(format!("{beginning}…"))
}

/// Hex digits within `columns`: whole octets from both ends, and how many octets there are, where they don't fit.
pub(crate) fn abridged_hex(hex: &str, columns: usize) -> Cow<'_, str> {
    if hex.len() <= columns || !hex.is_ascii() {
        return Cow::Borrowed(hex);
    }
    let count = format!(" ({} octets)", hex.len() / 2);
    let digits = columns.saturating_sub(count.len() + 1).max(8);
    let tail = digits / 3 / 2 * 2;
    let head = (digits - tail) / 2 * 2;
    Cow::Owned(format!("{}…{}{count}", &hex[..head], &hex[hex.len() - tail..]))
}
