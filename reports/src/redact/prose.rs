/// The text with `PORT` for the port of each address: of an IP address, of `localhost`, of a URL.
pub(super) fn without_ports(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(colon) = rest.find(':') {
        let (before, after) = (&rest[..colon], &rest[colon + 1..]);
        clean.push_str(before);
        clean.push(':');
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let ends = !after[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if (1..=5).contains(&digits) && ends && ends_with_host(&clean[..clean.len() - 1]) {
            clean.push_str("PORT");
            rest = &after[digits..];
        } else {
            rest = after;
        }
    }
    clean.push_str(rest);
    clean
}

/// Whether what comes before a colon is the host of an address.
fn ends_with_host(text: &str) -> bool {
    if text.ends_with(']') {
        return true;
    }
    let before = text.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
    let host = &text[before.len()..];
    !host.is_empty() && (before.ends_with("://") || host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok())
}

/// The text with `TIME` for each number with a unit of time: `12.5 ms`, `3s`.
pub(super) fn without_durations(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from_digit) = rest.split_at(start);
        clean.push_str(before);
        let number = from_digit.len() - from_digit.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let word_before = clean.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        match unit_after(&from_digit[number..]) {
            Some(unit) if !word_before => {
                clean.push_str("TIME");
                rest = &from_digit[number + unit..];
            }
            _ => {
                clean.push_str(&from_digit[..number]);
                rest = &from_digit[number..];
            }
        }
    }
    clean.push_str(rest);
    clean
}

/// How many octets of the text's beginning are a unit of time, the space before it included.
fn unit_after(text: &str) -> Option<usize> {
    let trimmed = text.strip_prefix(' ').unwrap_or(text);
    let unit = ["ns", "µs", "us", "ms", "s"].into_iter().find(|unit| {
        trimmed.strip_prefix(unit).is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()))
    })?;
    Some(text.len() - trimmed.len() + unit.len())
}

#[cfg(test)]
mod tests {
    use super::{without_durations, without_ports};

    #[test]
    fn only_ports_of_addresses_go() {
        for (text, clean) in [
            ("tcp://127.0.0.1:40123", "tcp://127.0.0.1:PORT"),
            ("tls://sink.example:4000/x", "tls://sink.example:PORT/x"),
            ("[::1]:5, localhost:80.", "[::1]:PORT, localhost:PORT."),
            ("could not connect to 10.0.0.5:4000: refused", "could not connect to 10.0.0.5:PORT: refused"),
            ("cases/hello.yaml:14", "cases/hello.yaml:14"),
            ("10.0.0.5:123456 at 12:30:10 a:b", "10.0.0.5:123456 at 12:30:10 a:b"),
            ("", ""),
        ] {
            assert_eq!(without_ports(text), clean);
        }
    }

    #[test]
    fn only_numbers_with_a_unit_of_time_go() {
        for (text, clean) in [
            ("closed after 12.5 ms", "closed after TIME"),
            ("a window of 250ms, or 3 s.", "a window of TIME, or TIME."),
            ("20 µs", "TIME"),
            ("3 segments and 2 sockets in v1.2 s", "3 segments and 2 sockets in v1.2 s"),
            ("id 4095", "id 4095"),
            ("", ""),
        ] {
            assert_eq!(without_durations(text), clean);
        }
    }
}
