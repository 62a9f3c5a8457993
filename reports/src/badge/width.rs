/// About how wide the text is in the sans-serif fonts that badges are drawn with, at 11 pixels, in pixels. The SVG stretches the
/// text to this, so that it fits its box in any of them.
pub(super) fn width(text: &str) -> usize {
    let tenths: usize = text.chars().map(tenths).sum();
    tenths.div_ceil(10)
}

fn tenths(character: char) -> usize {
    match character {
        ' ' => 39,
        'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '|' => 31,
        'f' | 'r' | 't' | '·' | '-' | '(' | ')' => 44,
        'c' | 's' | 'k' | 'v' | 'x' | 'y' | 'z' => 59,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 106,
        'A'..='Z' => 78,
        '0'..='9' | 'a'..='z' => 69,
        _ => 80,
    }
}

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn longer_texts_are_wider() {
        assert_eq!(width(""), 0);
        assert!(width("conforms") < width("does not conform"));
        assert!(width("iiii") < width("mmmm"));
    }
}
