//! The command that plays one case of a document again.

use crate::document::{CaseResult, Document, TargetRole};

/// What a shell runs to play just this case at the same target. Where the document doesn't say how it was called, the parts that
/// only a person knows are words in capitals. Traffic that was watched can't be played.
#[must_use]
pub fn to_play(document: &Document, case: &CaseResult) -> Option<String> {
    if document.target.role == TargetRole::Both || document.suite.cases == 0 {
        return None;
    }
    let mut words = vec!["sinkcheck".to_owned()];
    words.extend(if document.arguments.is_empty() { guessed(document) } else { document.arguments.clone() });
    words.extend(["--case".to_owned(), literal(&case.id)]);
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    Some(words.join(" "))
}

fn guessed(document: &Document) -> Vec<String> {
    let target = &document.target;
    let mut words = vec!["certify".to_owned(), target.role.to_string()];
    if target.role == TargetRole::Server && target.address.starts_with("tcp://") {
        words.push(target.address.clone());
    } else if !target.address.ends_with("built in") {
        words.extend(["--target".to_owned(), "FILE".to_owned()]);
    }
    words
}

/// A pattern that fits this text alone.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '{' | '}') {
            pattern.extend(['[', character, ']']);
        } else {
            pattern.push(character);
        }
    }
    pattern
}

/// The word as a POSIX shell reads it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-+=:,./@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::{literal, quoted};

    #[test]
    fn a_word_stays_one_word() {
        for (word, quoted_word) in [
            ("server/a-b_c.yaml", "server/a-b_c.yaml"),
            ("tcp://10.0.0.5:4000", "tcp://10.0.0.5:4000"),
            ("", "''"),
            ("my file", "'my file'"),
            ("it's; rm -r $HOME", "'it'\\''s; rm -r $HOME'"),
        ] {
            assert_eq!(quoted(word), quoted_word);
        }
    }

    #[test]
    fn a_pattern_fits_nothing_else() {
        assert_eq!(literal("server/a*[b]{c}?"), "server/a[*][[]b[]][{]c[}][?]");
    }
}
