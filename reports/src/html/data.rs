//! Data in a page, where a script finds it and nothing runs it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use miniz_oxide::deflate::compress_to_vec;
use serde::Serialize;

/// Data of more octets than this is compressed. What is shorter stays legible.
const LEGIBLE: usize = 4096;

/// How hard to compress, from 0 to 10: harder than this takes much longer and saves little.
const EFFORT: u8 = 6;

/// An element that holds `value`: as JSON or, where that is long, as base64 of JSON that is compressed (raw deflate), which the
/// browser can unpack by itself. The name is ours, and its attribute needs no escaping.
pub(super) fn element(name: &str, value: &impl Serialize) -> String {
    // Only maps with keys that aren't text can't be written, and we have none.
    let json = serde_json::to_string(value).unwrap_or_default();
    if json.len() > LEGIBLE {
        let packed = BASE64_STANDARD.encode(compress_to_vec(json.as_bytes(), EFFORT));
        return format!("<script type=\"application/x-json-deflate\" class=\"{name}\">{packed}</script>");
    }
    // In JSON, `<` occurs in strings alone. Without it nothing ends the element, and nothing begins a comment.
    format!("<script type=\"application/json\" class=\"{name}\">{}</script>", json.replace('<', "\\u003c"))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use miniz_oxide::inflate::decompress_to_vec;

    use super::element;

    fn content(element: &str) -> &str {
        let begin = element.find('>').expect("a tag") + 1;
        element[begin..].strip_suffix("</script>").expect("it ends")
    }

    #[test]
    fn nothing_in_short_data_ends_its_element() {
        let evil = "</script><!--<script>&amp;\u{2028}\"";
        let element = element("x", &[evil]);
        assert!(!content(&element).contains('<'), "{element}");
        assert_eq!(serde_json::from_str::<Vec<String>>(content(&element)).expect("JSON"), [evil]);
    }

    #[test]
    fn long_data_is_compressed_and_comes_back() {
        let long = vec!["</script>".repeat(100); 100];
        let element = element("x", &long);
        assert!(element.contains("x-json-deflate") && element.len() < 2000, "{}", element.len());
        let packed = BASE64_STANDARD.decode(content(&element)).expect("base64");
        let json = decompress_to_vec(&packed).expect("deflate");
        assert_eq!(serde_json::from_slice::<Vec<String>>(&json).expect("JSON"), long);
    }
}
